//! Bounds of the chat channel.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chat {
    /// Longest message text, in bytes.
    pub max_message_bytes: usize,
    /// Largest file a customer or an agent may send, in bytes.
    pub max_upload_bytes: u64,
    /// A reader this many events behind gets a snapshot instead of the events.
    pub snapshot_window: usize,
    /// Shortest time between two typing notices of one side.
    #[serde(with = "crate::configuration::duration")]
    pub typing_throttle: Duration,
    /// Most frames that wait for one reader; a slower one is cut to a snapshot.
    pub slow_reader: usize,
    /// A connection that is silent for this long, pings included, is closed.
    #[serde(with = "crate::configuration::duration")]
    pub silence: Duration,
    /// How long a customer's connection may be away before their leg counts as left.
    #[serde(with = "crate::configuration::duration")]
    pub absence: Duration,
    /// Most messages one customer may send in ten seconds; past it the sender hears `Busy`.
    pub messages_per_ten_seconds: u32,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            max_message_bytes: 8 * 1024,
            max_upload_bytes: 10 * 1024 * 1024,
            snapshot_window: 500,
            typing_throttle: Duration::from_secs(2),
            slow_reader: 256,
            silence: Duration::from_secs(60),
            absence: Duration::from_secs(60),
            messages_per_ten_seconds: 20,
        }
    }
}
