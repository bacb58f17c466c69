//! Reservations: made, accepted, rejected, rung out, withdrawn.

use std::time::Duration;

use model::task::ReservationEnd;
use model::{AgentId, RejectReason, ReservationId, Timestamp};

use super::Router;
use crate::agents::AgentIndex;
use crate::configuration::Routability;
use crate::deadlines::Due;
use crate::input::Answering;
use crate::output::{Output, Refusal};
use crate::patience::WaitEnd;
use crate::tasks::{State, TaskIndex};

impl Router {
    pub(super) fn offer(&mut self, index: TaskIndex, agent: AgentIndex, outputs: &mut Vec<Output>) {
        if self.is_called_first(index) {
            return self.call_customer(index, agent, outputs);
        }
        if self.rings_at_several(index) {
            if !self.is_answered_automatically(index, agent) {
                return self.ring_at_one_more(index, agent, outputs);
            }
            self.end_rings(index, ReservationEnd::Rescinded, outputs);
        }
        self.leave_state(index);
        let (reservation, expires_at) = self.reserve(index, agent, outputs);
        self.ring(index, reservation, agent, expires_at, outputs);
    }

    /// Makes an offer of a task that is nowhere, and takes the agent's slot for it; nothing ends it yet.
    pub(super) fn reserve(
        &mut self,
        index: TaskIndex,
        agent: AgentIndex,
        outputs: &mut Vec<Output>,
    ) -> (ReservationId, Timestamp) {
        let reservation = self.reservation_ids.next();
        let expires_at = self.now + self.ring_time(index);
        let task = &self.tasks[index];
        outputs.push(Output::Offered {
            reservation,
            task: task.id,
            agent: self.agents[agent].id.clone(),
            expires_at,
        });
        self.note_turn(agent);
        self.reservations.insert(reservation, index);
        self.hold(index, State::Reserved { reservation, agent });
        (reservation, expires_at)
    }

    /// The agent is asked now, whoever may be next.
    pub(super) fn note_turn(&mut self, agent: AgentIndex) {
        let idle = &mut self.agents[agent].idle;
        idle.last_offer = self.reservation_ids.made();
        idle.lot = self.lots.draw();
    }

    /// Waits for the answer, unless it is given in the agent's name.
    pub(super) fn ring(
        &mut self,
        index: TaskIndex,
        reservation: ReservationId,
        agent: AgentIndex,
        expires_at: Timestamp,
        outputs: &mut Vec<Output>,
    ) {
        if self.is_answered_automatically(index, agent) {
            self.assign_reserved(index, reservation, agent, None, outputs);
        } else {
            self.set_deadline(index, expires_at);
        }
    }

    fn is_answered_automatically(&self, index: TaskIndex, agent: AgentIndex) -> bool {
        let settings = self.queues[self.tasks[index].queue].settings.as_ref();
        let by_queue = settings.is_some_and(|settings| settings.answering == Answering::Automatic);
        by_queue
            || self.agents[agent]
                .profile
                .is_some_and(|profile| self.profiles[profile].answers_automatically())
    }

    pub(super) fn ring_time(&self, index: TaskIndex) -> std::time::Duration {
        let task = &self.tasks[index];
        let settings = self.queues[task.queue].settings.as_ref();
        settings.map_or(crate::Queue::RING, |settings| settings.ring_time(task.channel))
    }

    pub(super) fn accept(
        &mut self,
        reservation: ReservationId,
        agent: AgentId,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (index, by) = self.offered_to(reservation, agent)?;
        self.agents[by].misses = 0;
        self.narrow_to(index, reservation, outputs);
        self.assign_reserved(index, reservation, by, None, outputs);
        Ok(())
    }

    pub(super) fn assign_reserved(
        &mut self,
        index: TaskIndex,
        reservation: ReservationId,
        to: AgentIndex,
        by: Option<AgentId>,
        outputs: &mut Vec<Output>,
    ) {
        self.change_held(index, State::Assigned { agent: to, reservation: Some(reservation) });
        let now = self.now;
        self.queue_of(index).note_answer(now);
        self.note_wait(index, WaitEnd::Answered);
        self.agents[to].idle.last_accepted = now;
        let agent = self.agents[to].id.clone();
        self.relist(to);
        let task = &mut self.tasks[index];
        task.forget_the_way();
        outputs.push(Output::Assigned { task: task.id, reservation, agent, by });
        self.judge_holds(to, outputs);
    }

    pub(super) fn reject(
        &mut self,
        reservation: ReservationId,
        agent: AgentId,
        reason: Option<RejectReason>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (index, by) = self.offered_to(reservation, agent)?;
        let delay = self.delay_after(index, reason.as_ref());
        if matches!(self.tasks[index].state, State::Ringing(_)) {
            self.end_ring(index, reservation, ReservationEnd::Rejected, reason, outputs);
            self.set_aside(index, by, delay);
            self.renew_retries(index);
            self.ring_less(index);
            return Ok(());
        }
        self.end_offer(index, ReservationEnd::Rejected, reason, outputs);
        self.set_aside(index, by, delay);
        self.no_longer_await(index, by);
        self.wait(index);
        Ok(())
    }

    /// The ring time is over: the task goes on at its place, the agent gets nothing more.
    pub(super) fn ring_out(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let State::Reserved { agent, reservation, .. } = self.tasks[index].state else { return };
        self.end_offer(index, ReservationEnd::TimedOut, None, outputs);
        self.no_longer_await(index, agent);
        self.miss(agent, reservation, outputs);
        self.wait(index);
    }

    /// One more offer nobody answered: the agent is not responding, or logged out by one too many.
    pub(super) fn miss(&mut self, index: AgentIndex, reservation: ReservationId, outputs: &mut Vec<Output>) {
        let limit = self.configuration.log_out_after_misses;
        let missed = &mut self.agents[index];
        missed.misses = missed.misses.saturating_add(1);
        let (agent, misses) = (missed.id.clone(), missed.misses);
        if limit.is_some_and(|limit| misses >= limit.get()) {
            missed.misses = 0;
            let presence = self.offline.clone();
            outputs.push(Output::AgentLoggedOut { agent, presence: presence.clone(), reservation, misses });
            self.take_presence(index, presence, Routability::LoggedOut, outputs);
        } else {
            let presence = self.configuration.not_responding.clone();
            outputs.push(Output::AgentNotResponding { agent, presence: presence.clone(), reservation });
            let routability = self.routability(&presence);
            self.take_presence(index, presence, routability, outputs);
        }
    }

    /// Takes back what rings at the agent.
    pub(super) fn withdraw_offers(&mut self, agent: AgentIndex, outputs: &mut Vec<Output>) {
        let is_offer = |index: &TaskIndex| {
            let state = self.tasks[*index].state;
            matches!(state, State::Reserved { .. } | State::Ringing(_) | State::Calling { .. })
        };
        let offers: Vec<_> = self.agents[agent].tasks.iter().copied().filter(is_offer).collect();
        for index in offers {
            if let Some(ring) = self.ringing.at(index, agent).copied() {
                self.end_ring(index, ring.reservation, ReservationEnd::Canceled, None, outputs);
                self.ring_less(index);
                continue;
            }
            // A call whose time is over at this moment was made, whatever else happens now.
            if matches!(self.tasks[index].state, State::Calling { .. } if self.tasks[index].deadline <= self.now)
            {
                self.not_reached(index, outputs);
                continue;
            }
            self.end_offer(index, ReservationEnd::Canceled, None, outputs);
            self.wait(index);
        }
    }

    /// Ends the task's offer or the call to its customer, if it has one, and leaves the task nowhere.
    pub(super) fn end_offer(
        &mut self,
        index: TaskIndex,
        outcome: ReservationEnd,
        reason: Option<RejectReason>,
        outputs: &mut Vec<Output>,
    ) {
        if let State::Reserved { reservation, agent, .. } | State::Calling { reservation, agent, .. } =
            self.tasks[index].state
        {
            let agent = self.agents[agent].id.clone();
            outputs.push(Output::ReservationEnded {
                reservation,
                task: self.tasks[index].id,
                agent,
                outcome,
                reason,
            });
            self.tasks[index].decision = None;
        }
        self.end_rings(index, outcome, outputs);
        self.leave_state(index);
    }

    /// How long the queue keeps a task from who rejected it, or gave it away.
    pub(super) fn delay_after(&self, index: TaskIndex, reason: Option<&RejectReason>) -> Duration {
        let settings = self.queues[self.tasks[index].queue].settings.as_ref();
        settings.map_or_else(|| crate::Queue::default().reject_delay, |settings| settings.delay_after(reason))
    }

    /// Keeps the task from an agent who gave it away, for the queue's reject delay.
    pub(super) fn set_aside_giver(&mut self, index: TaskIndex, agent: AgentIndex) {
        let delay = self.delay_after(index, None);
        self.set_aside(index, agent, delay);
    }

    pub(super) fn set_aside(&mut self, index: TaskIndex, agent: AgentIndex, delay: Duration) {
        let (now, until) = (self.now, self.now + delay);
        let task = &mut self.tasks[index];
        task.retain_set_aside(|(other, until)| *other != agent && *until > now);
        task.particulars_mut().set_aside.push((agent, until));
    }

    /// A deadline for each agent who may be asked again later, now that the task waits.
    pub(super) fn renew_retries(&mut self, index: TaskIndex) {
        if self.tasks[index].set_aside().is_empty() {
            return;
        }
        let now = self.now;
        self.tasks[index].retain_set_aside(|(_, until)| *until > now);
        for (agent, until) in self.tasks[index].set_aside() {
            self.deadlines.set(*until, Due::Retry(index, *agent));
        }
    }

    fn no_longer_await(&mut self, index: TaskIndex, agent: AgentIndex) {
        if self.tasks[index].awaits().is_some_and(|awaited| awaited.agent == agent) {
            self.stop_awaiting(index);
        }
    }

    /// The task and the agent who is asked under this reservation.
    fn offered_to(
        &self,
        reservation: ReservationId,
        agent: AgentId,
    ) -> Result<(TaskIndex, AgentIndex), Refusal> {
        let Some(index) = self.reservations.get(&reservation).copied() else {
            return Err(Refusal::OfferOver { reservation, agent });
        };
        let task = &self.tasks[index];
        let asked = task.agent().or_else(|| Some(self.ringing.under(index, reservation)?.agent));
        let Some(asked) = asked.filter(|asked| self.agents[*asked].id == agent) else {
            return Err(Refusal::NotYourOffer { reservation, agent });
        };
        match task.state {
            State::Reserved { .. } | State::Ringing(_) => Ok((index, asked)),
            _ => Err(Refusal::AlreadyAccepted { reservation, agent }),
        }
    }
}
