//! How a task goes through the steps of its queue, and passes over some.

use std::borrow::Cow;

use model::task::Requirements;
use model::{Channel, Timestamp};

use super::Router;
use crate::agents::slot;
use crate::classes::{ClassIndex, ClassMark};
use crate::profiles::ProfileIndex;
use crate::queues::{QueueIndex, RunningQueue};
use crate::steps::{SkipWhen, Step};
use crate::tasks::{Spot, State, Task, TaskIndex};

impl Router {
    /// The step the task's age puts it in, and when that ends. Steps that it enters are judged: one that
    /// is passed over takes no time.
    pub(super) fn step_of(&mut self, index: TaskIndex) -> (usize, Timestamp) {
        let count = self.steps_of(&self.tasks[index]).len();
        let mut ends = self.tasks[index].steps_since;
        for number in 0..count {
            if self.tasks[index].walked.has_skipped(number) {
                continue;
            }
            let step = &self.steps_of(&self.tasks[index])[number];
            let (duration, skip_when) = (step.duration, step.skip_when);
            let is_new = self.tasks[index].walked.enter(number);
            let Some(duration) = duration.filter(|_| number + 1 < count) else {
                return (number, Timestamp::MAX);
            };
            let over = ends + duration;
            let is_in = self.tasks[index].walked.is_in(number) && self.now < over;
            let judged = is_new || (is_in && skip_when == SkipWhen::NobodyLoggedIn);
            if judged && self.is_passed_over(index, number, skip_when) {
                self.tasks[index].walked.skip(number);
                continue;
            }
            ends = over;
            if self.now < ends {
                return (number, ends);
            }
        }
        (0, Timestamp::MAX)
    }

    fn is_passed_over(&mut self, index: TaskIndex, step: usize, when: SkipWhen) -> bool {
        if when == SkipWhen::Never || step >= Step::MOST {
            return false;
        }
        let class = self.class_of(index, step);
        !self.classes[class].profiles.iter().any(|profile| self.profiles[*profile].is_there(when))
    }

    fn steps_of(&self, task: &Task) -> &[Step] {
        self.queues[task.queue].settings.as_ref().map_or(&[], |settings| &settings.steps)
    }

    /// The last of a profile's agents has logged out: tasks may wait in steps that nobody meets any more.
    pub(super) fn note_deserted(&mut self, profile: ProfileIndex) {
        for slot in Channel::ALL.map(slot) {
            let waited_in = |mark: &ClassMark| self.classes.head(mark.class).is_some();
            let marks = self.profiles[profile].classes[slot].marks().filter(waited_in);
            let marks = marks.filter(|mark| self.classes.is_current(*mark));
            let is_judged =
                |mark: &ClassMark| has_steps_for_somebody(&self.queues[self.classes[mark.class].key.queue]);
            self.deserted.extend(marks.filter(is_judged));
        }
        let lists = self.profiles[profile].queues.iter().copied();
        let is_judged = |queue: &QueueIndex| {
            let queue = &self.queues[*queue];
            queue.is_pulled() && has_steps_for_somebody(queue)
        };
        self.deserted_lists.extend(lists.filter(is_judged));
    }

    /// Lets tasks go on that wait in a step from which the last agent has logged out.
    pub(super) fn judge_deserted(&mut self) {
        for mark in std::mem::take(&mut self.deserted) {
            if self.classes.is_current(mark) {
                self.judge_deserted_class(mark.class);
            }
        }
        for queue in std::mem::take(&mut self.deserted_lists) {
            let waiting = self.queues[queue].waiting.iter().map(|key| key.index).collect();
            self.judge_deserted_tasks(waiting);
        }
    }

    fn judge_deserted_class(&mut self, class: ClassIndex) {
        let when = SkipWhen::NobodyLoggedIn;
        if !self.classes[class].profiles.iter().any(|profile| self.profiles[*profile].is_there(when)) {
            self.judge_deserted_tasks(self.classes.tasks(class).map(|key| key.index).collect());
        }
    }

    fn judge_deserted_tasks(&mut self, waiting: Vec<TaskIndex>) {
        for index in waiting {
            let task = &self.tasks[index];
            let State::Waiting(Spot::Class { step, .. } | Spot::Pull { step }) = task.state else { continue };
            let step = self.steps_of(task).get(step);
            if step.is_some_and(|step| step.skip_when == SkipWhen::NobodyLoggedIn) {
                self.wait_anew(index);
            }
        }
    }

    /// What an agent must meet in a step.
    pub(crate) fn requirements_in<'a>(&'a self, task: &'a Task, step: usize) -> Cow<'a, Requirements> {
        let rule = self.steps_of(task).get(step).map(|step| &step.requirements);
        rule.map_or(Cow::Borrowed(task.requirements()), |rule| rule.of(task.requirements()))
    }
}

/// Whether the queue has a step that is passed over once nobody is logged in for it.
fn has_steps_for_somebody(queue: &RunningQueue) -> bool {
    let mut steps = queue.settings.iter().flat_map(|settings| &settings.steps);
    steps.any(|step| step.skip_when == SkipWhen::NobodyLoggedIn)
}
