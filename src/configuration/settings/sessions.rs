//! How long sessions live in memory and in name.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// A session that nobody touches leaves memory after this; the log brings it back.
    #[serde(with = "crate::configuration::duration")]
    pub idle_after: Duration,
    /// A session in which nothing happens is closed after this, where its site says nothing else.
    #[serde(with = "crate::configuration::duration")]
    pub close_after: Duration,
    /// Most sessions in memory; past it new contacts hear `Busy`.
    pub max_live: usize,
    /// Most commands that wait for one session; past it the sender hears `Busy`.
    pub inbox: usize,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_after: Duration::from_secs(5 * 60),
            close_after: Duration::from_secs(24 * 3_600),
            max_live: 100_000,
            inbox: 64,
        }
    }
}
