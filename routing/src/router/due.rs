//! What the router does by itself when a time has come.

use model::task::ReservationEnd;

use super::Router;
use crate::deadlines::Due;
use crate::output::Output;
use crate::queues::QueueIndex;
use crate::tasks::{State, TaskIndex};

impl Router {
    /// Does everything that is due at `self.now`, then matches: deadlines of one moment are judged
    /// together, so that the first in line profits first.
    pub(super) fn run_deadlines(&mut self, outputs: &mut Vec<Output>) {
        loop {
            let mut any = false;
            while let Some((at, due)) = self.deadlines.pop_due(self.now) {
                any = true;
                match due {
                    Due::Task(task) => {
                        if self.tasks.get(task).is_some_and(|task| task.deadline == at) {
                            self.task_due(task, outputs);
                        }
                    }
                    Due::Retry(task, agent) => {
                        if self.tasks.get(task).is_some_and(|task| task.set_aside().contains(&(agent, at))) {
                            self.moved_tasks.push(task);
                        }
                    }
                    Due::Hours(queue) => {
                        if self.queues[queue].hours_change == at {
                            self.look_at_queue(queue);
                        }
                    }
                }
            }
            if !any {
                return;
            }
            self.settle(outputs);
        }
    }

    fn task_due(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        match self.tasks[index].state {
            State::Waiting(_) => self.wait_anew(index),
            State::Reserved { .. } => self.ring_out(index, outputs),
            State::Ringing(_) => self.ringing_due(index, outputs),
            State::Calling { .. } => self.not_reached(index, outputs),
            State::Wrapping { agent, .. } => {
                let (task, agent) = (self.tasks[index].id, self.agents[agent].id.clone());
                outputs.push(Output::WrapUpEnded { task, agent });
                self.drop_task(index);
            }
            State::Assigned { .. } | State::Nowhere => {}
        }
    }

    pub(super) fn judge_queue_anew(&mut self, queue: QueueIndex) {
        let mut waiting: Vec<_> = self.queues[queue].waiting.iter().map(|key| key.index).collect();
        waiting.extend(self.queues[queue].later.iter().map(|(_, index)| *index));
        for task in waiting {
            self.wait_anew(task);
        }
        self.queue_looks_no_more(queue);
    }

    /// Out of whatever it is in; an offer is said to have ended.
    pub(super) fn recall(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) {
        self.end_offer(index, ReservationEnd::Canceled, None, outputs);
    }
}
