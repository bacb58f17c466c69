//! What a waiting customer is told: the place in the queue and an honest waiting time.

use std::time::Duration;

use model::{QueueId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::board::Opening;
use crate::router::Router;
use crate::tasks::{Spot, State};

/// Answers older than this say nothing of the pace of today.
const PACE_WINDOW_MS: i64 = 3_600_000;
/// One answer is no pace.
const FEWEST_ANSWERS: usize = 2;

/// Where a waiting task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "QueuePlace")]
pub struct Place {
    pub queue: QueueId,
    /// From 1; by priority, then age. Whoever is earlier may still wait for rarer skills.
    pub position: u32,
    /// None as long as there is nothing to estimate from.
    pub estimate: Option<Estimate>,
    /// Of the queue: while it is closed, nobody of it is offered anything.
    pub opening: Opening,
}

/// A guess at the time still to wait, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "WaitEstimate")]
pub struct Estimate {
    #[ts(type = "number")]
    pub wait_ms: u64,
    /// `position` times the mean time between answers in this queue, over so many last answers of the
    /// past hour and the time since: it grows while nobody answers. Shorter by those ahead who can be
    /// expected to leave, as customers of this queue did lately.
    pub answers: u32,
}

impl Router {
    /// The place of a waiting task; none if it does not wait.
    pub fn place(&self, now: Timestamp, task: TaskId) -> Option<Place> {
        let index = self.tasks.find(task)?;
        let task = &self.tasks[index];
        if !task.is_waiting() || task.state == State::Waiting(Spot::Later) {
            return None;
        }
        let queue = &self.queues[task.queue];
        let position = count(queue.waiting.before(&queue.order.key(task, index)) + 1);
        let recent = |at: &&Timestamp| now.as_millis().saturating_sub(at.as_millis()) <= PACE_WINDOW_MS;
        let answers = queue.answered.iter().filter(recent).count();
        let oldest = queue.answered.iter().find(recent);
        let estimate = oldest.filter(|_| answers >= FEWEST_ANSWERS && queue.is_open).map(|oldest| {
            let passed = u64::try_from(now.since(*oldest).as_millis()).unwrap_or(u64::MAX);
            let between = passed / u64::from(count(answers));
            let leaving = queue.patience.leaving_rate();
            Estimate { wait_ms: until_first(position, between, leaving), answers: count(answers) }
        });
        Some(Place { queue: queue.id.clone(), position, estimate, opening: self.opening_of(queue) })
    }
}

/// Until everybody up to `position` is answered or gone: one every `between` milliseconds is answered,
/// and each of those ahead leaves at the rate `leaving`. The sum over the places, as an integral.
fn until_first(position: u32, between: u64, leaving: f64) -> u64 {
    let straight = between.saturating_mul(u64::from(position));
    let between = f64::from(u32::try_from(between).unwrap_or(u32::MAX));
    let load = leaving * between * f64::from(position);
    if load <= 0.0 {
        return straight;
    }
    let millis = Duration::try_from_secs_f64(load.ln_1p() / leaving / 1_000.0).map(|wait| wait.as_millis());
    millis.ok().and_then(|millis| u64::try_from(millis).ok()).unwrap_or(straight).min(straight)
}

pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
