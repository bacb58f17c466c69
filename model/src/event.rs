//! What happened in a session, to an agent, to the organisation. The log holds nothing else.
//!
//! Events are additive: a new field has a default, a new meaning gets a new variant. A stored event
//! of any older version must still read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;

use crate::channel::Channel;
use crate::id::{
    AgentId, CustomerId, Disposition, FactName, Intent, Language, LegId, MessageId, PresenceName, QueueId,
    ReservationId, SessionId, SiteId, TaskId,
};
use crate::identity::{Identity, Verification};
use crate::stream::Sequence;
use crate::task::{
    Callback, CancelReason, Priority, Requirements, ReservationEnd, TransferReason, TransferTarget,
};
use crate::time::Timestamp;

/// Who wrote a message or learned a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    Customer,
    /// A person or a virtual agent.
    Agent {
        agent: AgentId,
    },
    /// Tandem itself: acknowledgements, closing lines.
    System,
}

/// A file, named by the hash of its content in the blob store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// SHA-256 of the content, 64 lower-case hexadecimal digits.
    pub blob: String,
    /// As the sender named it, without any path; at most 255 bytes.
    pub name: String,
    /// Found by content, not by the sender's word.
    pub media_type: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
}

/// Where an answer's statement comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Citation {
    /// The article's name in the knowledge base.
    pub article: String,
    pub title: String,
}

/// A message of the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    pub id: MessageId,
    pub author: Author,
    pub channel: Channel,
    /// The leg it came in on, or goes out on; none for what only the transcript sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegId>,
    /// Plain text, at most `MAX_TEXT` bytes.
    pub text: String,
    /// Bytes of `text` before the quoted part of a mail, if it has one: fold, never delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The original as it came (a raw mail), in the blob store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// A mail's Message-ID without brackets, by which later mails of its thread are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_id: Option<String>,
    /// The address of ours that a mail came in at; answers leave from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// Sent by a machine without anybody asking (RFC 3834): never answered automatically.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
}

/// What a supervisor does in somebody else's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Intervention {
    /// Reads unseen.
    Monitor,
    /// Speaks to the agent only.
    Whisper,
    /// Joins: the customer sees it.
    Barge,
    /// Replaces the agent.
    TakeOver,
}

/// In what role an agent is in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The task is assigned to them; at most one at a time.
    Handler,
    /// Joined by barging in.
    Supervisor,
}

/// Who has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Customer,
    Agent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DetachReason {
    /// The customer ended it.
    Left,
    /// The connection went away and did not come back in time.
    Lost,
    /// The session was closed.
    Closed,
    /// It moved to another session.
    Moved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    Customer,
    Agent,
    /// Nothing happened for the site's idle time.
    Idle,
    Absorbed,
    Erased,
}

/// What became of a message on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Delivery {
    Sent,
    /// Given up; `reason` is the far side's answer, at most 500 bytes.
    Failed {
        reason: String,
    },
    /// Came back.
    Bounced {
        reason: String,
    },
}

/// Something that happened to one customer's session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SessionEvent {
    /// First contact; always the first event.
    Opened {
        session: SessionId,
        customer: CustomerId,
        site: SiteId,
        language: Option<Language>,
    },
    /// A contact on a channel.
    LegAttached {
        leg: LegId,
        channel: Channel,
        identity: Identity,
        verification: Verification,
        /// A page address or a mail's subject: what the agent sees of where it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "string | null")]
        origin: Option<SmolStr>,
    },
    LegDetached {
        leg: LegId,
        reason: DetachReason,
    },
    /// Answers go to this channel from now on.
    ChannelSwitched {
        from: Channel,
        to: Channel,
        by: Author,
    },
    IdentityAttached {
        identity: Identity,
        verification: Verification,
    },
    MessagePosted {
        message: Message,
    },
    /// Only agents see it.
    NoteAdded {
        note: MessageId,
        author: AgentId,
        text: String,
    },
    /// All events up to and including `through` were seen.
    ReadMarked {
        reader: Reader,
        through: Sequence,
    },
    /// `confidence` is 0 to 1.
    IntentDetected {
        intent: Intent,
        confidence: f64,
    },
    LanguageDetected {
        language: Language,
    },
    FactCollected {
        name: FactName,
        value: String,
        source: Author,
    },
    TaskCreated {
        task: TaskId,
        queue: QueueId,
        channel: Channel,
        requirements: Requirements,
        priority: Priority,
        /// Its age counts from here, also after transfers.
        waiting_since: Timestamp,
        /// Offered to this agent first, for a while.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preferred_agent: Option<AgentId>,
    },
    TaskReserved {
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
    },
    ReservationEnded {
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        outcome: ReservationEnd,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    TaskAssigned {
        task: TaskId,
        reservation: Option<ReservationId>,
        agent: AgentId,
        /// Who gave it to the agent, if it was not the router's choice or the agent's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// Back to pending, elsewhere; its age is kept.
    TaskTransferred {
        task: TaskId,
        from: Option<AgentId>,
        target: TransferTarget,
        requirements: Requirements,
        reason: TransferReason,
        /// What the next agent should know: a person's note or a virtual agent's summary.
        note: Option<String>,
    },
    TaskReprioritised {
        task: TaskId,
        priority: Priority,
        by: AgentId,
    },
    /// Its age counts from another moment, for its place in line.
    TaskAged {
        task: TaskId,
        waiting_since: Timestamp,
        by: AgentId,
    },
    /// The customer is asked whether to be called back, in these words, and waits on until then.
    CallbackOffered {
        task: TaskId,
        until: Timestamp,
        text: String,
    },
    /// The task goes on as a call to this number, at its place; not before a time, if there is one.
    CallbackChosen {
        task: TaskId,
        /// In E.164.
        #[ts(type = "string")]
        number: SmolStr,
        callback: Callback,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
        by: Author,
    },
    CallbackDeclined {
        task: TaskId,
    },
    /// The agent did not reach the customer: back to pending at its place, not before the next attempt.
    CallFailed {
        task: TaskId,
        agent: AgentId,
        attempts_left: u8,
        not_before: Timestamp,
    },
    /// Stays with its agent, who works on something that comes before it.
    TaskHeld {
        task: TaskId,
        agent: AgentId,
    },
    /// Nothing comes before it any more.
    TaskResumed {
        task: TaskId,
        agent: AgentId,
    },
    TaskWrapping {
        task: TaskId,
        agent: AgentId,
    },
    TaskCompleted {
        task: TaskId,
        agent: AgentId,
        disposition: Option<Disposition>,
        summary: Option<String>,
    },
    TaskCanceled {
        task: TaskId,
        reason: CancelReason,
    },
    AgentJoined {
        agent: AgentId,
        role: Role,
    },
    AgentLeft {
        agent: AgentId,
        role: Role,
    },
    InterventionStarted {
        supervisor: AgentId,
        intervention: Intervention,
    },
    InterventionEnded {
        supervisor: AgentId,
        intervention: Intervention,
    },
    /// Only the agent and supervisors see it.
    Whispered {
        message: MessageId,
        supervisor: AgentId,
        text: String,
    },
    /// `score` is 1 to 5.
    Rated {
        score: u8,
        comment: Option<String>,
    },
    TranscriptRequested {
        to: Identity,
    },
    DeliveryRecorded {
        message: MessageId,
        delivery: Delivery,
    },
    /// This session goes on with what `other` had, up to and including `through` of its log.
    Absorbed {
        other: SessionId,
        through: Sequence,
    },
    AbsorbedInto {
        other: SessionId,
    },
    /// Undoes `Absorbed` or `AbsorbedInto`.
    Separated {
        other: SessionId,
    },
    Closed {
        reason: CloseReason,
    },
    Reopened,
    /// The customer's words were erased; nothing is posted any more.
    Erased {
        by: AgentId,
    },
}

impl SessionEvent {
    /// The key under which the log holds this event at most once in its stream. A leg has none: it may
    /// be detached and come back, and the state knows which are attached.
    pub fn deduplication_key(&self) -> Option<uuid::Uuid> {
        match self {
            Self::MessagePosted { message } => Some(message.id.0),
            Self::NoteAdded { note, .. } => Some(note.0),
            Self::Whispered { message, .. } => Some(message.0),
            Self::TaskCreated { task, .. } => Some(task.0),
            Self::TaskReserved { reservation, .. } => Some(reservation.0),
            _ => None,
        }
    }
}

/// Something that happened to an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentEvent {
    PresenceChanged {
        presence: PresenceName,
        cause: PresenceCause,
        /// Who changed it, if not the agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PresenceCause {
    Agent,
    Supervisor,
    /// An offer timed out.
    NotResponding,
    /// The console was away longer than the grace period.
    Disconnected,
}

/// Something that happened to the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OrganisationEvent {
    /// `document` is the whole organisation as JSON. What is closed by hand stays so.
    Applied {
        document: serde_json::Value,
        by: SmolStr,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        closings: Vec<Closing>,
    },
    /// A queue was closed by hand, or opened again: these are closed from now on.
    ClosingsChanged { closings: Vec<Closing>, by: SmolStr },
}

/// Who did what to whom, chained to the entry before it: what changes one breaks all that follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// A person, a program, or what stands for nobody in particular.
    pub actor: SmolStr,
    /// What was done, as one word: `login`, `organisation_changed`.
    pub act: SmolStr,
    /// To whom or what; empty where the act says it.
    pub subject: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<SmolStr, String>,
    /// The hash of this entry over the one before it, its place, its time and all of the above: SHA-256,
    /// 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// A queue, or all, closed whatever the hours say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// None: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    pub reason: String,
    pub since: Timestamp,
    /// None: until somebody opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    pub by: SmolStr,
}

/// Any event, as the log holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Session(SessionEvent),
    Agent(AgentEvent),
    Organisation(OrganisationEvent),
    Audit(AuditEntry),
    /// An input of the router, for replay.
    Routing(serde_json::Value),
}

/// An event at its place in its stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Recorded<E> {
    pub sequence: Sequence,
    pub at: Timestamp,
    pub event: E,
}
