//! Where a task goes when its queue is full, closed, gone, or over for it.

use std::time::Duration;

use model::{Channel, Timestamp};

use super::Router;
use super::waiting::Next;
use crate::agents::AgentIndex;
use crate::configuration::{Queue, WhenClosed};
use crate::output::{End, Output, OverflowReason};
use crate::overflow::Overflow;
use crate::queues::QueueIndex;
use crate::tasks::{Because, Spot, Task, TaskIndex, sent_to};

/// The way on.
pub(super) enum Onward {
    Queue { queue: QueueIndex, agent: Option<AgentIndex> },
    Ask { answer_within: Duration },
    End(End),
    Expire,
}

impl Router {
    /// Where a task goes that finds its queue full; none if there is room, or it needs none.
    pub(super) fn turned_away(&self, index: TaskIndex) -> Option<Next> {
        let task = &self.tasks[index];
        let queue = &self.queues[task.queue];
        let settings = queue.settings.as_ref()?;
        let most = usize::try_from(settings.most_waiting?).unwrap_or(usize::MAX);
        let is_sent = task.awaits().is_some_and(|awaited| awaited.because == Because::Transferred);
        let is_later = task.not_before().is_some_and(|not_before| not_before > self.now);
        if queue.waiting_count() < most || is_sent || is_later || task.callback().is_some() {
            return None;
        }
        let onward = match settings.when_full.as_ref().or(settings.overflow.as_ref()) {
            Some(Overflow::Callback { .. }) if is_never_asked(task) => return None,
            Some(overflow) => self.follow(task, overflow).unwrap_or(Onward::Expire),
            None => Onward::Expire,
        };
        Some(Next::Onward { onward, reason: OverflowReason::Full, since: self.now })
    }

    pub(super) fn out_of_time(&self, index: TaskIndex, since: Timestamp) -> Next {
        let asked = self.tasks[index].asked_until().is_some();
        let onward = if asked { None } else { self.onward(index) };
        let onward = onward.unwrap_or(Onward::Expire);
        Next::Onward { onward, reason: OverflowReason::Deadline, since }
    }

    pub(super) fn waits_closed(&self, index: TaskIndex) -> Next {
        let now = self.now;
        let task = &self.tasks[index];
        let spot = Spot::Closed { since: now };
        if let Some(until) = task.asked_until() {
            let expired = Next::Onward { onward: Onward::Expire, reason: OverflowReason::Closed, since: now };
            return if until <= now { expired } else { Next::Spot { spot, deadline: until } };
        }
        let settings = self.queues[task.queue].settings.as_ref();
        let overflows = settings.is_some_and(|queue| queue.when_closed == WhenClosed::Overflow);
        let stays = task.callback().is_some() || self.asks_in_vain(task);
        if overflows
            && !stays
            && let Some(onward) = self.onward(index)
        {
            return Next::Onward { onward, reason: OverflowReason::Closed, since: now };
        }
        Next::Spot { spot, deadline: Timestamp::MAX }
    }

    /// When the queue is over for the task.
    pub(crate) fn queue_deadline(&self, index: TaskIndex) -> Timestamp {
        let task = &self.tasks[index];
        if let Some(until) = task.asked_until() {
            return until;
        }
        if task.callback().is_some() || self.asks_in_vain(task) {
            return Timestamp::MAX;
        }
        let limit = self.settings_of(task).and_then(|settings| settings.deadline);
        limit.map_or(Timestamp::MAX, |limit| task.queued_since + limit)
    }

    /// Where the task's queue overflows to; none if nowhere, or the task has come from there.
    pub(super) fn onward(&self, index: TaskIndex) -> Option<Onward> {
        let task = &self.tasks[index];
        self.follow(task, self.settings_of(task)?.overflow.as_ref()?)
    }

    fn follow(&self, task: &Task, overflow: &Overflow) -> Option<Onward> {
        match overflow {
            Overflow::Queue { queue } => {
                let queue = self.queues.configured(queue).filter(|queue| *queue != task.queue)?;
                let is_new = !task.overflowed_from().contains(&queue);
                is_new.then_some(Onward::Queue { queue, agent: None })
            }
            Overflow::Agent { agent, queue } => {
                let queue = self.queues.configured(queue)?;
                let agent = self.agents.find(agent)?;
                let is_new = !task.overflowed_from().contains(&queue);
                is_new.then_some(Onward::Queue { queue, agent: Some(agent) })
            }
            Overflow::Callback { answer_within } => Some(Onward::Ask { answer_within: *answer_within }),
            Overflow::Voicemail => Some(Onward::End(End::Voicemail)),
            Overflow::Message => Some(Onward::End(End::Message)),
        }
    }

    /// Whether its queue overflows by a question that this task's customer is not asked.
    fn asks_in_vain(&self, task: &Task) -> bool {
        let overflow = self.settings_of(task).and_then(|settings| settings.overflow.as_ref());
        matches!(overflow, Some(Overflow::Callback { .. })) && is_never_asked(task)
    }

    fn settings_of(&self, task: &Task) -> Option<&Queue> {
        let queue = &self.queues[task.queue];
        queue.settings.as_ref().or_else(|| self.removed.get(&queue.id))
    }

    pub(super) fn overflow(
        &mut self,
        index: TaskIndex,
        to: QueueIndex,
        agent: Option<AgentIndex>,
        reason: OverflowReason,
        since: Timestamp,
        outputs: &mut Vec<Output>,
    ) {
        let task = &mut self.tasks[index];
        let from = std::mem::replace(&mut task.queue, to);
        task.particulars_mut().overflowed_from.push(from);
        task.set_awaits(agent.map(sent_to));
        task.retain_set_aside(|(other, _)| Some(*other) != agent);
        task.begin_in_queue(since);
        outputs.push(Output::Overflowed {
            task: task.id,
            from: self.queues[from].id.clone(),
            to: self.queues[to].id.clone(),
            agent: agent.map(|agent| self.agents[agent].id.clone()),
            reason,
        });
    }

    pub(super) fn ask(
        &mut self,
        index: TaskIndex,
        answer_within: Duration,
        reason: OverflowReason,
        outputs: &mut Vec<Output>,
    ) {
        let until = self.now + answer_within;
        let task = &mut self.tasks[index];
        task.particulars_mut().asked_until = Some(until);
        let queue = self.queues[task.queue].id.clone();
        outputs.push(Output::CallbackOffered { task: task.id, queue, until, reason });
    }

    pub(super) fn end(
        &mut self,
        index: TaskIndex,
        end: End,
        reason: OverflowReason,
        outputs: &mut Vec<Output>,
    ) {
        let task = &self.tasks[index];
        let queue = self.queues[task.queue].id.clone();
        outputs.push(Output::Ended { task: task.id, queue, end, reason });
        self.tasks.remove(index);
    }

    pub(super) fn expire(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let task = &self.tasks[index];
        outputs.push(Output::Expired { task: task.id, queue: self.queues[task.queue].id.clone() });
        self.tasks.remove(index);
    }
}

/// Nobody waits beside an e-mail, and who chose a callback was asked.
fn is_never_asked(task: &Task) -> bool {
    task.channel == Channel::Email || task.asked_until().is_some() || task.callback().is_some()
}
