//! A virtual agent: an agent with skills, capacity and queues, and what it collects.

use std::collections::BTreeMap;
use std::time::Duration;

use bots::{FactDeclaration, FactKind};
use model::task::Level;
use model::{AgentId, Attributes, FactName, Intent, Language, QueueId, Skill};
use serde::{Deserialize, Serialize};

use super::Labels;
use super::capacity::{Capacity, ChannelRules};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualAgent {
    pub id: AgentId,
    pub name: String,
    #[serde(default)]
    pub kind: VirtualAgentKind,
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    pub languages: Vec<Language>,
    #[serde(default)]
    pub capacity: Capacity,
    /// Instead of the organisation's rules of these channels.
    #[serde(default, skip_serializing_if = "ChannelRules::is_empty")]
    pub channels: ChannelRules,
    pub queues: Vec<QueueId>,
    /// What expressions can ask about; each is declared in `attributes`.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    /// No answer within this hands over to a person, with the reason.
    #[serde(default = "answer_time_limit", with = "crate::configuration::duration")]
    pub answer_time_limit: Duration,
    /// Asked for while it talks.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Where it hands over when the intent has no route. None: the site's person queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_queue: Option<QueueId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VirtualAgentKind {
    /// Answers from the organisation's articles, in this process.
    #[default]
    Articles,
    /// Attends over the WebSocket protocol with an API client's key.
    External,
}

/// Something to learn from the customer once, so that no person asks again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub name: FactName,
    /// The question, in each language.
    pub ask: Labels,
    /// What an answer looks like, as a regular expression of at most 200 bytes, or else by its kind:
    /// one of the two says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FactKind>,
    /// With these intents only. Empty: with every one.
    #[serde(default)]
    pub intents: Vec<Intent>,
}

impl From<&Fact> for FactDeclaration {
    fn from(fact: &Fact) -> Self {
        Self {
            name: fact.name.clone(),
            ask: fact.ask.clone(),
            pattern: fact.pattern.clone(),
            kind: fact.kind,
            for_intents: fact.intents.clone(),
        }
    }
}

fn answer_time_limit() -> Duration {
    Duration::from_secs(10)
}
