//! Other programs: those we call (webhooks) and those that call us (API clients).

use std::fmt;
use std::path::PathBuf;

use model::AgentId;
use model::id::Name;
use serde::{Deserialize, Serialize};

use crate::configuration::secret::SecretRef;

/// Events of sessions, sent to an address, signed as in the Standard Webhooks convention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    pub id: Name,
    pub url: String,
    pub secret: SecretRef,
    /// Types of session events such as `message_posted`. Empty: all.
    #[serde(default)]
    pub events: Vec<String>,
}

/// A program with a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiClient {
    pub id: Name,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub key: ApiKey,
    /// The external virtual agent it attends as, with the scope `attend`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

/// What an API client may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    #[serde(rename = "sessions:read")]
    SessionsRead,
    #[serde(rename = "sessions:write")]
    SessionsWrite,
    #[serde(rename = "history:read")]
    HistoryRead,
    #[serde(rename = "queues:read")]
    QueuesRead,
    /// Close queues in an emergency, and open them again.
    #[serde(rename = "queues:write")]
    QueuesWrite,
    #[serde(rename = "agents:read")]
    AgentsRead,
    #[serde(rename = "agents:write")]
    AgentsWrite,
    #[serde(rename = "organisation:read")]
    OrganisationRead,
    #[serde(rename = "organisation:write")]
    OrganisationWrite,
    /// See the mails that no session took.
    #[serde(rename = "mails:read")]
    MailsRead,
    /// Have them read again, or discard them.
    #[serde(rename = "mails:write")]
    MailsWrite,
    #[serde(rename = "customers:erase")]
    CustomersErase,
    /// Read who did what.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Attend sessions as a virtual agent.
    #[serde(rename = "attend")]
    Attend,
}

/// How a key is checked. Keys are random, so a plain hash of one is enough.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKey {
    /// SHA-256 of the key, 64 lower-case hexadecimal digits.
    Sha256(String),
    /// An environment variable that holds such a hash.
    Env(String),
    /// A file that holds such a hash.
    File(PathBuf),
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(_) => f.write_str("Sha256(…)"),
            Self::Env(name) => write!(f, "Env({name})"),
            Self::File(path) => write!(f, "File({})", path.display()),
        }
    }
}
