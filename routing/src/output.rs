//! What the router says follows. Whoever runs it makes each of these durable before telling anybody.

use model::task::ReservationEnd;
use model::{AgentId, PresenceName, QueueId, RejectReason, ReservationId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::explanation::PassedOver;

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
    /// The task is this agent's, who accepted it in time and first; or was answered for, picked it, or was
    /// given it.
    Assigned {
        task: TaskId,
        reservation: ReservationId,
        agent: AgentId,
        /// Who gave it to the agent, if somebody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// What the agent took over it comes first: the task stays with the agent and is held.
    Held { task: TaskId, agent: AgentId },
    /// Nothing comes before it any more.
    Resumed { task: TaskId, agent: AgentId },
    /// The input changed nothing.
    Refused { refusal: Refusal },
    /// The task waits elsewhere now, at its age; for this agent only, if one is named.
    Overflowed {
        task: TaskId,
        from: QueueId,
        to: QueueId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        reason: OverflowReason,
    },
    /// The task leaves its queue by this end: the router has forgotten it.
    Ended { task: TaskId, queue: QueueId, end: End, reason: OverflowReason },
    /// The customer is to be asked whether they want to be called back. The task waits on until then, and
    /// expires if [`Input::CallbackChosen`](crate::Input::CallbackChosen) has not come.
    CallbackOffered { task: TaskId, queue: QueueId, until: Timestamp, reason: OverflowReason },
    /// The customer is to be called; the agent's slot is held meanwhile, and freed by
    /// [`Output::ReservationEnded`] if they do not answer until then.
    CallCustomer { reservation: ReservationId, task: TaskId, agent: AgentId, until: Timestamp },
    /// The last call did not reach the customer: the router has forgotten the task.
    CallbackOver { task: TaskId, queue: QueueId },
    /// Nobody answered until the queue's deadline, or it was full, and it names no way out; or the customer
    /// did not want to be called back. The router has forgotten it.
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
    /// As many waited as may.
    Full,
}

/// How a task leaves a queue for good without an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Voicemail,
    Message,
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
    /// Assigned or picked by somebody faster.
    #[error("task {task} is with {by} already")]
    AlreadyTaken { task: TaskId, by: AgentId },
    /// The first reason against it.
    #[error("task {task} cannot go to {agent} now")]
    NotForAgent { task: TaskId, agent: AgentId, because: PassedOver },
    #[error("tasks of queue {queue} are offered, not picked")]
    NotToPick { task: TaskId, queue: QueueId },
    /// Wrap-up of a task that nobody has.
    #[error("task {task} is not assigned")]
    NotAssigned { task: TaskId },
    /// Somebody has it in hand: it is too late for a callback.
    #[error("task {task} does not wait")]
    NotWaiting { task: TaskId },
    #[error("nobody asked whether to call back for task {task}")]
    NotAsked { task: TaskId },
    #[error("nobody is being called for task {task}")]
    NotCalling { task: TaskId },
}
