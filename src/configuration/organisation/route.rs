//! Which queue and which skills an intent asks for.

use std::collections::BTreeMap;

use model::task::{Level, Priority};
use model::{Intent, QueueId, Skill};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub intent: Intent,
    pub queue: QueueId,
    /// Asked of the agent, at this level or above.
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    /// Added to the task's priority.
    #[serde(default)]
    pub priority: Priority,
}
