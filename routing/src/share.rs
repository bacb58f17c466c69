//! Which of several queues an agent who serves them all works for next.
//!
//! Every share gives the waiting tasks of one moment a total order that agrees with the order of each
//! queue: by [`Turn`], then by the queues' own keys.

use std::num::NonZeroU32;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::order::TaskKey;
use crate::queues::RunningQueue;
use crate::seconds;

/// How queues share the agents they have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "QueueShare")]
pub enum Share {
    /// One line over all queues: by priority, then by age.
    #[default]
    InOrder,
    /// The lower [`Stake::rank`] first, whoever waits elsewhere.
    Strict,
    /// In proportion to [`Stake::weight`] as long as all have work: the queue that has had least for its
    /// weight is next. A queue that was empty starts level with the others.
    Weighted,
    /// By priority, then the task that costs most to leave waiting: `cost × age ÷ target ÷ handling`, a
    /// generalised c-mu rule (van Mieghem 1995) for costs that grow with the square of the wait.
    ServiceLevel,
}

/// What a queue has at stake where it shares agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stake {
    /// From 1, served first, for [`Share::Strict`].
    pub rank: u16,
    /// For [`Share::Weighted`].
    pub weight: NonZeroU32,
    /// Of a task that has waited for its target, relative to other queues, for [`Share::ServiceLevel`].
    pub cost: NonZeroU32,
    /// Within which a task is to be answered.
    #[serde(with = "seconds")]
    pub target: Duration,
    /// How long a task takes an agent on average: short ones come first, since they free the agent sooner.
    #[serde(with = "seconds")]
    pub handling: Duration,
}

impl Default for Stake {
    fn default() -> Self {
        Self {
            rank: 1,
            weight: NonZeroU32::MIN,
            cost: NonZeroU32::MIN,
            target: Duration::from_secs(20),
            handling: Duration::from_secs(300),
        }
    }
}

/// Sorts first which queue's task is served first; ties are decided by the tasks' keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Turn(i64, i128);

/// So much of the pass of a queue of weight 1 is one task.
const STRIDE: u32 = 1 << 20;
/// Finer than any difference in age that matters.
const PRECISION: i128 = 1_000_000_000_000;

impl Share {
    pub(crate) fn turn(self, queue: &RunningQueue, key: &TaskKey, now: Timestamp) -> Turn {
        match self {
            Self::InOrder => Turn::default(),
            Self::Strict => Turn(i64::from(queue.stake().rank), 0),
            Self::Weighted => Turn(queue.pass, 0),
            Self::ServiceLevel => {
                let stake = queue.stake();
                let age = i128::from(now.0.saturating_sub(key.place).max(0));
                let time = |time: Duration| i128::try_from(time.as_millis().max(1)).unwrap_or(i128::MAX);
                let urgency = age * i128::from(stake.cost.get()) * PRECISION;
                let urgency = urgency / time(stake.target) / time(stake.handling);
                Turn(-i64::from(key.priority.0.0), -urgency)
            }
        }
    }
}

impl Stake {
    /// What one more task adds to the pass of a queue.
    pub(crate) fn stride(&self) -> i64 {
        i64::from((STRIDE / self.weight).max(1))
    }
}
