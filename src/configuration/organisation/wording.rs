//! What agents choose from: skills by name, dispositions, canned answers.

use std::collections::BTreeMap;

use model::id::Name;
use model::{Disposition, Language, QueueId, Skill};
use serde::{Deserialize, Serialize};

/// A text in each language.
pub type Labels = BTreeMap<Language, String>;

/// A skill that agents can have and tasks can ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillEntry {
    pub id: Skill,
    pub name: String,
}

/// How a contact can end, chosen at wrap-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispositionEntry {
    pub id: Disposition,
    pub name: String,
    /// In these queues only. Empty: in every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueId>,
}

/// A prepared answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedAnswer {
    pub id: Name,
    pub title: String,
    pub text: Labels,
    /// In these queues only. Empty: in every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueId>,
}
