//! Tasks that go into an agent's hands without ringing: given by somebody who may, or picked from a list.
//!
//! Both are an offer and its assignment in one, so that whoever records decisions needs no third way.

use model::task::ReservationEnd;
use model::{AgentId, ReservationId, TaskId};

use super::Router;
use crate::agents::AgentIndex;
use crate::configuration::Routability;
use crate::explanation::{PassedOver, Rule};
use crate::input::CapacityRule;
use crate::output::{Output, Refusal};
use crate::tasks::{Decision, Spot, State, TaskIndex};

impl Router {
    pub(super) fn assign(
        &mut self,
        task: TaskId,
        agent: AgentId,
        capacity: CapacityRule,
        by: Option<AgentId>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let to = self.find_agent(&agent)?;
        if self.agents[to].profile.is_none() {
            return Err(Refusal::UnknownAgent { agent });
        }
        if let Some(holder) = self.holder(index) {
            return Err(Refusal::AlreadyTaken { task, by: self.agents[holder].id.clone() });
        }
        if let Some(because) = self.obstacle(index, to, capacity) {
            return Err(Refusal::NotForAgent { task, agent, because });
        }
        self.hand_to(index, to, Rule::GivenToAgent, by, outputs);
        Ok(())
    }

    pub(super) fn pick(
        &mut self,
        task: TaskId,
        agent: AgentId,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let by = self.find_agent(&agent)?;
        if let Some(holder) = self.holder(index).or_else(|| self.asked(index)) {
            return Err(Refusal::AlreadyTaken { task, by: self.agents[holder].id.clone() });
        }
        let queue = &self.queues[self.tasks[index].queue];
        if !queue.is_pulled() {
            return Err(Refusal::NotToPick { task, queue: queue.id.clone() });
        }
        if let Some(because) = self.objection(index, by).filter(|reason| *reason != PassedOver::MayPick) {
            return Err(Refusal::NotForAgent { task, agent, because });
        }
        self.agents[by].misses = 0;
        self.hand_to(index, by, Rule::Picked, None, outputs);
        Ok(())
    }

    /// Who has it for good, not only offered; or is about to talk with the customer who is called.
    fn holder(&self, index: TaskIndex) -> Option<AgentIndex> {
        match self.tasks[index].state {
            State::Assigned { agent, .. } | State::Wrapping { agent, .. } | State::Calling { agent, .. } => {
                Some(agent)
            }
            State::Reserved { .. } | State::Ringing(_) | State::Waiting(_) | State::Nowhere => None,
        }
    }

    /// At whom it rings, or has rung longest of several.
    fn asked(&self, index: TaskIndex) -> Option<AgentIndex> {
        self.tasks[index].agent().or_else(|| Some(self.ringing.offers(index).first()?.agent))
    }

    /// Why the agent cannot be given the task, whatever its queue asks.
    fn obstacle(&self, index: TaskIndex, agent: AgentIndex, capacity: CapacityRule) -> Option<PassedOver> {
        let channel = self.tasks[index].channel;
        let to = &self.agents[agent];
        if to.routability == Routability::LoggedOut {
            return Some(PassedOver::Presence { presence: to.presence.clone() });
        }
        if !to.profile.is_some_and(|profile| self.profiles[profile].takes(channel)) {
            return Some(PassedOver::ChannelNotHandled { channel });
        }
        // What rings there has its slot already.
        let is_asked = to.tasks.contains(&index);
        match capacity {
            CapacityRule::Respected if !is_asked => self.fullness(index, agent),
            CapacityRule::Respected | CapacityRule::Ignored => None,
        }
    }

    /// Under which reservation it rings at this agent, if it does.
    fn rings_under(&self, index: TaskIndex, agent: AgentIndex) -> Option<ReservationId> {
        match self.tasks[index].state {
            State::Reserved { reservation, agent: asked } if asked == agent => Some(reservation),
            State::Ringing(_) => Some(self.ringing.at(index, agent)?.reservation),
            _ => None,
        }
    }

    fn hand_to(
        &mut self,
        index: TaskIndex,
        agent: AgentIndex,
        rule: Rule,
        by: Option<AgentId>,
        outputs: &mut Vec<Output>,
    ) {
        let step = match self.tasks[index].state {
            State::Waiting(Spot::Class { step, .. } | Spot::Pull { step }) => Some(step),
            _ => None,
        };
        let decision = Some(Decision::new(self.now, rule, step, None));
        if let Some(reservation) = self.rings_under(index, agent) {
            self.narrow_to(index, reservation, outputs);
            self.tasks[index].decision = decision;
            return self.assign_reserved(index, reservation, agent, by, outputs);
        }
        self.end_offer(index, ReservationEnd::Rescinded, None, outputs);
        self.tasks[index].decision = decision;
        let (reservation, _) = self.reserve(index, agent, outputs);
        self.assign_reserved(index, reservation, agent, by, outputs);
    }
}
