//! How tasks come to agents: offered or picked, who answers, and why an agent may say no.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{QueueId, RejectReason};
use serde::{Deserialize, Serialize};

pub use routing::{Answering, Delivery};

/// What an agent can say who rejects an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectReasonEntry {
    pub id: RejectReason,
    pub name: String,
    /// How long the task is not offered to that agent again. None: as long as the queue says.
    #[serde(
        default,
        with = "crate::configuration::duration::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub delay: Option<Duration>,
    /// In these queues only. Empty: in every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueId>,
}

/// Delays by reason, as a queue names them.
pub type RejectDelays = BTreeMap<RejectReason, Delay>;

/// A time in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Delay(#[serde(with = "crate::configuration::duration")] pub Duration);
