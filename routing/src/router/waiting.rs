//! Where a waiting task is listed: with the agent it waits for, with a step's class, or nowhere
//! while its queue is closed. Also where it goes when its queue's time is over.

use model::Timestamp;

use super::Router;
use crate::expression::{TaskView, Truth};

use super::onward::Onward;
use crate::agents::AgentIndex;
use crate::classes::{Asked, ClassKey};
use crate::order::TaskKey;
use crate::output::{Output, OverflowReason};
use crate::profiles::Needs;
use crate::tasks::{Because, Spot, State, Task, TaskIndex};

/// What is to become of a task that waits.
pub(super) enum Next {
    Spot { spot: Spot, deadline: Timestamp },
    Onward { onward: Onward, reason: OverflowReason, since: Timestamp },
    CallsUsedUp,
}

/// Whether a task comes into its queue anew, and may find it full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    Anew,
    Back,
}

/// What is known of a task of which nothing is said.
static NO_FACTS: model::TaskFacts = model::TaskFacts::NONE;

impl Router {
    /// Brings a task that is nowhere into its queue, unless that is full, before the next matching.
    pub(super) fn enter(&mut self, task: TaskIndex) {
        self.coming.push((task, Coming::Anew));
    }

    /// The same for a task that was in the queue before: it finds room always.
    pub(super) fn wait(&mut self, task: TaskIndex) {
        self.coming.push((task, Coming::Back));
    }

    /// Lists those that are to wait, or moves them on if their queue is over for them: in their order,
    /// once all else of the moment is done.
    pub(super) fn take_places(&mut self, outputs: &mut Vec<Output>) {
        self.judge_deserted();
        if let [(task, coming)] = self.coming[..] {
            self.coming.clear();
            return self.take_place(task, coming, outputs);
        }
        let mut coming = std::mem::take(&mut self.coming);
        coming.sort_by_cached_key(|(task, _)| self.tasks.get(*task).map(|_| self.key_of(*task)));
        for (task, coming) in coming {
            self.take_place(task, coming, outputs);
        }
    }

    fn take_place(&mut self, task: TaskIndex, coming: Coming, outputs: &mut Vec<Output>) {
        if self.tasks.get(task).is_some_and(|task| task.state == State::Nowhere) {
            self.come(task, coming, outputs);
        }
    }

    fn come(&mut self, task: TaskIndex, mut coming: Coming, outputs: &mut Vec<Output>) {
        loop {
            let turned_away = if coming == Coming::Anew { self.turned_away(task) } else { None };
            let next = turned_away.unwrap_or_else(|| self.next_for(task));
            coming = Coming::Back;
            match next {
                Next::Spot { spot, deadline } => return self.list(task, spot, deadline),
                Next::CallsUsedUp => return self.give_up_calling(task, outputs),
                Next::Onward { onward, reason, since } => match onward {
                    Onward::Queue { queue, agent } => {
                        self.overflow(task, queue, agent, reason, since, outputs);
                        coming = Coming::Anew;
                    }
                    Onward::Ask { answer_within } => self.ask(task, answer_within, reason, outputs),
                    Onward::End(end) => return self.end(task, end, reason, outputs),
                    Onward::Expire => return self.expire(task, outputs),
                },
            }
        }
    }

    /// Judges a waiting task anew: a step is over, an agent left, the queue opened or closed.
    pub(super) fn wait_anew(&mut self, task: TaskIndex) {
        if matches!(self.tasks[task].state, State::Ringing(_)) {
            return self.look_no_more(task);
        }
        self.leave_state(task);
        self.wait(task);
    }

    fn next_for(&mut self, index: TaskIndex) -> Next {
        let now = self.now;
        let task = &self.tasks[index];
        let queue = task.queue;
        if self.queues[queue].settings.is_none() {
            let onward = self.onward(index).unwrap_or(Onward::Expire);
            return Next::Onward { onward, reason: OverflowReason::QueueRemoved, since: now };
        }
        if task.callback().is_some_and(|callback| callback.attempts == 0) {
            return Next::CallsUsedUp;
        }
        if let Some(not_before) = task.not_before().filter(|at| *at > now) {
            return Next::Spot { spot: Spot::Later, deadline: not_before };
        }
        if let Some(agent) = self.agent_awaited(index) {
            return self.waits_for(index, agent);
        }
        if !self.queues[queue].is_open {
            return self.waits_closed(index);
        }
        let deadline = self.queue_deadline(index);
        if deadline <= now {
            return self.out_of_time(index, deadline);
        }
        let (step, ends) = self.step_of(index);
        if self.queues[queue].is_pulled() {
            return Next::Spot { spot: Spot::Pull { step }, deadline: ends.min(deadline) };
        }
        let class = self.class_of(index, step);
        Next::Spot { spot: Spot::Class { class, step }, deadline: ends.min(deadline) }
    }

    /// The agent this task still waits for. Ends that waiting if it makes no sense any more, and
    /// lets the steps begin where it ended.
    fn agent_awaited(&mut self, index: TaskIndex) -> Option<AgentIndex> {
        let task = &self.tasks[index];
        let awaited = task.awaits()?;
        let agent = &self.agents[awaited.agent];
        let takes = agent.profile.is_some_and(|profile| self.profiles[profile].takes(task.channel));
        let there = match awaited.because {
            Because::Preferred => agent.attendance().is_available && self.queues[task.queue].is_open,
            Because::Transferred => agent.attendance().is_logged_in,
        };
        if takes && (there || agent.is_expected()) && self.now < awaited.until {
            return Some(awaited.agent);
        }
        self.stop_awaiting(index);
        None
    }

    /// From now on any agent who meets the queue's steps will do; they begin where the waiting for
    /// one agent ended.
    pub(super) fn stop_awaiting(&mut self, index: TaskIndex) {
        let task = &mut self.tasks[index];
        let Some(awaited) = task.awaits() else { return };
        task.set_awaits(None);
        if let Some(since) = awaited.since {
            task.steps_since = task.steps_since + awaited.until.min(self.now).since(since);
        }
    }

    fn waits_for(&mut self, index: TaskIndex, agent: AgentIndex) -> Next {
        let deadline = self.queue_deadline(index);
        let now = self.now;
        if deadline <= now && self.queues[self.tasks[index].queue].is_open {
            return self.out_of_time(index, deadline);
        }
        let steps_since = self.tasks[index].steps_since;
        let until = match &mut self.tasks[index].particulars_mut().awaits {
            Some(awaited) => {
                // The time the customer waits counts from when the queue's time began to count.
                awaited.since.get_or_insert(steps_since.min(now));
                awaited.until
            }
            None => Timestamp::MAX,
        };
        let queue_open = self.queues[self.tasks[index].queue].is_open;
        let deadline = if queue_open { until.min(deadline) } else { until };
        Next::Spot { spot: Spot::Agent(agent), deadline }
    }

    /// The task as expressions see it.
    pub(crate) fn view<'a>(&'a self, task: &'a Task) -> TaskView<'a> {
        TaskView {
            channel: task.channel,
            priority: task.priority,
            queue: Some(&self.queues[task.queue].id),
            facts: task.facts.as_deref().unwrap_or(&NO_FACTS),
        }
    }

    /// The class of a task whose facts may be others now.
    pub(super) fn class_again(&mut self, index: TaskIndex, spot: Spot) -> Spot {
        match spot {
            Spot::Class { step, .. }
                if !self.requirements_in(&self.tasks[index], step).conditions.is_empty() =>
            {
                Spot::Class { class: self.class_of(index, step), step }
            }
            other => other,
        }
    }

    pub(super) fn class_of(&mut self, index: TaskIndex, step: usize) -> crate::classes::ClassIndex {
        let task = &self.tasks[index];
        let (queue, channel) = (task.queue, task.channel);
        let (needs, rest) = self.needs_in(index, step);
        let key = ClassKey { queue, channel, needs, rest };
        if let Some(class) = self.classes.find(&key) {
            return class;
        }
        self.forget_spare_classes();
        self.add_class(key)
    }

    /// What an agent must have and be in a step, in numbers, and what must be true besides.
    fn needs_in(&mut self, index: TaskIndex, step: usize) -> (Needs, Box<[Truth]>) {
        let task = &self.tasks[index];
        let requirements = self.requirements_in(task, step);
        if !requirements.conditions.is_empty() {
            let whole = requirements.into_owned();
            self.conditions.learn(&whole.conditions);
            let (asked, besides) = self.conditions.asked(&whole, &self.view(&self.tasks[index]));
            return (self.names.needs(&asked), besides.into());
        }
        if std::ptr::eq(&*requirements, task.requirements()) {
            return (task.wish().needs.clone(), Box::default());
        }
        if let Some(needs) = self.names.known(&requirements) {
            return (needs, Box::default());
        }
        let requirements = requirements.into_owned();
        (self.names.needs(&requirements), Box::default())
    }

    /// Its key in the line of its queue.
    pub(super) fn key_of(&self, index: TaskIndex) -> TaskKey {
        let task = &self.tasks[index];
        self.queues[task.queue].order.key(task, index)
    }

    /// A queue that has been empty starts level with those that were not.
    fn join_line(&mut self, index: TaskIndex, key: TaskKey, asked: Asked) {
        let (now, level) = (self.now, self.level);
        let queue = self.queue_of(index);
        if queue.waiting.is_empty() && queue.empty_since < now {
            queue.pass = queue.pass.max(level);
        }
        queue.waiting.insert(key, asked);
    }

    fn leave_line(&mut self, index: TaskIndex, key: &TaskKey) {
        let now = self.now;
        let queue = self.queue_of(index);
        queue.waiting.remove(key);
        if queue.waiting.is_empty() {
            queue.empty_since = now;
        }
    }

    pub(super) fn leave_spot(&mut self, index: TaskIndex, spot: Spot) {
        let key = self.key_of(index);
        if spot != Spot::Later {
            self.leave_line(index, &key);
        }
        let task = &mut self.tasks[index];
        match spot {
            Spot::Class { class, .. } => self.classes.remove(class, &key),
            Spot::Agent(agent) => {
                self.agents[agent].awaited_by.remove(&key);
            }
            Spot::Later => {
                self.queues[task.queue].later.remove(&(task.id, index));
            }
            Spot::Closed { since } => {
                let closed = self.now.since(since);
                task.queued_since = task.queued_since + closed;
                task.steps_since = task.steps_since + closed;
            }
            Spot::Pull { .. } => {}
        }
    }

    pub(super) fn list(&mut self, index: TaskIndex, spot: Spot, deadline: Timestamp) {
        let task = &mut self.tasks[index];
        task.state = State::Waiting(spot);
        if spot == Spot::Later {
            self.queues[task.queue].later.insert((task.id, index));
            return self.set_deadline(index, deadline);
        }
        self.put_in_line(index, spot);
        self.renew_retries(index);
        self.set_deadline(index, deadline);
        self.moved_tasks.push(index);
    }

    /// Puts a task in line, where `leave_spot` takes it out.
    pub(super) fn put_in_line(&mut self, index: TaskIndex, spot: Spot) {
        let key = self.key_of(index);
        let asked = match spot {
            Spot::Class { class, .. } => Asked { ability: self.classes[class].ability(), class },
            Spot::Agent(_) | Spot::Closed { .. } | Spot::Later | Spot::Pull { .. } => Asked::BY_NOBODY,
        };
        self.join_line(index, key, asked);
        match spot {
            Spot::Class { class, .. } => self.classes.insert(class, key),
            Spot::Agent(agent) => {
                self.agents[agent].awaited_by.insert(key);
            }
            Spot::Closed { .. } | Spot::Later | Spot::Pull { .. } => {}
        }
    }
}
