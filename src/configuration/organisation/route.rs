//! Which tasks go to which queue, and what they ask of an agent there.

use std::collections::BTreeMap;

use model::task::{Condition, Level, Priority};
use model::{Intent, QueueId, Skill};
use serde::{Deserialize, Serialize};

use super::expressions::When;

/// The first that fits a task is its route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// An expression about the task that must hold besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    pub queue: QueueId,
    /// Asked of the agent, at this level or above.
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    /// An expression that must hold for the agent.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Added to the task's priority.
    #[serde(default)]
    pub priority: Priority,
}
