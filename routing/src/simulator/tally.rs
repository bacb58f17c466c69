//! What is counted while a day is played.

use std::time::Duration;

use super::distribution::count;
use super::histogram::Histogram;
use crate::service_level::Outcomes;

/// How one wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitEnd {
    Answered,
    Abandoned,
    /// The customer does not wait on the line any more, but for a call.
    CallsBack,
    /// The rules sent it away unanswered.
    Lost,
    /// The figures end, the wait does not.
    Unfinished,
}

/// Waits and how they ended. A wait counts in the queue it began in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    pub outcomes: Outcomes,
    pub lost: u32,
    /// Left the line to be called back: neither answered in time nor abandoned.
    pub callbacks: u32,
    pub unfinished: u32,
    /// Not offered to anybody at the moment they came.
    pub delayed: u32,
    pub overflowed: u32,
    /// Of those answered.
    pub answered_wait_ms: u64,
    /// Of all that ended.
    pub wait_ms: u64,
    /// Waiting by what a minute of it costs.
    pub cost: f64,
    pub estimates: Estimates,
    /// Of those answered.
    pub waits: Histogram,
}

/// How far the waiting times told on arrival were off, over those who waited and were answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estimates {
    pub given: u32,
    /// Told minus waited.
    pub error_ms: i64,
    pub absolute_error_ms: u64,
    pub wait_ms: u64,
    /// Had to wait and could not be told anything.
    pub none: u32,
}

/// All that is known of a wait when it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub end: WaitEnd,
    pub wait: Duration,
    pub was_delayed: bool,
    pub threshold: Duration,
    pub cost_a_minute: f64,
    pub told: Option<Duration>,
}

impl Tally {
    pub fn offered(&self) -> u32 {
        self.outcomes.offered() + self.lost + self.callbacks
    }

    /// Counts a wait; in the histogram only for tallies that keep one.
    pub(super) fn add(&mut self, ended: &Ended, keeps: Keeps) {
        let wait_ms = millis(ended.wait);
        let in_time = ended.wait <= ended.threshold;
        match (ended.end, in_time) {
            (WaitEnd::Answered, true) => self.outcomes.answered_within += 1,
            (WaitEnd::Answered, false) => self.outcomes.answered_later += 1,
            (WaitEnd::Abandoned, true) => self.outcomes.abandoned_within += 1,
            (WaitEnd::Abandoned, false) => self.outcomes.abandoned_later += 1,
            (WaitEnd::Lost, _) => self.lost += 1,
            (WaitEnd::CallsBack, _) => self.callbacks += 1,
            (WaitEnd::Unfinished, _) => {
                self.unfinished += 1;
                return;
            }
        }
        self.delayed += u32::from(ended.was_delayed);
        self.wait_ms += wait_ms;
        self.cost += ended.cost_a_minute * ended.wait.as_secs_f64() / 60.0;
        if ended.end == WaitEnd::Answered {
            self.answered_wait_ms += wait_ms;
            if keeps == Keeps::Waits {
                self.waits.add(wait_ms);
            }
            if ended.was_delayed {
                self.estimates.add(wait_ms, ended.told.map(millis));
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (&mut self.outcomes, other.outcomes);
        own.answered_within += theirs.answered_within;
        own.answered_later += theirs.answered_later;
        own.abandoned_within += theirs.abandoned_within;
        own.abandoned_later += theirs.abandoned_later;
        self.lost += other.lost;
        self.callbacks += other.callbacks;
        self.unfinished += other.unfinished;
        self.delayed += other.delayed;
        self.overflowed += other.overflowed;
        self.answered_wait_ms += other.answered_wait_ms;
        self.wait_ms += other.wait_ms;
        self.cost += other.cost;
        self.estimates.merge(&other.estimates);
        self.waits.merge(&other.waits);
    }
}

impl Estimates {
    fn add(&mut self, wait_ms: u64, told_ms: Option<u64>) {
        let Some(told_ms) = told_ms else {
            self.none += 1;
            return;
        };
        self.given += 1;
        self.wait_ms += wait_ms;
        let signed = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        let error = signed(told_ms).saturating_sub(signed(wait_ms));
        self.error_ms = self.error_ms.saturating_add(error);
        self.absolute_error_ms = self.absolute_error_ms.saturating_add(error.unsigned_abs());
    }

    fn merge(&mut self, other: &Self) {
        self.given += other.given;
        self.none += other.none;
        self.error_ms = self.error_ms.saturating_add(other.error_ms);
        self.absolute_error_ms = self.absolute_error_ms.saturating_add(other.absolute_error_ms);
        self.wait_ms += other.wait_ms;
    }
}

/// Whether single waits are kept for quantiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Waits,
    Sums,
}

/// How busy a group of agents was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Occupancy {
    /// Time with at least one task in hand, after-work included, ringing not.
    pub busy_ms: u64,
    /// Time at work apart from breaks, and what is worked beyond it.
    pub staffed_ms: u64,
}

impl Occupancy {
    pub fn merge(&mut self, other: &Self) {
        self.busy_ms += other.busy_ms;
        self.staffed_ms += other.staffed_ms;
    }

    /// 0 to 1; none if nobody was at work.
    pub fn share(&self) -> Option<f64> {
        ratio(self.busy_ms, self.staffed_ms)
    }
}

pub(super) fn ratio(part: u64, whole: u64) -> Option<f64> {
    let number = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX));
    (whole > 0).then(|| number(part) / number(whole))
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
