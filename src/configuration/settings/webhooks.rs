//! Bounds of webhooks out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Private addresses or networks that may be called all the same: `10.1.2.3`, `10.1.0.0/16`.
    pub allow_private: Vec<String>,
    /// How long one call may take.
    #[serde(with = "crate::configuration::duration")]
    pub timeout: Duration,
    /// A delivery that keeps failing is given up after this.
    #[serde(with = "crate::configuration::duration")]
    pub give_up_after: Duration,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_private: Vec::new(),
            timeout: Duration::from_secs(10),
            give_up_after: Duration::from_secs(86_400),
        }
    }
}
