//! Reservations: made, accepted, rejected, rung out, withdrawn.

use model::task::ReservationEnd;
use model::{AgentId, ReservationId};

use super::Router;
use crate::agents::AgentIndex;
use crate::deadlines::Due;
use crate::output::{Output, Refusal};
use crate::tasks::{State, TaskIndex};

impl Router {
    pub(super) fn offer(&mut self, index: TaskIndex, agent: AgentIndex, outputs: &mut Vec<Output>) {
        self.leave_state(index);
        let task = &self.tasks[index];
        let settings = self.queues[task.queue].settings.as_ref();
        let ring = settings.map_or(crate::Queue::RING, |settings| settings.ring_time(task.channel));
        let reservation = self.reservation_ids.next();
        let expires_at = self.now + ring;
        outputs.push(Output::Offered {
            reservation,
            task: task.id,
            agent: self.agents[agent].id.clone(),
            expires_at,
        });
        let idle = &mut self.agents[agent].idle;
        idle.last_offer = self.reservation_ids.made();
        idle.lot = self.lots.draw();
        self.reservations.insert(reservation, index);
        self.hold(index, State::Reserved { reservation, agent, expires_at });
        self.set_deadline(index, expires_at);
    }

    pub(super) fn accept(
        &mut self,
        reservation: ReservationId,
        agent: AgentId,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (index, state) = self.offered_to(reservation, &agent)?;
        let State::Reserved { agent: by, .. } = state else {
            return Err(Refusal::AlreadyAccepted { reservation, agent });
        };
        self.change_held(index, State::Assigned { agent: by, reservation: Some(reservation) });
        let now = self.now;
        self.queue_of(index).note_answer(now);
        self.agents[by].idle.last_accepted = now;
        self.relist(by);
        let task = &mut self.tasks[index];
        task.set_aside = Vec::new();
        task.overflowed_from = Vec::new();
        outputs.push(Output::Assigned { task: task.id, reservation, agent });
        Ok(())
    }

    pub(super) fn reject(
        &mut self,
        reservation: ReservationId,
        agent: AgentId,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (index, state) = self.offered_to(reservation, &agent)?;
        let State::Reserved { agent: by, .. } = state else {
            return Err(Refusal::AlreadyAccepted { reservation, agent });
        };
        self.end_offer(index, ReservationEnd::Rejected, outputs);
        self.set_aside(index, by);
        self.no_longer_await(index, by);
        self.wait(index, outputs);
        Ok(())
    }

    /// The ring time is over: the task goes on at its place, the agent gets nothing more.
    pub(super) fn ring_out(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let State::Reserved { agent, reservation, .. } = self.tasks[index].state else { return };
        self.end_offer(index, ReservationEnd::TimedOut, outputs);
        let presence = self.configuration.not_responding.clone();
        let routability = self.routability(&presence);
        outputs.push(Output::AgentNotResponding {
            agent: self.agents[agent].id.clone(),
            presence: presence.clone(),
            reservation,
        });
        self.no_longer_await(index, agent);
        self.take_presence(agent, presence, routability, outputs);
        self.wait(index, outputs);
    }

    /// Takes back what rings at the agent.
    pub(super) fn withdraw_offers(&mut self, agent: AgentIndex, outputs: &mut Vec<Output>) {
        let is_offer = |index: &TaskIndex| matches!(self.tasks[*index].state, State::Reserved { .. });
        let offers: Vec<_> = self.agents[agent].tasks.iter().copied().filter(is_offer).collect();
        for index in offers {
            self.end_offer(index, ReservationEnd::Canceled, outputs);
            self.wait(index, outputs);
        }
    }

    /// Ends the task's offer, if it has one, and leaves the task nowhere.
    pub(super) fn end_offer(&mut self, index: TaskIndex, outcome: ReservationEnd, outputs: &mut Vec<Output>) {
        if let State::Reserved { reservation, agent, .. } = self.tasks[index].state {
            let agent = self.agents[agent].id.clone();
            outputs.push(Output::ReservationEnded {
                reservation,
                task: self.tasks[index].id,
                agent,
                outcome,
            });
            self.tasks[index].decision = None;
        }
        self.leave_state(index);
    }

    /// Keeps the task from this agent for the queue's reject delay.
    pub(super) fn set_aside(&mut self, index: TaskIndex, agent: AgentIndex) {
        let settings = self.queues[self.tasks[index].queue].settings.as_ref();
        let delay = settings.map_or(crate::Queue::default().reject_delay, |settings| settings.reject_delay);
        let (now, until) = (self.now, self.now + delay);
        let task = &mut self.tasks[index];
        task.set_aside.retain(|(other, until)| *other != agent && *until > now);
        task.set_aside.push((agent, until));
    }

    /// A deadline for each agent who may be asked again later, now that the task waits.
    pub(super) fn renew_retries(&mut self, index: TaskIndex) {
        if self.tasks[index].set_aside.is_empty() {
            return;
        }
        let now = self.now;
        self.tasks[index].set_aside.retain(|(_, until)| *until > now);
        for (agent, until) in &self.tasks[index].set_aside {
            self.deadlines.set(*until, Due::Retry(index, *agent));
        }
    }

    fn no_longer_await(&mut self, index: TaskIndex, agent: AgentIndex) {
        if self.tasks[index].awaits.is_some_and(|awaited| awaited.agent == agent) {
            self.stop_awaiting(index);
        }
    }

    fn offered_to(&self, reservation: ReservationId, agent: &AgentId) -> Result<(TaskIndex, State), Refusal> {
        let Some(index) = self.reservations.get(&reservation).copied() else {
            return Err(Refusal::OfferOver { reservation, agent: agent.clone() });
        };
        let task = &self.tasks[index];
        if task.agent().is_none_or(|holder| self.agents[holder].id != *agent) {
            return Err(Refusal::NotYourOffer { reservation, agent: agent.clone() });
        }
        Ok((index, task.state))
    }
}
