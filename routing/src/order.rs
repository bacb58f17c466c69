//! The order tasks are served in: priority, then age, then id.

use std::cmp::Reverse;

use model::task::Priority;
use model::{TaskId, Timestamp};

use crate::tasks::TaskIndex;

/// Sorts first what is served first. Equal for no two tasks, since ids differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskKey {
    pub priority: Reverse<Priority>,
    pub waiting_since: Timestamp,
    pub id: TaskId,
    pub index: TaskIndex,
}
