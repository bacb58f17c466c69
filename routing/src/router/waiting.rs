//! Where a waiting task is listed: with the agent it waits for, with a step's class, or nowhere
//! while its queue is closed. Also where it goes when its queue's time is over.

use std::borrow::Cow;

use model::Timestamp;
use model::task::Requirements;

use super::Router;
use crate::ability::Ability;
use crate::agents::{AgentIndex, Told};
use crate::classes::ClassKey;
use crate::configuration::WhenClosed;
use crate::output::{Output, OverflowReason};
use crate::queues::QueueIndex;
use crate::tasks::{Because, Spot, State, Task, TaskIndex};

/// What is to become of a task that waits.
enum Next {
    Spot { spot: Spot, deadline: Timestamp },
    Overflow { to: QueueIndex, reason: OverflowReason, since: Timestamp },
    Expire,
}

impl Router {
    /// Lists a task that is nowhere as waiting; or moves it on if its queue is over for it.
    pub(super) fn wait(&mut self, task: TaskIndex, outputs: &mut Vec<Output>) {
        loop {
            match self.next_for(task) {
                Next::Spot { spot, deadline } => return self.list(task, spot, deadline),
                Next::Expire => return self.expire(task, outputs),
                Next::Overflow { to, reason, since } => self.overflow(task, to, reason, since, outputs),
            }
        }
    }

    /// Judges a waiting task anew: a step is over, an agent left, the queue opened or closed.
    pub(super) fn wait_anew(&mut self, task: TaskIndex, outputs: &mut Vec<Output>) {
        self.leave_state(task);
        self.wait(task, outputs);
    }

    fn next_for(&mut self, index: TaskIndex) -> Next {
        let now = self.now;
        let queue = self.tasks[index].queue;
        if self.queues[queue].settings.is_none() {
            let overflow = self.onward(index);
            return overflow.map_or(Next::Expire, |to| Next::Overflow {
                to,
                reason: OverflowReason::QueueRemoved,
                since: now,
            });
        }
        if let Some(agent) = self.agent_awaited(index) {
            return self.waits_for(index, agent);
        }
        if !self.queues[queue].is_open {
            return self.waits_closed(index);
        }
        let deadline = self.queue_deadline(index);
        if deadline <= now {
            let overflow = self.onward(index);
            return overflow.map_or(Next::Expire, |to| Next::Overflow {
                to,
                reason: OverflowReason::Deadline,
                since: deadline,
            });
        }
        let (step, ends) = self.step_of(index);
        let class = self.class_of(index, step);
        Next::Spot { spot: Spot::Class { class, step }, deadline: ends.min(deadline) }
    }

    /// The agent this task still waits for. Ends that waiting if it makes no sense any more, and
    /// lets the steps begin where it ended.
    fn agent_awaited(&mut self, index: TaskIndex) -> Option<AgentIndex> {
        let task = &self.tasks[index];
        let awaited = task.awaits?;
        let agent = &self.agents[awaited.agent];
        let takes = agent.profile.is_some_and(|profile| self.profiles[profile].takes(task.channel));
        let there = match awaited.because {
            Because::Preferred => agent.is_routable() && self.queues[task.queue].is_open,
            Because::Transferred => agent.routability != crate::Routability::LoggedOut,
        };
        if takes && (there || agent.told == Told::Expected) && self.now < awaited.until {
            return Some(awaited.agent);
        }
        self.stop_awaiting(index);
        None
    }

    /// From now on any agent who meets the queue's steps will do; they begin where the waiting for
    /// one agent ended.
    pub(super) fn stop_awaiting(&mut self, index: TaskIndex) {
        let task = &mut self.tasks[index];
        let Some(awaited) = task.awaits.take() else { return };
        if let Some(since) = awaited.since {
            task.steps_since = task.steps_since + awaited.until.min(self.now).since(since);
        }
    }

    fn waits_for(&mut self, index: TaskIndex, agent: AgentIndex) -> Next {
        let deadline = self.queue_deadline(index);
        let now = self.now;
        if deadline <= now && self.queues[self.tasks[index].queue].is_open {
            let overflow = self.onward(index);
            return overflow.map_or(Next::Expire, |to| Next::Overflow {
                to,
                reason: OverflowReason::Deadline,
                since: deadline,
            });
        }
        let steps_since = self.tasks[index].steps_since;
        let until = match &mut self.tasks[index].awaits {
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

    fn waits_closed(&mut self, index: TaskIndex) -> Next {
        let now = self.now;
        let settings = self.queues[self.tasks[index].queue].settings.as_ref();
        let overflows = settings.is_some_and(|queue| queue.when_closed == WhenClosed::Overflow);
        if overflows && let Some(to) = self.onward(index) {
            return Next::Overflow { to, reason: OverflowReason::Closed, since: now };
        }
        Next::Spot { spot: Spot::Closed { since: now }, deadline: Timestamp::MAX }
    }

    /// The queue this task overflows to, unless it has come from there.
    fn onward(&self, index: TaskIndex) -> Option<QueueIndex> {
        let task = &self.tasks[index];
        let queue = &self.queues[task.queue];
        let settings = queue.settings.as_ref().or_else(|| self.removed.get(&queue.id));
        let to = self.queues.configured(settings?.overflow.as_ref()?)?;
        (to != task.queue && !task.overflowed_from.contains(&to)).then_some(to)
    }

    fn overflow(
        &mut self,
        index: TaskIndex,
        to: QueueIndex,
        reason: OverflowReason,
        since: Timestamp,
        outputs: &mut Vec<Output>,
    ) {
        let task = &mut self.tasks[index];
        let from = std::mem::replace(&mut task.queue, to);
        task.overflowed_from.push(from);
        task.awaits = None;
        task.queued_since = since;
        task.steps_since = since;
        outputs.push(Output::Overflowed {
            task: task.id,
            from: self.queues[from].id.clone(),
            to: self.queues[to].id.clone(),
            reason,
        });
    }

    fn expire(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        let task = &self.tasks[index];
        outputs.push(Output::Expired { task: task.id, queue: self.queues[task.queue].id.clone() });
        self.tasks.remove(index);
    }

    fn queue_deadline(&self, index: TaskIndex) -> Timestamp {
        let task = &self.tasks[index];
        let settings = self.queues[task.queue].settings.as_ref();
        let limit = settings.and_then(|settings| settings.deadline);
        limit.map_or(Timestamp::MAX, |limit| task.queued_since + limit)
    }

    /// The step the task's age puts it in, and when that ends.
    fn step_of(&self, index: TaskIndex) -> (usize, Timestamp) {
        let task = &self.tasks[index];
        let steps = self.queues[task.queue].settings.as_ref().map_or(&[][..], |settings| &settings.steps);
        let mut ends = task.steps_since;
        for (number, step) in steps.iter().enumerate() {
            let Some(duration) = step.duration else { return (number, Timestamp::MAX) };
            ends = ends + duration;
            if self.now < ends {
                let last = number + 1 == steps.len();
                return (number, if last { Timestamp::MAX } else { ends });
            }
        }
        (steps.len().saturating_sub(1), Timestamp::MAX)
    }

    /// What an agent must meet in a step.
    pub(crate) fn requirements_in<'a>(&'a self, task: &'a Task, step: usize) -> Cow<'a, Requirements> {
        let settings = self.queues[task.queue].settings.as_ref();
        let rule = settings.and_then(|settings| settings.steps.get(step)).map(|step| &step.requirements);
        rule.map_or(Cow::Borrowed(&task.requirements), |rule| rule.of(&task.requirements))
    }

    fn class_of(&mut self, index: TaskIndex, step: usize) -> crate::classes::ClassIndex {
        let task = &self.tasks[index];
        let (queue, channel) = (task.queue, task.channel);
        let requirements = self.requirements_in(task, step);
        let needs = match self.names.known(&requirements) {
            Some(needs) => needs,
            None => {
                let requirements = requirements.into_owned();
                self.names.needs(&requirements)
            }
        };
        let key = ClassKey { queue, channel, needs };
        if let Some(class) = self.classes.find(&key) {
            return class;
        }
        self.forget_spare_classes();
        self.add_class(key)
    }

    pub(super) fn leave_spot(&mut self, index: TaskIndex, spot: Spot) {
        let task = &mut self.tasks[index];
        let key = task.key(index);
        self.queues[task.queue].waiting.remove(&key);
        match spot {
            Spot::Class { class, .. } => self.classes.remove(class, &key),
            Spot::Agent(agent) => {
                self.agents[agent].awaited_by.remove(&key);
            }
            Spot::Closed { since } => {
                let closed = self.now.since(since);
                task.queued_since = task.queued_since + closed;
                task.steps_since = task.steps_since + closed;
            }
        }
    }

    pub(super) fn list(&mut self, index: TaskIndex, spot: Spot, deadline: Timestamp) {
        let task = &mut self.tasks[index];
        task.state = State::Waiting(spot);
        let key = task.key(index);
        let asked = match spot {
            Spot::Class { class, .. } => self.classes[class].asked,
            Spot::Agent(_) | Spot::Closed { .. } => Ability::BEYOND,
        };
        self.queues[task.queue].waiting.insert(key, asked);
        match spot {
            Spot::Class { class, .. } => self.classes.insert(class, key),
            Spot::Agent(agent) => {
                self.agents[agent].awaited_by.insert(key);
            }
            Spot::Closed { .. } => {}
        }
        self.renew_retries(index);
        self.set_deadline(index, deadline);
        self.moved_tasks.push(index);
    }
}
