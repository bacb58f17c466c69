//! Whether the shared state can be reached.

use std::time::SystemTime;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Up,
    /// Calls fail since then; the reason is the newest.
    Away {
        since: SystemTime,
        reason: String,
    },
}
