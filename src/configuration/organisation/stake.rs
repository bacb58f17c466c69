//! What a queue has at stake where it shares agents with others; which of it counts is the
//! organisation's `share`.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stake {
    /// From 1, served first, where the share is `strict`.
    pub rank: u16,
    /// Its part where the share is `weighted`.
    pub weight: NonZeroU32,
    /// Of a task that waits past the service level's threshold, relative to other queues, where the share
    /// is `service_level`.
    pub cost: NonZeroU32,
    /// How long a task takes an agent on average.
    #[serde(with = "crate::configuration::duration")]
    pub handling: Duration,
}

impl Default for Stake {
    fn default() -> Self {
        Self { rank: 1, weight: NonZeroU32::MIN, cost: NonZeroU32::MIN, handling: Duration::from_secs(300) }
    }
}
