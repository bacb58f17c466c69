//! The agents' and supervisors' consoles.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// How long an agent's console may be away before the agent is offline.
    #[serde(with = "crate::configuration::duration")]
    pub grace_period: Duration,
    /// A console silent for this long, answers to pings included, is closed: the laptop sleeps.
    #[serde(with = "crate::configuration::duration")]
    pub silence: Duration,
    /// How long a login holds.
    #[serde(with = "crate::configuration::duration")]
    pub login_lifetime: Duration,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            grace_period: Duration::from_secs(60),
            silence: Duration::from_secs(40),
            login_lifetime: Duration::from_secs(12 * 3_600),
        }
    }
}
