//! Inputs about agents: profiles, removal, presence.

use model::{AgentId, PresenceName};

use super::Router;
use crate::agents::{AgentIndex, Told};
use crate::configuration::Routability;
use crate::input::AgentProfile;
use crate::output::{Output, Refusal};
use crate::tasks::Spot;
use crate::tasks::State;

impl Router {
    pub(super) fn upsert_agent(&mut self, profile: AgentProfile) {
        let offline = self.offline.clone();
        let index = self.agents.find_or_add(&profile.agent, &offline, self.now, &mut self.lots);
        self.set_profile(index, Some(profile.into()));
        self.judge_awaiting_anew(index);
        self.moved_agents.push(index);
    }

    pub(super) fn remove_agent(&mut self, agent: &AgentId, outputs: &mut Vec<Output>) -> Result<(), Refusal> {
        let index = self.find_agent(agent)?;
        self.agents[index].told = Told::Yes;
        self.take_presence(index, self.offline.clone(), Routability::LoggedOut, outputs);
        self.set_profile(index, None);
        Ok(())
    }

    pub(super) fn change_presence(
        &mut self,
        agent: &AgentId,
        presence: PresenceName,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_agent(agent)?;
        if self.agents[index].profile.is_none() {
            return Err(Refusal::UnknownAgent { agent: agent.clone() });
        }
        self.agents[index].told = Told::Yes;
        let routability = self.routability(&presence);
        self.take_presence(index, presence, routability, outputs);
        self.judge_holds(index, outputs);
        Ok(())
    }

    /// After a restart: where the agent was last, and how many offers in a row rang out.
    pub(super) fn restore_agent(
        &mut self,
        agent: &AgentId,
        presence: &PresenceName,
        misses: u32,
    ) -> Result<(), Refusal> {
        let index = self.find_agent(agent)?;
        if self.agents[index].profile.is_none() {
            return Err(Refusal::UnknownAgent { agent: agent.clone() });
        }
        let routability = self.routability(presence);
        let restored = &mut self.agents[index];
        restored.misses = misses;
        if restored.told != Told::Yes {
            restored.presumed = Some(routability);
        }
        self.recount(index);
        self.judge_awaiting_anew(index);
        Ok(())
    }

    /// An agent who becomes not routable keeps what is assigned and loses what rings.
    pub(super) fn take_presence(
        &mut self,
        index: AgentIndex,
        presence: PresenceName,
        routability: Routability,
        outputs: &mut Vec<Output>,
    ) {
        self.agents[index].set_presence(presence, routability, self.now);
        self.recount(index);
        self.relist(index);
        if routability == Routability::Routable {
            self.moved_agents.push(index);
        } else {
            self.withdraw_offers(index, outputs);
        }
        self.judge_awaiting_anew(index);
    }

    /// Whether it still makes sense to wait for this agent.
    fn judge_awaiting_anew(&mut self, index: AgentIndex) {
        let awaiting: Vec<_> = self.agents[index].awaited_by.iter().map(|key| key.index).collect();
        for task in awaiting {
            debug_assert_eq!(self.tasks[task].state, State::Waiting(Spot::Agent(index)));
            self.wait_anew(task);
        }
    }
}
