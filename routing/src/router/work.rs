//! Inputs about tasks: arriving, restored, transferred, released, reprioritised, wrapped up, done.

use model::task::{Priority, Requirements, ReservationEnd, TransferTarget};
use model::{ReservationId, TaskFacts, TaskId, Timestamp};

use super::Router;
use crate::input::{PreferredAgent, RestoredOffer, RestoredState, TaskRequest};
use crate::output::{Output, Refusal};
use crate::patience::WaitEnd;
use crate::queues::QueueIndex;
use crate::rings::Ring;
use crate::tasks::{Awaited, Because, Spot, State, Task, TaskIndex, sent_to};

impl Router {
    pub(super) fn arrive(&mut self, request: TaskRequest) -> Result<(), Refusal> {
        let queued_since = request.waiting_since;
        let index = self.admit(request, queued_since)?;
        self.enter(index);
        Ok(())
    }

    pub(super) fn restore(
        &mut self,
        request: TaskRequest,
        queued_since: Timestamp,
        state: RestoredState,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let queued_since = self.without_closed_time(&request, queued_since);
        let index = self.admit(request, queued_since)?;
        let holder = |router: &mut Self, agent| {
            let offline = router.offline.clone();
            router.agents.find_or_add(agent, &offline, router.now, &mut router.lots)
        };
        match state {
            RestoredState::Pending => self.wait_restored(index),
            RestoredState::WaitingFor { agent } => {
                let agent = holder(self, &agent);
                self.tasks[index].set_awaits(Some(sent_to(agent)));
                self.wait_restored(index);
            }
            RestoredState::Reserved { reservation, agent, expires_at } if expires_at <= self.now => {
                // It rang out while nobody could answer: not the agent's fault.
                let outcome = ReservationEnd::Canceled;
                outputs.push(Output::ReservationEnded {
                    reservation,
                    task: self.tasks[index].id,
                    agent,
                    outcome,
                    reason: None,
                });
                self.wait(index);
            }
            RestoredState::Reserved { reservation, agent, expires_at } => {
                let agent = holder(self, &agent);
                self.reservations.insert(reservation, index);
                self.hold(index, State::Reserved { reservation, agent });
                self.set_deadline(index, expires_at);
            }
            RestoredState::Ringing { offers } => self.restore_ringing(index, offers, outputs),
            RestoredState::Assigned { agent, reservation, is_held } => {
                let agent = holder(self, &agent);
                self.remember(reservation, index);
                self.hold(index, State::Assigned { agent, reservation });
                self.tasks[index].is_held = is_held;
                self.agents[agent].holds |= is_held;
            }
            RestoredState::Wrapping { agent, since } => {
                let agent = holder(self, &agent);
                self.hold(index, State::Wrapping { agent, since });
                self.limit_wrap_up(index, since);
            }
        }
        Ok(())
    }

    /// What rang out meanwhile is over and nobody's fault; the others ring on.
    fn restore_ringing(&mut self, index: TaskIndex, offers: Vec<RestoredOffer>, outputs: &mut Vec<Output>) {
        let mut rings = Vec::new();
        for RestoredOffer { reservation, agent, expires_at } in offers {
            if expires_at <= self.now {
                let (task, outcome) = (self.tasks[index].id, ReservationEnd::Canceled);
                let ended = Output::ReservationEnded { reservation, task, agent, outcome, reason: None };
                outputs.push(ended);
                continue;
            }
            let offline = self.offline.clone();
            let agent = self.agents.find_or_add(&agent, &offline, self.now, &mut self.lots);
            rings.push(Ring { reservation, agent, expires_at, decision: None });
        }
        if rings.is_empty() { self.wait(index) } else { self.ring_on(index, rings) }
    }

    /// Nobody has said yet where the agent is it may wait for.
    fn wait_restored(&mut self, index: TaskIndex) {
        if let Some(awaited) = self.tasks[index].awaits() {
            self.agents[awaited.agent].expect();
        }
        self.wait(index);
    }

    pub(super) fn transfer(
        &mut self,
        task: TaskId,
        target: &TransferTarget,
        requirements: Requirements,
        preferred: Option<&PreferredAgent>,
        facts: Option<TaskFacts>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let unknown = || Refusal::UnknownQueue { task, queue: target.queue().clone() };
        let queue = self.queues.configured(target.queue()).ok_or_else(unknown)?;
        let awaits = match target {
            TransferTarget::Queue { .. } => preferred.and_then(|wish| self.preference(wish, self.now)),
            TransferTarget::Agent { agent, .. } => Some(sent_to(self.find_agent(agent)?)),
        };
        // Who was only asked may be asked again.
        let giver = match self.tasks[index].state {
            State::Assigned { agent, .. } | State::Wrapping { agent, .. } => Some(agent),
            State::Reserved { .. }
            | State::Ringing(_)
            | State::Calling { .. }
            | State::Waiting(_)
            | State::Nowhere => None,
        };
        self.recall(index, outputs);
        let now = self.now;
        self.tasks.ask(index, requirements, &mut self.names);
        let moved = &mut self.tasks[index];
        moved.queue = queue;
        if let Some(facts) = facts {
            moved.facts = boxed(facts);
        }
        moved.set_awaits(awaits);
        moved.forget_the_queues();
        moved.begin_in_queue(now);
        if let Some(giver) = giver {
            self.set_aside_giver(index, giver);
        }
        if let Some(awaited) = awaits.filter(|awaited| awaited.because == Because::Transferred) {
            self.tasks[index].retain_set_aside(|(agent, _)| *agent != awaited.agent);
        }
        self.enter(index);
        Ok(())
    }

    pub(super) fn release(
        &mut self,
        task: TaskId,
        under: Option<ReservationId>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        if let Some(ring) = under.and_then(|under| self.ringing.under(index, under)).copied() {
            // Only this one of several was not recorded.
            self.end_ring(index, ring.reservation, ReservationEnd::Canceled, None, outputs);
            self.set_aside_giver(index, ring.agent);
            self.renew_retries(index);
            self.ring_less(index);
            return Ok(());
        }
        let is_over = under.is_some() && self.tasks[index].reservation() != under;
        if self.tasks[index].is_waiting() || is_over {
            return Err(Refusal::NotAssigned { task });
        }
        let giver = self.tasks[index].agent();
        self.recall(index, outputs);
        if let Some(giver) = giver {
            self.set_aside_giver(index, giver);
        }
        let now = self.now;
        let released = &mut self.tasks[index];
        released.set_awaits(None);
        released.begin_in_queue(now);
        self.wait(index);
        Ok(())
    }

    pub(super) fn reprioritise(&mut self, task: TaskId, priority: Priority) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        self.change_order(index, |task| task.priority = priority);
        Ok(())
    }

    pub(super) fn learn(&mut self, task: TaskId, facts: TaskFacts) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        if self.view(&self.tasks[index]).facts != &facts {
            self.change_order(index, |task| task.facts = boxed(facts));
        }
        Ok(())
    }

    /// Changes what a task's place in line is made of.
    pub(super) fn change_order(&mut self, index: TaskIndex, change: impl FnOnce(&mut Task)) {
        let state = self.tasks[index].state;
        if let State::Ringing(Some(spot)) = state {
            self.leave_spot(index, spot);
            change(&mut self.tasks[index]);
            let spot = self.class_again(index, spot);
            return self.put_in_line(index, spot);
        }
        let State::Waiting(spot) = state else {
            return change(&mut self.tasks[index]);
        };
        let deadline = self.tasks[index].deadline;
        self.leave_spot(index, spot);
        change(&mut self.tasks[index]);
        let spot = match spot {
            Spot::Closed { .. } => Spot::Closed { since: self.now },
            Spot::Class { .. } => self.class_again(index, spot),
            Spot::Pull { .. } | Spot::Agent(_) | Spot::Later => spot,
        };
        self.list(index, spot, deadline);
    }

    pub(super) fn start_wrap_up(&mut self, task: TaskId) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        let State::Assigned { agent, reservation } = self.tasks[index].state else {
            return Err(Refusal::NotAssigned { task });
        };
        if let Some(reservation) = reservation {
            self.reservations.remove(&reservation);
        }
        let since = self.now;
        self.change_held(index, State::Wrapping { agent, since });
        self.limit_wrap_up(index, since);
        Ok(())
    }

    /// The customer of a task that nobody has answered gives up.
    pub(super) fn note_leaving(&mut self, task: TaskId) {
        let Ok(index) = self.find_task(task) else { return };
        if matches!(self.tasks[index].state, State::Waiting(_) | State::Reserved { .. }) {
            self.note_wait(index, WaitEnd::Left);
        }
    }

    /// How a wait in a queue ended, for the waiting times of others. Nobody waits beside a callback.
    pub(super) fn note_wait(&mut self, index: TaskIndex, end: WaitEnd) {
        let task = &self.tasks[index];
        if task.callback().is_none() {
            let wait = self.now.since(task.queued_since);
            self.queue_of(index).patience.note(wait, end);
        }
    }

    /// Completed or canceled: a waiting task is gone, a ringing one stops, a slot is free.
    pub(super) fn forget(&mut self, task: TaskId, outputs: &mut Vec<Output>) -> Result<(), Refusal> {
        let index = self.find_task(task)?;
        self.recall(index, outputs);
        self.drop_task(index);
        Ok(())
    }

    fn admit(&mut self, mut request: TaskRequest, queued_since: Timestamp) -> Result<TaskIndex, Refusal> {
        let task = request.id;
        if self.tasks.find(task).is_some() {
            return Err(Refusal::DuplicateTask { task });
        }
        let Some(queue) = self.queues.configured(&request.queue) else {
            return Err(Refusal::UnknownQueue { task, queue: request.queue });
        };
        let not_before = request.not_before;
        let queued_since = not_before.map_or(queued_since, |at| queued_since.max(at));
        let awaits = request.preferred_agent.as_ref().and_then(|wish| self.preference(wish, queued_since));
        let wish = self.tasks.wish(std::mem::take(&mut request.requirements), &mut self.names);
        let mut task = Task::new(&request, queue, queued_since, wish);
        task.facts = boxed(request.facts);
        task.set_awaits(awaits);
        if not_before.is_some() || request.callback.is_some() {
            let particulars = task.particulars_mut();
            (particulars.not_before, particulars.callback) = (not_before, request.callback);
        }
        Ok(self.tasks.add(task))
    }

    fn preference(&self, wish: &PreferredAgent, queued_since: Timestamp) -> Option<Awaited> {
        let rule = self.configuration.preferred_agent;
        if self.now.since(wish.last_contact) > rule.within {
            return None;
        }
        let agent = self.agents.find(&wish.agent)?;
        let until = queued_since + wish.at_most.unwrap_or(rule.at_most);
        // Waited for already, before a restart: the steps come after.
        let since = (until <= self.now).then_some(queued_since);
        Some(Awaited { agent, until, because: Because::Preferred, since })
    }

    /// The queue's times stood still while it was closed, also before a restart.
    fn without_closed_time(&self, request: &TaskRequest, queued_since: Timestamp) -> Timestamp {
        let Some(queue) = self.queues.find(&request.queue) else { return queued_since };
        self.now - self.open_since(queue, queued_since)
    }

    fn remember(&mut self, reservation: Option<ReservationId>, index: TaskIndex) {
        if let Some(reservation) = reservation {
            self.reservations.insert(reservation, index);
        }
    }

    fn limit_wrap_up(&mut self, index: TaskIndex, since: Timestamp) {
        let queue: QueueIndex = self.tasks[index].queue;
        let limit = self.queues[queue].settings.as_ref().and_then(|settings| settings.wrap_up_limit);
        if let Some(limit) = limit {
            self.set_deadline(index, since + limit);
        }
    }
}

/// Most tasks have none: a waiting one is to be small.
fn boxed(facts: TaskFacts) -> Option<Box<TaskFacts>> {
    (!facts.is_empty()).then(|| Box::new(facts))
}
