//! What a task asks for, and what can become of it and of its reservations.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;

use crate::id::{AgentId, Language, QueueId, ReservationId, Skill};
use crate::time::Timestamp;

/// How well an agent has a skill: 1 (learning) to 5 (expert).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Level(u8);

/// The number is no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a level: 1 to 5")]
pub struct InvalidLevel(u8);

impl Level {
    pub const LOWEST: Self = Self(1);
    pub const HIGHEST: Self = Self(5);

    pub fn new(level: u8) -> Result<Self, InvalidLevel> {
        if (1..=5).contains(&level) { Ok(Self(level)) } else { Err(InvalidLevel(level)) }
    }

    pub fn get(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u8::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A skill an agent must have, at this level or above.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct SkillRequirement {
    pub skill: Skill,
    pub level: Level,
}

/// An expression that must hold for an agent, as it was written. What it says is for the router to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Condition(SmolStr);

/// The text is no condition. Retrying with the same one is pointless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an expression has 1 to {max} bytes, this has {length}", max = Condition::MAX_LENGTH)]
pub struct InvalidCondition {
    length: usize,
}

impl Condition {
    /// In bytes.
    pub const MAX_LENGTH: usize = 2_000;

    pub fn new(text: &str) -> Result<Self, InvalidCondition> {
        let length = text.len();
        if text.trim().is_empty() || length > Self::MAX_LENGTH {
            return Err(InvalidCondition { length });
        }
        Ok(Self(SmolStr::new(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&SmolStr::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What an agent must meet to be offered a task. Skills and conditions are kept sorted, so that equal
/// requirements are equal values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
pub struct Requirements {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<SkillRequirement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// All of them must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl Requirements {
    pub const NONE: Self = Self { skills: Vec::new(), language: None, conditions: Vec::new() };

    /// These, and the conditions besides.
    pub fn with_conditions(mut self, conditions: impl IntoIterator<Item = Condition>) -> Self {
        self.conditions.extend(conditions);
        self.conditions.sort();
        self.conditions.dedup();
        self
    }

    pub fn new(skills: impl IntoIterator<Item = SkillRequirement>, language: Option<Language>) -> Self {
        let mut skills: Vec<_> = skills.into_iter().collect();
        skills.sort();
        skills.dedup_by(|later, earlier| {
            later.skill == earlier.skill && {
                earlier.level = later.level;
                true
            }
        });
        Self { skills, language, conditions: Vec::new() }
    }
}

/// Higher is served first; within one priority the longest waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Priority(pub i32);

/// Where a transfer sends a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum TransferTarget {
    Queue {
        queue: QueueId,
    },
    /// This agent only, found in the queue named.
    Agent {
        agent: AgentId,
        queue: QueueId,
    },
}

impl TransferTarget {
    pub fn queue(&self) -> &QueueId {
        match self {
            Self::Queue { queue } | Self::Agent { queue, .. } => queue,
        }
    }
}

/// How a customer is called back. The task keeps its place in the queue meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Callback {
    pub mode: CallbackMode,
    /// How many calls are left. A call that does not reach the customer takes one.
    pub attempts: u8,
    /// How long after a call that failed the next is made.
    pub interval_seconds: u32,
    /// How long the customer's phone rings.
    pub ring_seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallbackMode {
    /// The call is made once an agent has accepted.
    AgentFirst,
    /// The customer is called while an agent's slot is held; the agent is asked once they answer.
    CustomerFirst,
}

/// Why a task left the agent or queue that had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransferReason {
    /// An agent decided so.
    Agent,
    /// The customer asked for a person.
    CustomerRequest,
    /// The virtual agent was unsure twice.
    LowConfidence,
    /// The virtual agent did not answer within its time limit.
    TimeLimit,
    /// The virtual agent failed.
    Failure,
    /// A supervisor moved it.
    Supervisor,
    /// The queue's deadline passed.
    Overflow,
    /// The agent went offline.
    AgentOffline,
}

/// How a reservation ended without an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReservationEnd {
    /// The agent said no.
    Rejected,
    /// The agent did not answer within the ring time (RONA).
    TimedOut,
    /// The task went away, or the agent did.
    Canceled,
    /// Somebody else got it.
    Rescinded,
}

/// Why a task ended without being handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The customer left while waiting.
    Abandoned,
    /// The session was closed or erased.
    SessionClosed,
    /// The queue's deadline passed and it names no other.
    Expired,
    /// Another session of the same customer goes on.
    Absorbed,
    /// The queue was full, closed, or over for it, and the customer was told so.
    TurnedAway,
    /// The last call of a callback did not reach the customer.
    NotReached,
}

/// An offer that rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LiveOffer {
    pub reservation: ReservationId,
    pub agent: AgentId,
    pub expires_at: Timestamp,
}

/// Most offers of one task that ring at once.
pub const MAX_OFFERS: usize = 50;

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    Pending,
    /// Rings at this agent, and at the others if it was offered to several at once; the first who accepts
    /// has it.
    Reserved {
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
        /// In the order they were asked after the first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<LiveOffer>,
    },
    Assigned {
        agent: AgentId,
    },
    Wrapping {
        agent: AgentId,
        since: Timestamp,
    },
    Completed,
    Canceled,
}

impl TaskState {
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Completed | Self::Canceled)
    }

    /// All that rings, in the order they were asked.
    pub fn offers(&self) -> Vec<LiveOffer> {
        let Self::Reserved { reservation, agent, expires_at, others } = self else { return Vec::new() };
        let first = LiveOffer { reservation: *reservation, agent: agent.clone(), expires_at: *expires_at };
        [first].into_iter().chain(others.iter().cloned()).collect()
    }

    /// The same state with one more offer; whatever else it was, it rings at this agent now.
    pub fn offered(self, offer: LiveOffer) -> Self {
        match self {
            Self::Reserved { reservation, agent, expires_at, mut others } => {
                others.push(offer);
                Self::Reserved { reservation, agent, expires_at, others }
            }
            _ => Self::ringing(vec![offer]),
        }
    }

    /// The same state with one offer less; pending once nothing rings. An assignment that was faster
    /// stands.
    pub fn without(self, over: ReservationId) -> Self {
        if !matches!(self, Self::Reserved { .. }) {
            return self;
        }
        let mut offers = self.offers();
        offers.retain(|offer| offer.reservation != over);
        Self::ringing(offers)
    }

    /// With these offers, if there are any.
    pub fn ringing(mut offers: Vec<LiveOffer>) -> Self {
        if offers.is_empty() {
            return Self::Pending;
        }
        let LiveOffer { reservation, agent, expires_at } = offers.remove(0);
        Self::Reserved { reservation, agent, expires_at, others: offers }
    }

    /// The agent whose capacity the task holds; of several who are asked, the first.
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Reserved { agent, .. } | Self::Assigned { agent } | Self::Wrapping { agent, .. } => {
                Some(agent)
            }
            Self::Pending | Self::Completed | Self::Canceled => None,
        }
    }
}
