//! The console protocol, version 1: JSON text frames between an agent (a browser console, or a
//! virtual agent from outside) and the engine.
//!
//! Each request carries a number of the client's choice and is answered once by `done` or
//! `refused` with that number. Sessions are followed by `open`, with the last sequence seen: what
//! can be replayed is sent as events, else a snapshot replaces everything. Requests that change
//! something carry an id and may be repeated until answered.

use model::event::{Attachment, PresenceCause, Recorded, SessionEvent};
use model::task::{Priority, ReservationEnd, TaskState, TransferTarget};
use model::{
    AgentId, Channel, CustomerId, Disposition, FactName, Identity, Intent, Language, LegId, MessageId,
    PresenceName, QueueId, ReservationId, Sequence, SessionId, SiteId, TaskId, Timestamp, Verification,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub const VERSION: u32 = 1;

/// What a console sends.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ConsoleRequest {
    /// Chosen by the client; the answer repeats it.
    pub request: u32,
    #[serde(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Ask {
    /// First. Answered by a `welcome` frame, then `done`.
    Hello {
        version: u32,
    },
    Ping,
    /// Follow a session from `since` on; 0 asks for a snapshot.
    Open {
        session: SessionId,
        since: Sequence,
    },
    Leave {
        session: SessionId,
    },
    SetPresence {
        presence: PresenceName,
    },
    Accept {
        reservation: ReservationId,
    },
    Reject {
        reservation: ReservationId,
        reason: Option<String>,
    },
    Post {
        session: SessionId,
        message: MessageId,
        text: String,
        #[serde(default)]
        uploads: Vec<String>,
        /// The last sequence this console has of the session: an answer to what it has not seen is
        /// refused with `behind`.
        seen: Sequence,
    },
    Note {
        session: SessionId,
        note: MessageId,
        text: String,
    },
    Typing {
        session: SessionId,
    },
    Read {
        session: SessionId,
        through: Sequence,
    },
    SetFact {
        session: SessionId,
        name: FactName,
        value: String,
    },
    SwitchChannel {
        session: SessionId,
        to: Channel,
    },
    /// To a queue or an agent; also back to the virtual agents.
    Transfer {
        session: SessionId,
        task: TaskId,
        target: TransferTarget,
        note: Option<String>,
    },
    WrapUp {
        session: SessionId,
        task: TaskId,
    },
    /// Ends wrap-up, or the contact and wrap-up in one; `close` also closes the session.
    Complete {
        session: SessionId,
        task: TaskId,
        disposition: Option<Disposition>,
        summary: Option<String>,
        close: bool,
    },
    /// The past sessions of a customer one has now; supervisors: of any.
    History {
        customer: CustomerId,
    },
    /// Two open sessions of one customer go on as one, the older; who asks has one of them.
    Merge {
        session: SessionId,
        other: SessionId,
    },
    /// Undoes a merger: `other` goes on by itself again.
    Separate {
        session: SessionId,
        other: SessionId,
    },
    Search {
        text: String,
    },
    /// Why a task waits, or went where it went.
    Explain {
        task: TaskId,
    },
    /// Supervisors: board frames from now on.
    WatchBoard,
    UnwatchBoard,
    /// Supervisors: read a session unseen.
    Monitor {
        session: SessionId,
    },
    Whisper {
        session: SessionId,
        message: MessageId,
        text: String,
    },
    Barge {
        session: SessionId,
    },
    TakeOver {
        session: SessionId,
    },
    /// Ends monitoring or barging.
    StepOut {
        session: SessionId,
    },
    MoveTask {
        session: SessionId,
        task: TaskId,
        target: TransferTarget,
    },
    Prioritise {
        session: SessionId,
        task: TaskId,
        priority: Priority,
    },
    SetPresenceOf {
        agent: AgentId,
        presence: PresenceName,
    },
}

/// What the engine sends.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleMessage {
    Welcome(Box<ConsoleWelcome>),
    Done {
        request: u32,
        answer: Answer,
    },
    Refused {
        request: Option<u32>,
        code: ConsoleRefusal,
        message: String,
    },
    /// It has changed.
    Organisation(Box<OrganisationView>),
    Presence {
        presence: PresenceName,
        since: Timestamp,
        cause: PresenceCause,
    },
    Offer(Box<Offer>),
    OfferEnded {
        reservation: ReservationId,
        outcome: OfferOutcome,
    },
    /// A session of mine is new or its card changed.
    Session(Box<SessionCard>),
    /// No longer mine.
    SessionGone {
        session: SessionId,
    },
    Snapshot(Box<SessionSnapshot>),
    Event {
        session: SessionId,
        after: Sequence,
        recorded: Box<Recorded<SessionEvent>>,
    },
    Typing {
        session: SessionId,
        name: String,
    },
    Board(Box<BoardFrame>),
    Alert {
        message: String,
    },
    /// The last frame before the server closes.
    Bye {
        code: ConsoleRefusal,
        message: String,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Nothing,
    /// The event is in the log here.
    Recorded {
        sequence: Sequence,
    },
    Explanation(Box<ExplanationView>),
    History {
        sessions: Vec<PastSession>,
    },
    Hits {
        hits: Vec<SearchHit>,
    },
    /// The session that goes on for both.
    Merged {
        session: SessionId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// Accepted here or in another tab.
    Accepted,
    Rejected,
    TimedOut,
    Canceled,
    Rescinded,
}

impl From<ReservationEnd> for OfferOutcome {
    fn from(end: ReservationEnd) -> Self {
        match end {
            ReservationEnd::Rejected => Self::Rejected,
            ReservationEnd::TimedOut => Self::TimedOut,
            ReservationEnd::Canceled => Self::Canceled,
            ReservationEnd::Rescinded => Self::Rescinded,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleRefusal {
    Malformed,
    OutOfOrder,
    /// Not in this role, or not your session.
    Forbidden,
    NotFound,
    /// The console has not seen what came before; catch up first.
    Behind,
    /// The session or router says no in its present state.
    NotNow,
    TooLate,
    TooLarge,
    TooFast,
    /// Not processed: try again.
    Busy,
    GoingAway,
    TooSlow,
    LoggedOut,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ConsoleWelcome {
    pub version: u32,
    pub now: Timestamp,
    pub me: Me,
    pub presence: PresenceName,
    pub presence_since: Timestamp,
    pub offers: Vec<Offer>,
    pub sessions: Vec<SessionCard>,
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
    pub presences: Vec<PresenceView>,
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

/// One line of a session list.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct SessionCard {
    pub session: SessionId,
    pub customer: CustomerId,
    pub customer_name: String,
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
    pub last_text: String,
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
    #[serde(flatten)]
    pub state: TaskState,
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

/// The live figures a supervisor sees, at most one frame in 200 ms and only when something changed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct BoardFrame {
    pub at: Timestamp,
    pub queues: Vec<QueueFigures>,
    pub agents: Vec<AgentFigures>,
    /// Open sessions, waiting ones first; at most 500.
    pub sessions: Vec<SessionCard>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct QueueFigures {
    pub queue: QueueId,
    pub open: bool,
    pub waiting: u32,
    /// Since when the longest waiting one waits.
    pub longest_since: Option<Timestamp>,
    /// Reserved, assigned or wrapping.
    pub in_hand: u32,
    pub service_level: ServiceLevelView,
    /// Today's.
    pub offered: u32,
    pub answered: u32,
    pub abandoned: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ServiceLevelView {
    /// The named definition, such as `answered_or_abandoned_of_all`.
    pub definition: String,
    pub threshold_seconds: u32,
    /// 0 to 100; none before the first contact of the day.
    pub percent: Option<f64>,
    pub target_percent: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct AgentFigures {
    pub agent: AgentId,
    pub name: String,
    pub automated: bool,
    pub presence: PresenceName,
    pub since: Timestamp,
    /// Offers of today, since the server started, that rang out without an answer.
    pub unanswered: u32,
    /// Tasks in hand by channel, and how many at most.
    pub load: Vec<ChannelLoad>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ChannelLoad {
    pub channel: Channel,
    pub tasks: u32,
    pub capacity: u32,
}

/// The router's reasons, in words and in data.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ExplanationView {
    pub task: TaskId,
    /// One sentence: why it waits, or why it went there.
    pub headline: String,
    pub step: Option<String>,
    pub step_until: Option<Timestamp>,
    pub matching_agents: u32,
    pub candidates: Vec<CandidateView>,
    pub rule: Option<String>,
    pub chosen: Option<AgentId>,
    pub runner_up: Option<AgentId>,
    /// What would have to change for it to be served.
    pub remedy: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct CandidateView {
    pub agent: AgentId,
    pub chosen: bool,
    /// The single reason it was passed over.
    pub reason: String,
}

/// An upload that was accepted; `upload` goes into a message.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Upload {
    pub upload: String,
    pub attachment: Attachment,
}
