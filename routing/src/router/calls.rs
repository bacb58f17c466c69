//! Callbacks: chosen while waiting, called at their place, tried again.

use model::task::{Callback, CallbackMode, ReservationEnd};
use model::{Channel, TaskId, Timestamp};

use super::Router;
use crate::agents::AgentIndex;
use crate::output::{Output, Refusal};
use crate::tasks::{State, TaskIndex};

impl Router {
    /// The customer need not wait on the line: the task does, at its place.
    pub(super) fn choose_callback(
        &mut self,
        task: TaskId,
        callback: Callback,
        not_before: Option<Timestamp>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        if !matches!(self.tasks[index].state, State::Waiting(_) | State::Reserved { .. } | State::Ringing(_))
        {
            return Err(Refusal::NotWaiting { task });
        }
        self.recall(index, outputs);
        let now = self.now;
        let chosen = &mut self.tasks[index];
        let arranged = chosen.particulars_mut();
        arranged.callback = Some(callback);
        arranged.not_before = not_before;
        chosen.no_longer_asked();
        if not_before.is_some() {
            chosen.begin_in_queue(now);
        }
        chosen.channel = Channel::Voice;
        self.wait(index);
        Ok(())
    }

    pub(super) fn decline_callback(&mut self, task: TaskId) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        if self.tasks[index].asked_until().is_none() {
            return Err(Refusal::NotAsked { task });
        }
        let now = self.now;
        self.tasks[index].particulars_mut().asked_until = Some(now);
        // What rings meanwhile may still be accepted.
        if self.tasks[index].is_waiting() {
            self.wait_anew(index);
        }
        Ok(())
    }

    /// Whether the customer is called before the agent is asked.
    pub(super) fn is_called_first(&self, index: TaskIndex) -> bool {
        let callback = self.tasks[index].callback();
        callback.is_some_and(|callback| callback.mode == CallbackMode::CustomerFirst)
    }

    pub(super) fn call_customer(&mut self, index: TaskIndex, agent: AgentIndex, outputs: &mut Vec<Output>) {
        let Some(callback) = self.tasks[index].callback() else { return };
        self.leave_state(index);
        let reservation = self.reservation_ids.next();
        let until = self.now + std::time::Duration::from_secs(u64::from(callback.ring_seconds));
        outputs.push(Output::CallCustomer {
            reservation,
            task: self.tasks[index].id,
            agent: self.agents[agent].id.clone(),
            until,
        });
        self.note_turn(agent);
        self.hold(index, State::Calling { reservation, agent });
        self.set_deadline(index, until);
    }

    /// From now on it is a call like any other, which rings at this agent; the queue's times begin.
    pub(super) fn answer_call(&mut self, task: TaskId, outputs: &mut Vec<Output>) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let State::Calling { reservation, agent } = self.tasks[index].state else {
            return Err(Refusal::NotCalling { task });
        };
        let now = self.now;
        let answered = &mut self.tasks[index];
        answered.nothing_arranged();
        answered.begin_in_queue(now);
        let expires_at = now + self.ring_time(index);
        outputs.push(Output::Offered { reservation, task, agent: self.agents[agent].id.clone(), expires_at });
        self.reservations.insert(reservation, index);
        self.change_held(index, State::Reserved { reservation, agent });
        self.ring(index, reservation, agent, expires_at, outputs);
        Ok(())
    }

    pub(super) fn fail_call(&mut self, task: TaskId, outputs: &mut Vec<Output>) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let is_called = match self.tasks[index].state {
            State::Calling { .. } => true,
            State::Assigned { .. } => self.tasks[index].callback().is_some(),
            _ => false,
        };
        if !is_called {
            return Err(Refusal::NotCalling { task });
        }
        self.not_reached(index, outputs);
        Ok(())
    }

    /// The agent is free; the next attempt is made after the interval, at the task's place.
    pub(super) fn not_reached(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        self.end_offer(index, ReservationEnd::Canceled, None, outputs);
        let now = self.now;
        let task = &mut self.tasks[index];
        let arranged = task.particulars_mut();
        if let Some(callback) = &mut arranged.callback {
            callback.attempts = callback.attempts.saturating_sub(1);
            let interval = std::time::Duration::from_secs(u64::from(callback.interval_seconds));
            arranged.not_before = Some(now + interval);
        }
        task.set_awaits(None);
        task.begin_in_queue(now);
        self.wait(index);
    }

    pub(super) fn give_up_calling(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let task = &self.tasks[index];
        let queue = self.queues[task.queue].id.clone();
        outputs.push(Output::CallbackOver { task: task.id, queue });
        self.tasks.remove(index);
    }

    /// Another age than it had, for its place in line.
    pub(super) fn age(&mut self, task: TaskId, waiting_since: Timestamp) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        self.change_order(index, |task| task.waiting_since = waiting_since);
        Ok(())
    }
}
