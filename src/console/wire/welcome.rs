//! What a console starts from: who is at it, and the organisation.

use std::sync::Arc;

use model::{AgentId, Disposition, Language, PresenceName, QueueId, RejectReason, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Offer, SessionCard};

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ConsoleWelcome {
    pub version: u32,
    pub now: Timestamp,
    pub me: Me,
    pub presence: PresenceName,
    pub presence_since: Timestamp,
    pub offers: Vec<Arc<Offer>>,
    pub sessions: Vec<Arc<SessionCard>>,
    pub organisation: OrganisationView,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Me {
    pub agent: AgentId,
    pub name: String,
    pub role: ConsoleRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleRole {
    Agent,
    Supervisor,
    Admin,
}

/// What a console needs to know of the organisation.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct OrganisationView {
    pub name: String,
    pub queues: Vec<Named<QueueId>>,
    /// Those of them whose tasks agents pick from a list.
    pub picked_queues: Vec<QueueId>,
    pub presences: Vec<PresenceView>,
    /// What an agent can say who rejects an offer.
    pub reject_reasons: Vec<RejectReasonView>,
    pub dispositions: Vec<Named<Disposition>>,
    pub agents: Vec<AgentView>,
    pub canned: Vec<Canned>,
    /// The queue that virtual agents serve: where a session is handed back to.
    pub virtual_queue: Option<QueueId>,
    #[ts(type = "number")]
    pub max_upload_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Named<Id> {
    pub id: Id,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct RejectReasonView {
    pub id: RejectReason,
    pub name: String,
    /// In these queues only; empty: in every one.
    pub queues: Vec<QueueId>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct PresenceView {
    pub id: PresenceName,
    pub name: String,
    pub routable: bool,
    /// Agents may choose it themselves.
    pub selectable: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct AgentView {
    pub id: AgentId,
    pub name: String,
    pub automated: bool,
    pub queues: Vec<QueueId>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Canned {
    pub name: String,
    pub text: String,
    pub language: Option<Language>,
}
