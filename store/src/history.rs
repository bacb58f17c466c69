//! What the projections of the log answer: open work, past sessions, search, waits.

use std::time::Duration;

use model::event::{Author, CloseReason};
use model::task::{Callback, Priority, Requirements, TaskState};
use model::{
    AgentId, Channel, CustomerId, Intent, Language, QueueId, Sequence, SessionId, SiteId, TaskId, Timestamp,
};

/// A task that waits, rings, is in hand or is wrapped up: what the router is rebuilt from.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTask {
    pub session: SessionId,
    pub task: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    pub requirements: Requirements,
    pub priority: Priority,
    /// Its age counts from here.
    pub waiting_since: Timestamp,
    /// When it came into `queue`: its creation or its last transfer.
    pub queued_at: Timestamp,
    pub preferred_agent: Option<AgentId>,
    /// Transferred to this agent only.
    pub only_agent: Option<AgentId>,
    /// To be called back, with the attempts that are left.
    pub callback: Option<Callback>,
    pub not_before: Option<Timestamp>,
    pub state: TaskState,
    /// Assigned, and held for something that comes before it.
    pub is_held: bool,
}

/// A session in a list of past and present ones.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSummary {
    pub session: SessionId,
    pub customer: CustomerId,
    pub site: SiteId,
    pub language: Option<Language>,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub close_reason: Option<CloseReason>,
    /// Every channel it was ever on.
    pub channels: Vec<Channel>,
    /// The beginning of the last message, at most [`LAST_TEXT`] characters.
    pub last_text: Option<String>,
    pub last_message_at: Option<Timestamp>,
    /// To whom a task was last assigned.
    pub last_agent: Option<AgentId>,
    /// The last one detected.
    pub intent: Option<Intent>,
    /// The session that goes on with it.
    pub absorbed_into: Option<SessionId>,
    pub erased_at: Option<Timestamp>,
}

/// Characters kept of a session's last message.
pub const LAST_TEXT: usize = 160;

/// What to look for in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchQuery {
    /// The user's words, all of which must occur; the last may be a beginning. Never read as a query
    /// language. At most [`MAX_QUERY`] bytes of it count.
    pub text: String,
    pub scope: SearchScope,
    /// At most this many hits, newest first; capped at [`MAX_HITS`].
    pub limit: usize,
    /// Only hits before this [`Hit::position`]: the next page.
    pub before: Option<u64>,
}

/// Bytes of a search text that count.
pub const MAX_QUERY: usize = 256;
/// Most hits of one search.
pub const MAX_HITS: usize = 200;

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchScope {
    Messages,
    MessagesAndNotes,
}

/// A message or note found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub session: SessionId,
    pub sequence: Sequence,
    pub position: u64,
    pub at: Timestamp,
    pub author: Author,
    /// The words around what was found, plain text.
    pub snippet: String,
}

/// An event in a history that goes over several sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    pub session: SessionId,
    pub position: u64,
    pub recorded: model::Recorded<model::SessionEvent>,
}

/// How waiting in a queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitOutcome {
    /// An agent took the task.
    Answered,
    /// The customer left.
    Abandoned,
    /// The task went to another queue or agent while waiting.
    Transferred,
    /// The queue's deadline passed.
    Expired,
    /// The session ended or was absorbed: nobody failed anybody.
    Canceled,
    /// The queue was full, closed, or over for it, and the customer was told so.
    TurnedAway,
    /// A callback whose last call did not reach the customer.
    NotReached,
}

/// One wait in one queue that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedWait {
    pub session: SessionId,
    pub task: TaskId,
    pub ended_at: Timestamp,
    pub wait: Duration,
    pub outcome: WaitOutcome,
}
