//! The names an expression may use, as far as the organisation declares them.

use std::collections::{BTreeMap, BTreeSet};

use model::{AttributeValue, Language, Name};
use serde::{Deserialize, Serialize};

/// What values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    Text,
    Number,
    Truth,
    /// A list of texts.
    Texts,
}

impl AttributeKind {
    pub fn of(value: &AttributeValue) -> Self {
        match value {
            AttributeValue::Text(_) => Self::Text,
            AttributeValue::Number(_) => Self::Number,
            AttributeValue::Truth(_) => Self::Truth,
            AttributeValue::Texts(_) => Self::Texts,
        }
    }

    /// With its article: "a text".
    pub fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Texts => "a list of texts",
        }
    }
}

/// Everything an organisation has a name for. An expression that names anything else is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    pub task_attributes: BTreeMap<Name, AttributeKind>,
    pub agent_attributes: BTreeMap<Name, AttributeKind>,
    pub skills: BTreeSet<Name>,
    pub queues: BTreeSet<Name>,
    pub sites: BTreeSet<Name>,
    pub intents: BTreeSet<Name>,
    /// Spoken by anybody here: sites, people, virtual agents.
    pub languages: BTreeSet<Language>,
}

/// Whose facts an expression may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A task and an agent: may this agent be offered this task?
    TaskAndAgent,
    /// A task that is in no queue yet: is it this one's?
    Task,
}
