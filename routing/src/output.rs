//! What the router says follows. Whoever runs it makes each of these durable before telling anybody.

use model::task::ReservationEnd;
use model::{AgentId, PresenceName, QueueId, RejectReason, ReservationId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One consequence of an input, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Output {
    /// The agent's console is to ring. The slot is taken from now on.
    Offered { reservation: ReservationId, task: TaskId, agent: AgentId, expires_at: Timestamp },
    /// The offer is over without an assignment; the slot is free.
    ReservationEnded {
        reservation: ReservationId,
        task: TaskId,
        agent: AgentId,
        outcome: ReservationEnd,
        /// Why it was rejected, if the agent said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RejectReason>,
    },
    /// The task is this agent's, who accepted it in time and first.
    Assigned { task: TaskId, reservation: ReservationId, agent: AgentId },
    /// The input changed nothing.
    Refused { refusal: Refusal },
    /// The task waits elsewhere now, at its age.
    Overflowed { task: TaskId, from: QueueId, to: QueueId, reason: OverflowReason },
    /// Nobody answered until the queue's deadline and it names no other queue: the router has forgotten it.
    Expired { task: TaskId, queue: QueueId },
    /// The agent let an offer ring out and has this presence now; gets nothing until it changes.
    AgentNotResponding { agent: AgentId, presence: PresenceName, reservation: ReservationId },
    /// The agent let this many offers in a row ring out, the last one this, and is logged out by that.
    AgentLoggedOut { agent: AgentId, presence: PresenceName, reservation: ReservationId, misses: u32 },
    /// The queue's limit ended the wrap-up: the slot is free, the router has forgotten the task.
    WrapUpEnded { task: TaskId, agent: AgentId },
}

/// Why a task left a queue unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OverflowReason {
    Deadline,
    Closed,
    /// The queue was removed from the configuration.
    QueueRemoved,
}

/// Why an input was not followed. Repeating the same input is answered the same way, so none is
/// worth a retry; `AlreadyAccepted` means that an earlier one was followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    #[error("task {task} is not known, or no more")]
    UnknownTask { task: TaskId },
    #[error("task {task} is here already")]
    DuplicateTask { task: TaskId },
    #[error("task {task} asks for queue {queue}, which does not exist")]
    UnknownQueue { task: TaskId, queue: QueueId },
    #[error("agent {agent} is not known")]
    UnknownAgent { agent: AgentId },
    /// Late, withdrawn, or never made.
    #[error("offer {reservation} is over")]
    OfferOver { reservation: ReservationId, agent: AgentId },
    #[error("offer {reservation} was made to somebody else than {agent}")]
    NotYourOffer { reservation: ReservationId, agent: AgentId },
    #[error("offer {reservation} was accepted before, by the same agent")]
    AlreadyAccepted { reservation: ReservationId, agent: AgentId },
    /// Wrap-up of a task that nobody has.
    #[error("task {task} is not assigned")]
    NotAssigned { task: TaskId },
}
