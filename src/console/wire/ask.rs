//! What a console sends.

use model::task::{Priority, TransferTarget};
use model::{
    AgentId, Channel, CustomerId, Disposition, FactName, Language, MessageId, PresenceName, QueueId,
    RejectReason, ReservationId, Sequence, SessionId, TaskId, Timestamp,
};
use routing::CapacityRule;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
        /// One of the organisation's reasons, if any.
        reason: Option<RejectReason>,
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
    /// The customer of a callback was not reached: it is tried again after its interval, if a call is left.
    CallFailed {
        session: SessionId,
        task: TaskId,
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
    /// What the articles say to a question.
    Knowledge {
        text: String,
        /// None: the organisation's first.
        #[serde(default)]
        language: Option<Language>,
    },
    /// Why a task waits, or went where it went; at a time that has passed, as far as the router's inputs
    /// are recorded.
    Explain {
        task: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        at: Option<Timestamp>,
    },
    /// What waits to be picked, in queues of mine that do not push.
    Pickable,
    /// Takes a task from that list: the first who does, has it.
    Pick {
        task: TaskId,
    },
    /// Supervisors: board frames from now on.
    WatchBoard,
    UnwatchBoard,
    /// Supervisors: how the queues stood during the past hour, while this server ran.
    PastHour,
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
    /// Supervisors: another age, and with it another place in line.
    Age {
        session: SessionId,
        task: TaskId,
        waiting_since: Timestamp,
    },
    /// Supervisors: closes a queue, or all, whatever the hours say; none: all.
    CloseQueue {
        queue: Option<QueueId>,
        reason: String,
        /// None: until somebody opens it.
        until: Option<Timestamp>,
    },
    ReopenQueue {
        queue: Option<QueueId>,
    },
    /// Supervisors: the task is this agent's at once, whatever its queue asks; what rings ends.
    Assign {
        task: TaskId,
        agent: AgentId,
        #[serde(default)]
        capacity: CapacityRule,
    },
    SetPresenceOf {
        agent: AgentId,
        presence: PresenceName,
    },
}
