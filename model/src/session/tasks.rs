//! The life of a task: pending, reserved, assigned, wrapping, over.

use crate::event::{Role, SessionEvent};
use crate::id::{AgentId, Disposition, ReservationId, TaskId};
use crate::task::{
    CancelReason, LiveOffer, MAX_OFFERS, Priority, Requirements, ReservationEnd, TaskState, TransferReason,
    TransferTarget,
};
use crate::time::Timestamp;

use super::decide::check_text;
use super::{MAX_TEXT, NewTask, Refusal, State, Task};

impl State {
    pub(super) fn create_task(&self, new: NewTask, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
        if let Some(task) = &self.task {
            return Err(Refusal::TaskOpen(task.id));
        }
        if let Some(sequence) = self.find_key(new.task.0) {
            return Err(Refusal::Duplicate { sequence });
        }
        Ok(vec![SessionEvent::TaskCreated {
            task: new.task,
            queue: new.queue,
            channel: new.channel,
            requirements: new.requirements,
            priority: new.priority,
            waiting_since: new.waiting_since.map_or(now, |since| since.min(now)),
            preferred_agent: new.preferred_agent,
        }])
    }

    pub(super) fn reserve(
        &self,
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let state = &self.open_task(task)?.state;
        if let Some(sequence) = self.find_key(reservation.0) {
            return Err(Refusal::Duplicate { sequence });
        }
        let offers = state.offers();
        let may_ring = *state == TaskState::Pending || !offers.is_empty();
        // How many ring at once is the router's to say; never two at one agent.
        if !may_ring || offers.iter().any(|offer| offer.agent == agent) {
            return Err(Refusal::WrongTaskState);
        }
        if offers.len() >= MAX_OFFERS {
            return Err(Refusal::TooMany("offers"));
        }
        Ok(vec![SessionEvent::TaskReserved { task, reservation, agent, expires_at }])
    }

    pub(super) fn end_reservation(
        &self,
        task: TaskId,
        reservation: ReservationId,
        outcome: ReservationEnd,
        reason: Option<String>,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let agent = self.reserved_to(task, reservation)?;
        Ok(vec![SessionEvent::ReservationEnded { task, reservation, agent, outcome, reason }])
    }

    pub(super) fn assign(
        &self,
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        by: Option<AgentId>,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if self.reserved_to(task, reservation)? != agent {
            return Err(Refusal::NotYours(agent));
        }
        // Whoever else is asked hears that somebody was faster, before anybody hears who.
        let others = self.open_task(task)?.state.offers().into_iter();
        let others = others.filter(|offer| offer.reservation != reservation);
        let mut events: Vec<_> = others.map(|offer| ended(task, offer, ReservationEnd::Rescinded)).collect();
        // A supervisor who gets the session is there as its handler from now on.
        events.extend(self.ending(&agent));
        let joined = SessionEvent::AgentJoined { agent: agent.clone(), role: Role::Handler };
        events.push(SessionEvent::TaskAssigned { task, reservation: Some(reservation), agent, by });
        events.push(joined);
        Ok(events)
    }

    pub(super) fn transfer(
        &self,
        task: TaskId,
        by: Option<AgentId>,
        target: TransferTarget,
        requirements: Option<Requirements>,
        reason: TransferReason,
        note: Option<String>,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let current = self.open_task(task)?;
        if let Some(note) = &note {
            check_text("a note", note, MAX_TEXT)?;
        }
        if let Some(by) = by.filter(|by| self.handler() != Some(by)) {
            return Err(Refusal::NotYours(by));
        }
        let mut events = self.letting_go(current);
        events.push(SessionEvent::TaskTransferred {
            task,
            // Who was only offered it never had it.
            from: self.handler().cloned(),
            target,
            requirements: requirements.unwrap_or_else(|| current.requirements.clone()),
            reason,
            note,
        });
        Ok(events)
    }

    pub(super) fn reprioritise(
        &self,
        task: TaskId,
        priority: Priority,
        by: AgentId,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if self.open_task(task)?.priority == priority {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::TaskReprioritised { task, priority, by }])
    }

    pub(super) fn hold(&self, task: TaskId, agent: AgentId) -> Result<Vec<SessionEvent>, Refusal> {
        if self.assigned_to(task, &agent)?.is_held {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::TaskHeld { task, agent }])
    }

    pub(super) fn resume(&self, task: TaskId, agent: AgentId) -> Result<Vec<SessionEvent>, Refusal> {
        if !self.assigned_to(task, &agent)?.is_held {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::TaskResumed { task, agent }])
    }

    fn assigned_to(&self, task: TaskId, agent: &AgentId) -> Result<&Task, Refusal> {
        let open = self.open_task(task)?;
        match &open.state {
            TaskState::Assigned { agent: handler } if handler == agent => Ok(open),
            TaskState::Assigned { .. } => Err(Refusal::NotYours(agent.clone())),
            _ => Err(Refusal::WrongTaskState),
        }
    }

    pub(super) fn wrap_up(&self, task: TaskId, agent: AgentId) -> Result<Vec<SessionEvent>, Refusal> {
        let TaskState::Assigned { agent: handler } = &self.open_task(task)?.state else {
            return Err(Refusal::WrongTaskState);
        };
        if *handler != agent {
            return Err(Refusal::NotYours(agent));
        }
        let left = SessionEvent::AgentLeft { agent: agent.clone(), role: Role::Handler };
        Ok(vec![SessionEvent::TaskWrapping { task, agent }, left])
    }

    pub(super) fn complete(
        &self,
        task: TaskId,
        agent: AgentId,
        disposition: Option<Disposition>,
        summary: Option<String>,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let current = self.open_task(task)?;
        if self.handler() != Some(&agent) {
            return Err(Refusal::NotYours(agent));
        }
        if summary.as_ref().is_some_and(|summary| summary.len() > MAX_TEXT) {
            return Err(Refusal::TooLarge { what: "a summary", most: MAX_TEXT });
        }
        let mut events = self.letting_go(current);
        events.push(SessionEvent::TaskCompleted { task, agent, disposition, summary });
        Ok(events)
    }

    pub(super) fn cancel(&self, task: TaskId, reason: CancelReason) -> Result<Vec<SessionEvent>, Refusal> {
        Ok(self.canceling(self.open_task(task)?, reason))
    }

    /// What ends a task without it being handled.
    pub(super) fn canceling(&self, task: &Task, reason: CancelReason) -> Vec<SessionEvent> {
        let mut events = self.letting_go(task);
        events.push(SessionEvent::TaskCanceled { task: task.id, reason });
        events
    }

    /// What parts a task from whoever has it.
    pub(super) fn letting_go(&self, task: &Task) -> Vec<SessionEvent> {
        match &task.state {
            TaskState::Reserved { .. } => {
                let offers = task.state.offers().into_iter();
                offers.map(|offer| ended(task.id, offer, ReservationEnd::Canceled)).collect()
            }
            TaskState::Assigned { agent } => {
                vec![SessionEvent::AgentLeft { agent: agent.clone(), role: Role::Handler }]
            }
            _ => Vec::new(),
        }
    }

    fn open_task(&self, task: TaskId) -> Result<&Task, Refusal> {
        self.task.as_ref().filter(|open| open.id == task).ok_or(Refusal::UnknownTask(task))
    }

    fn reserved_to(&self, task: TaskId, reservation: ReservationId) -> Result<AgentId, Refusal> {
        let mut offers = self.open_task(task)?.state.offers().into_iter();
        let live = offers.find(|offer| offer.reservation == reservation);
        live.map(|offer| offer.agent).ok_or(Refusal::OfferOver(reservation))
    }
}

fn ended(task: TaskId, offer: LiveOffer, outcome: ReservationEnd) -> SessionEvent {
    let LiveOffer { reservation, agent, .. } = offer;
    SessionEvent::ReservationEnded { task, reservation, agent, outcome, reason: None }
}
