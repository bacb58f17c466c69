//! A person who works here: agent, supervisor or administrator.

use std::collections::BTreeMap;
use std::fmt;

use model::task::Level;
use model::{AgentId, Attributes, Language, QueueId, Skill};
use serde::{Deserialize, Serialize};

use super::capacity::{Capacity, ChannelRules};
use super::offering::Answering;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Also the login.
    pub id: AgentId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// None: no login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    pub roles: Vec<PersonRole>,
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    #[serde(default)]
    pub languages: Vec<Language>,
    #[serde(default)]
    pub capacity: Capacity,
    /// Instead of the organisation's rules of these channels.
    #[serde(default, skip_serializing_if = "ChannelRules::is_empty")]
    pub channels: ChannelRules,
    /// Who answers offers to this person, whatever the queue says.
    #[serde(default, skip_serializing_if = "Answering::is_by_agent")]
    pub answering: Answering,
    /// The queues served. For a supervisor without the agent's role: the queues watched, empty for all.
    #[serde(default)]
    pub queues: Vec<QueueId>,
    /// What expressions can ask about; each is declared in `attributes`.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Person {
    pub fn has(&self, role: PersonRole) -> bool {
        self.roles.contains(&role)
    }
}

/// What a person may do. A supervisor or administrator who also answers has `agent` besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    Agent,
    Supervisor,
    Admin,
}

/// How a login is checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Password {
    /// Argon2 in PHC form: `$argon2id$v=19$…`.
    Hash(String),
    /// In the clear, for the example only: refused unless the server listens on this machine alone.
    Demo(String),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hash(_) => "Hash(…)",
            Self::Demo(_) => "Demo(…)",
        })
    }
}
