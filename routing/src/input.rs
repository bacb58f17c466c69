//! What the router is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::task::{Callback, CancelReason, Priority, Requirements, TransferTarget};
use model::{
    AgentId, Attributes, Channel, Language, PresenceName, QueueId, RejectReason, ReservationId, Skill,
    TaskFacts, TaskId, Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::configuration::Configuration;
use crate::seconds;

use model::task::Level;

/// One thing that happened outside. A sequence of these, recorded as [`Record`](crate::Record)s, is the
/// routing stream: fed again with the same times and seed it gives the same outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Input {
    /// Replaces the configuration. Waiting tasks are judged anew, in place.
    Configure {
        configuration: Box<Configuration>,
    },
    /// A new agent, or a new profile of a known one. A new agent is logged out until its presence is told.
    AgentUpserted {
        profile: AgentProfile,
    },
    /// Offers end; what the agent still has in hand stays counted until it is completed or transferred.
    AgentRemoved {
        agent: AgentId,
    },
    PresenceChanged {
        agent: AgentId,
        presence: PresenceName,
    },
    /// An agent as the log has it, after a restart and before any task is restored. Whether a step is passed
    /// over and whether a task waits for the agent is judged by this presence; nothing is offered before
    /// [`Input::PresenceChanged`]. Refused for an agent without a profile.
    AgentRestored {
        agent: AgentId,
        presence: PresenceName,
        /// Offers that rang out since the last that was accepted.
        misses: u32,
    },
    /// A new task. The same id again is refused: delivering twice does no harm.
    TaskArrived {
        task: TaskRequest,
    },
    /// A task as the log has it, after a restart.
    TaskRestored {
        task: TaskRequest,
        queued_since: Timestamp,
        state: RestoredState,
    },
    /// Back to waiting, elsewhere, at its age; whoever had it has a free slot. Steps and deadline of
    /// the new queue begin now. From virtual agents to people the agent of last time is asked first.
    TaskTransferred {
        task: TaskId,
        target: TransferTarget,
        requirements: Requirements,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preferred_agent: Option<PreferredAgent>,
        /// What is known now; without, what was known before stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facts: Option<TaskFacts>,
    },
    /// Back to waiting in its queue: its agent went away.
    TaskReleased {
        task: TaskId,
        /// Named: refused when the task is no longer held under it. A record that fails is told late,
        /// and what was decided since must stand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reservation: Option<ReservationId>,
    },
    TaskReprioritised {
        task: TaskId,
        priority: Priority,
    },
    /// More is known of a task. Where it waits it is judged anew at once; its age and its step stay.
    FactsLearned {
        task: TaskId,
        facts: TaskFacts,
    },
    /// Changes the age by which a task takes its place; the queue's times stay as they are.
    TaskAged {
        task: TaskId,
        waiting_since: Timestamp,
    },
    /// The customer of a waiting task wants to be called back: it keeps its place, on the voice channel.
    CallbackChosen {
        task: TaskId,
        callback: Callback,
        /// Nobody is offered it earlier, and the queue's times begin then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// The customer was asked and does not want to be called back: the task expires.
    CallbackDeclined {
        task: TaskId,
    },
    /// The customer who is called answers: the call is offered to the agent whose slot is held.
    CustomerAnswered {
        task: TaskId,
    },
    /// A callback did not reach the customer: the agent is free, and the task is at its place again after
    /// the interval, if an attempt is left.
    CallFailed {
        task: TaskId,
    },
    /// Closes a queue, or all, whatever the hours say: its tasks wait or go as when it is closed.
    /// Replaces an earlier closing of the same.
    QueueClosed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        reason: String,
        /// When it was closed; earlier than now after a restart.
        since: Timestamp,
        /// When it opens by itself. None: at [`Input::QueueReopened`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Ends the closing of this queue, or the closing of all.
    QueueReopened {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// Before a restart a queue, or all, was closed by hand from then until then: tasks that are restored
    /// from now on have not aged meanwhile.
    QueueWasClosed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        since: Timestamp,
        until: Timestamp,
    },
    TaskCanceled {
        task: TaskId,
        reason: CancelReason,
    },
    Accept {
        reservation: ReservationId,
        agent: AgentId,
    },
    /// The agent says no: the task goes on, and comes back to this agent only after the queue's
    /// reject delay.
    Reject {
        reservation: ReservationId,
        agent: AgentId,
        /// The queue may name another delay for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RejectReason>,
    },
    /// A supervisor gives the task to this agent, whatever its queue asks: what rings ends, the agent has
    /// it at once. Refused for an agent who is logged out or does not handle the channel.
    Assign {
        task: TaskId,
        agent: AgentId,
        capacity: CapacityRule,
        /// Who decided so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// The agent takes a task of a queue that does not push: the first who does, has it. Refused where
    /// the queue would not offer it to this agent.
    Pick {
        task: TaskId,
        agent: AgentId,
    },
    /// The conversation is over, its after-work is not: holds capacity still.
    WrapUpStarted {
        task: TaskId,
    },
    /// Done: the slot is free.
    Completed {
        task: TaskId,
    },
    /// Nothing but the time.
    Tick,
}

/// A request that somebody handle a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRequest {
    pub id: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    #[serde(default)]
    pub requirements: Requirements,
    #[serde(default)]
    pub priority: Priority,
    /// Its age counts from here, for its place in the queue and for the queue's times; may lie in the
    /// past (a callback keeps its place).
    pub waiting_since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_agent: Option<PreferredAgent>,
    #[serde(default)]
    pub direction: Direction,
    /// Scheduled work: nobody is offered it earlier, and the queue's times begin then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// A callback that was chosen before, with the attempts that are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// What expressions can ask about.
    #[serde(default, skip_serializing_if = "TaskFacts::is_empty")]
    pub facts: TaskFacts,
}

/// The agent of last time, who is asked first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreferredAgent {
    pub agent: AgentId,
    /// Too long ago by the configuration, and nobody waits for this agent.
    pub last_contact: Timestamp,
    /// Instead of the configured time.
    #[serde(default, with = "seconds::optional", skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Duration>,
}

/// Who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Inbound,
    Outbound,
}

/// Where a task stood when the log was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RestoredState {
    Pending,
    /// Pending, and sent to this agent only.
    WaitingFor {
        agent: AgentId,
    },
    /// Keeps its id and rings for the time that is left.
    Reserved {
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
    },
    /// Each of them keeps its id and rings for the time that is left; it is offered to nobody else
    /// meanwhile.
    Ringing {
        offers: Vec<RestoredOffer>,
    },
    /// Occupies the agent, present or not.
    Assigned {
        agent: AgentId,
        reservation: Option<ReservationId>,
        /// Held for something else in the agent's hands. Judged anew once the agent's presence is told.
        #[serde(default)]
        is_held: bool,
    },
    Wrapping {
        agent: AgentId,
        since: Timestamp,
    },
}

/// One of several offers of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredOffer {
    pub reservation: ReservationId,
    pub agent: AgentId,
    pub expires_at: Timestamp,
}

/// What an agent can do, and how much at once. Agents with equal profiles are matched as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentProfile {
    pub agent: AgentId,
    #[serde(default)]
    pub kind: AgentKind,
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    #[serde(default)]
    pub languages: BTreeSet<Language>,
    /// A channel that is not here is never offered.
    #[serde(default)]
    pub capacity: BTreeMap<Channel, Capacity>,
    #[serde(default)]
    pub queues: BTreeSet<QueueId>,
    /// What expressions can ask about.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    #[serde(default)]
    pub answering: Answering,
}

/// Whether an assignment may go beyond what fits beside what the agent has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CapacityRule {
    #[default]
    Respected,
    Ignored,
}

/// How a queue's tasks come to agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The router offers them.
    #[default]
    Push,
    /// Agents pick them from a list; nothing rings. Steps, deadline and overflow are as always.
    Pull,
}

impl Delivery {
    pub fn is_push(&self) -> bool {
        *self == Self::Push
    }
}

/// Who answers an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answering {
    /// The agent, within the ring time.
    #[default]
    ByAgent,
    /// The router, in the agent's name and at once: if either the queue or the agent says so.
    Automatic,
}

impl Answering {
    pub fn is_by_agent(&self) -> bool {
        *self == Self::ByAgent
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    #[default]
    Person,
    Virtual,
}

impl AgentKind {
    /// As expressions name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Virtual => "virtual",
        }
    }
}

/// How many tasks of a channel an agent has at most, and beside what. Offers and wrap-ups count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub most: u16,
    #[serde(default)]
    pub together: Together,
    /// What one takes of an agent, who is [`Capacity::WHOLE`]; 0 is not weighed. What all channels take
    /// together never exceeds the whole.
    #[serde(default)]
    pub weight: u16,
    /// Channels that may be offered over it: one that is assigned is held while such a task is worked on
    /// or wrapped up, and goes on after it.
    #[serde(default)]
    pub yields_to: BTreeSet<Channel>,
}

impl Capacity {
    /// All that an agent has to give, in the unit of weights.
    pub const WHOLE: u16 = 100;

    /// So many, beside any other channel.
    pub const fn of(most: u16) -> Self {
        Self { most, together: Together::WithAny, weight: 0, yields_to: BTreeSet::new() }
    }

    /// So many, each taking this weight of the agent.
    pub const fn weighing(weight: u16, most: u16) -> Self {
        Self { most, together: Together::WithAny, weight, yields_to: BTreeSet::new() }
    }

    /// So many, and meanwhile no other channel.
    pub fn exclusive(most: u16) -> Self {
        Self { together: Together::Alone, ..Self::of(most) }
    }
}

/// Beside which other channels one may be handled. Two channels go together if both allow it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    #[default]
    WithAny,
    With(BTreeSet<Channel>),
    Alone,
}

impl Together {
    pub fn allows(&self, other: Channel) -> bool {
        match self {
            Self::WithAny => true,
            Self::With(channels) => channels.contains(&other),
            Self::Alone => false,
        }
    }
}
