//! One task of a recording: its waits, and how each ended.

use std::time::Duration;

use model::task::{Priority, Requirements};
use model::{Channel, QueueId, TaskFacts, TaskId, Timestamp};

#[derive(Debug)]
pub(super) struct Task {
    pub id: TaskId,
    pub channel: Channel,
    pub priority: Priority,
    pub came: Timestamp,
    pub waits: Vec<Wait>,
}

#[derive(Debug)]
pub(super) struct Wait {
    pub queue: QueueId,
    pub requirements: Requirements,
    pub facts: TaskFacts,
    pub began: Timestamp,
    pub answered: Option<Timestamp>,
    pub wrapping: Option<Timestamp>,
    pub ended: Option<(Timestamp, Ended)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Abandoned,
    /// By the rules, or because the session ended.
    Otherwise,
}

impl Task {
    pub fn wait(&mut self) -> &mut Wait {
        self.waits.last_mut().expect("a task begins with a wait")
    }
}

impl Wait {
    pub fn new(queue: QueueId, requirements: Requirements, facts: TaskFacts, began: Timestamp) -> Self {
        Self { queue, requirements, facts, began, answered: None, wrapping: None, ended: None }
    }

    pub fn end(&mut self, at: Timestamp, ended: Ended) {
        self.ended.get_or_insert((at, ended));
    }

    pub fn handling(&self) -> Option<Duration> {
        let (ended, _) = self.ended?;
        Some(self.wrapping.unwrap_or(ended).since(self.answered?))
    }

    pub fn wrap_up(&self) -> Duration {
        match (self.wrapping, self.ended) {
            (Some(wrapping), Some((ended, _))) => ended.since(wrapping),
            _ => Duration::ZERO,
        }
    }

    pub fn waited(&self) -> Duration {
        let until = self.answered.or(self.ended.map(|(at, _)| at)).unwrap_or(self.began);
        until.since(self.began)
    }

    pub fn was_abandoned(&self) -> bool {
        self.answered.is_none() && self.ended.is_some_and(|(_, ended)| ended == Ended::Abandoned)
    }
}
