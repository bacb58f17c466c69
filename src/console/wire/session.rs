//! Sessions as consoles show them: offers, lists, snapshots, what was found.

use model::event::{Recorded, SessionEvent};
use model::task::{Priority, TaskState};
use model::{
    AgentId, Channel, CustomerId, FactName, Identity, Intent, Language, LegId, QueueId, ReservationId,
    Sequence, SessionId, SiteId, TaskId, Timestamp, Verification,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;

/// A task rings. What one should know before accepting is in it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Offer {
    pub reservation: ReservationId,
    pub task: TaskId,
    pub session: SessionId,
    pub queue: QueueId,
    pub channel: Channel,
    pub offered_at: Timestamp,
    pub expires_at: Timestamp,
    pub waiting_since: Timestamp,
    /// Why me: sentences from the router's explanation.
    pub why: Vec<String>,
    pub card: SessionCard,
    pub context: SessionContext,
    /// The newest messages, oldest first.
    pub last_messages: Vec<Recorded<SessionEvent>>,
}

/// A task that waits to be picked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct PickableView {
    pub task: TaskId,
    pub queue: QueueId,
    pub waiting_since: Timestamp,
    pub card: SessionCard,
    /// What stands against it for the moment, as a sentence about me.
    pub not_now: Option<String>,
}

/// One line of a session list.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SessionCard {
    pub session: SessionId,
    pub customer: CustomerId,
    #[ts(type = "string")]
    pub customer_name: SmolStr,
    pub site: SiteId,
    /// Every channel it has been on, in order.
    pub channels: Vec<Channel>,
    /// Where an answer goes.
    pub channel: Channel,
    /// Whether the customer is connected on that channel now.
    pub present: bool,
    pub language: Option<Language>,
    pub intent: Option<Intent>,
    pub opened_at: Timestamp,
    pub last_at: Timestamp,
    #[ts(type = "string")]
    pub last_text: SmolStr,
    pub last_sequence: Sequence,
    /// The customer's messages the agents have not read.
    pub unread: u32,
    pub closed: bool,
    pub task: Option<TaskView>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct TaskView {
    pub task: TaskId,
    pub queue: QueueId,
    pub priority: Priority,
    pub waiting_since: Timestamp,
    /// To be called back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub call_back: Option<CallBack>,
    #[serde(flatten)]
    pub state: TaskState,
    /// Assigned, and held for something else in its agent's hands.
    #[serde(default)]
    pub is_held: bool,
}

/// A customer to call: the agent who accepts calls this number.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct CallBack {
    /// In E.164.
    #[ts(type = "string")]
    pub number: SmolStr,
    /// Calls that are left.
    pub attempts_left: u8,
}

/// Everything known of the customer in this session.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SessionContext {
    pub identities: Vec<KnownIdentity>,
    pub facts: Vec<FactView>,
    pub intent: Option<Intent>,
    /// 0 to 1.
    pub intent_confidence: Option<f64>,
    pub language: Option<Language>,
    pub legs: Vec<LegView>,
    /// What the last agent, or the virtual agent, left for the next.
    pub handover_note: Option<String>,
    pub handover_reason: Option<String>,
    pub supervisors: Vec<AgentId>,
    pub history: Vec<PastSession>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct KnownIdentity {
    pub identity: Identity,
    pub verification: Verification,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct FactView {
    pub name: FactName,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct LegView {
    pub leg: LegId,
    pub channel: Channel,
    pub attached: bool,
    pub origin: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct PastSession {
    pub session: SessionId,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub channels: Vec<Channel>,
    pub intent: Option<Intent>,
    pub last_agent: Option<AgentId>,
    pub last_text: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SessionSnapshot {
    pub session: SessionId,
    pub sequence: Sequence,
    pub card: SessionCard,
    pub context: SessionContext,
    pub events: Vec<Recorded<SessionEvent>>,
    /// Older events were left out.
    pub truncated: bool,
    /// What happened in sessions that were merged into this one, in order; the sequences are theirs.
    #[serde(default)]
    pub earlier: Vec<Recorded<SessionEvent>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SearchHit {
    pub session: SessionId,
    pub sequence: Sequence,
    pub at: Timestamp,
    /// Matches stand between `\u{1}` and `\u{2}`.
    pub snippet: String,
}

/// A section of an article that speaks to a question.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct PassageView {
    pub title: String,
    pub heading: String,
    /// Plain text.
    pub text: String,
    /// 0 to 1.
    pub confidence: f64,
}
