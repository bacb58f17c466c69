//! The order in which one queue's tasks are served.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use model::task::Priority;
use model::{TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::tasks::{Task, TaskIndex};

/// How a queue orders its waiting tasks; the lower id decides between equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaitingOrder {
    /// The higher priority first, then the longest waiting.
    #[default]
    Priority,
    /// The higher score first: the task's priority, and so many points more for each minute of its age.
    /// So nobody waits for ever behind what is more important.
    Score {
        #[ts(type = "number")]
        points_a_minute: NonZeroU32,
    },
    /// The higher priority first, then whoever came last. Where queues share agents in order, its tasks
    /// come before those of equal priority elsewhere.
    LastInFirst,
}

const MINUTE_MS: i64 = 60_000;

impl WaitingOrder {
    pub(crate) fn key(self, task: &Task, index: TaskIndex) -> TaskKey {
        let (priority, place) = self.place(task.priority, task.waiting_since);
        TaskKey { priority: Reverse(priority), place, id: task.id, index }
    }

    /// A score grows at the same pace for all tasks of a queue, so that it never changes their order:
    /// a point of priority is worth some time of waiting.
    fn place(self, priority: Priority, waiting_since: Timestamp) -> (Priority, i64) {
        match self {
            Self::Priority => (priority, waiting_since.0),
            Self::Score { points_a_minute } => {
                let head_start = i64::from(priority.0) * MINUTE_MS / i64::from(points_a_minute.get());
                (Priority::default(), waiting_since.0.saturating_sub(head_start))
            }
            Self::LastInFirst => (priority, waiting_since.0.saturating_neg()),
        }
    }
}

/// Sorts first what is served first. Equal for no two tasks, since ids differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskKey {
    pub priority: Reverse<Priority>,
    /// By the queue's order, in milliseconds: when it began to wait, or would have.
    pub place: i64,
    pub id: TaskId,
    pub index: TaskIndex,
}

impl TaskKey {
    /// No task; after all that are.
    pub const NONE: Self = Self {
        priority: Reverse(Priority(i32::MIN)),
        place: i64::MAX,
        id: TaskId(uuid::Uuid::max()),
        index: TaskIndex(u32::MAX),
    };
}
