//! What is going to happen, earliest first; at one moment in the order it was set.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::{ReservationId, TaskId, Timestamp};

use super::floor::Plan;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// The next of a source's contacts comes.
    Comes(usize),
    /// The customer has waited enough, for the time this was set in.
    Leaves(TaskId, u32),
    Answers(TaskId, ReservationId, Answer),
    HandlingEnds(TaskId, u32),
    WrapUpEnds(TaskId, u32),
    /// Says whether to be called back.
    Decides(TaskId),
    /// Picks up the phone.
    PicksUp(TaskId),
    /// Has not picked up.
    IsNotReached(TaskId),
    Goes(usize, Plan),
    /// An agent who did not respond is back.
    Returns(usize),
    /// An interval of the figures ends.
    IntervalEnds,
    /// From here on it counts.
    CountingBegins,
}

/// What an agent does with an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Takes,
    Rejects,
}

#[derive(Debug)]
struct Entry {
    at: Timestamp,
    number: u64,
    happening: Happening,
}

#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    number: u64,
}

impl Agenda {
    pub fn set(&mut self, at: Timestamp, happening: Happening) {
        self.number += 1;
        self.heap.push(Reverse(Entry { at, number: self.number, happening }));
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub fn pop(&mut self) -> Option<Happening> {
        self.heap.pop().map(|Reverse(entry)| entry.happening)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}
