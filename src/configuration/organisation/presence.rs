//! The states an agent can be in.

use model::PresenceName;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    pub id: PresenceName,
    pub name: String,
    /// Whether tasks are offered in it.
    pub routable: bool,
    /// Whether an agent can choose it; the others are set by Tandem.
    #[serde(default = "yes")]
    pub selectable: bool,
}

/// The state after login, the state without a console and the state after an unanswered offer. Every
/// organisation has these; the first is routable, the others are not.
pub const AVAILABLE: &str = "available";
pub const OFFLINE: &str = "offline";
pub const NOT_RESPONDING: &str = "not_responding";

fn yes() -> bool {
    true
}
