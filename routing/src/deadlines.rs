//! When the router must act by itself, earliest first.
//!
//! Entries are never taken out early: one that no longer holds is recognised by its owner and
//! dropped when it comes to the top. Equal times fire in the order they were set.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::Timestamp;

use crate::agents::AgentIndex;
use crate::queues::QueueIndex;
use crate::tasks::TaskIndex;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A step, a ring time, a queue's deadline or a wrap-up limit: the task knows which.
    Task(TaskIndex),
    /// The task may be offered to this agent again.
    Retry(TaskIndex, AgentIndex),
    /// The queue opens or closes.
    Hours(QueueIndex),
}

#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Due)>>,
    set: u64,
}

impl Deadlines {
    pub fn set(&mut self, at: Timestamp, due: Due) {
        if at != Timestamp::MAX {
            self.set += 1;
            self.heap.push(Reverse((at, self.set, due)));
        }
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    pub fn pop_due(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }

    /// Drops what no longer holds from the top, and from everywhere once it is more than `live`
    /// entries allow for.
    pub fn prune(&mut self, live: usize, holds: impl Fn(Timestamp, Due) -> bool) {
        if self.heap.len() > 1024 + 3 * live {
            self.heap.retain(|Reverse((at, _, due))| holds(*at, *due));
        }
        while let Some(Reverse((at, _, due))) = self.heap.peek()
            && !holds(*at, *due)
        {
            self.heap.pop();
        }
    }
}
