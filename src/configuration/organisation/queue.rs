//! A queue: who it asks for, how long it waits and where it sends what it cannot serve.

use std::collections::BTreeMap;
use std::time::Duration;

use model::task::{Condition, Level, Priority};
use model::{Channel, QueueId, Skill};
use serde::{Deserialize, Serialize};

pub use routing::{LongestIdle, SkipWhen, WaitingOrder, WhenClosed};

use super::hours::HoursId;
use super::offering::{Answering, Delivery, RejectDelays};
use super::overflow::Overflow;
use super::service_level::ServiceLevel;
use super::stake::Stake;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    /// When it is open. None: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursId>,
    /// What becomes of tasks that come while it is closed.
    #[serde(default)]
    pub when_closed: WhenClosed,
    #[serde(default)]
    pub ring_time: RingTime,
    /// How long an agent who rejected a task is not offered it again.
    #[serde(default = "reject_delay", with = "crate::configuration::duration")]
    pub reject_delay: Duration,
    /// The same for some of the reasons that agents can give, before what the reason itself says.
    #[serde(default, skip_serializing_if = "RejectDelays::is_empty")]
    pub reject_delays: RejectDelays,
    /// At how many agents a task rings at once, 1 to 50; the first who accepts has it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub offers_at_once: u8,
    /// Whether its tasks are offered, or picked by agents.
    #[serde(default, skip_serializing_if = "Delivery::is_push")]
    pub delivery: Delivery,
    /// Who answers its offers.
    #[serde(default, skip_serializing_if = "Answering::is_by_agent")]
    pub answering: Answering,
    /// What it asks of an agent, step by step. Empty: the task's own requirements until the deadline.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// How long a task waits at most. None: for ever.
    #[serde(
        default,
        with = "crate::configuration::duration::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub deadline: Option<Duration>,
    /// Where a task goes at the deadline. None: it is canceled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overflow: Option<Overflow>,
    /// How many may wait; who comes then goes on at once. None: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_waiting: Option<u32>,
    /// Where a task goes that finds the queue full. None: to `overflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_full: Option<Overflow>,
    /// After-contact work ends by itself after this. None: when the agent says so.
    #[serde(
        default,
        with = "crate::configuration::duration::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub wrap_up_limit: Option<Duration>,
    /// Added to the priority of its tasks; higher is served first.
    #[serde(default)]
    pub priority: Priority,
    /// Which of its waiting tasks comes first.
    #[serde(default)]
    pub order: WaitingOrder,
    /// What counts where it shares agents with other queues.
    #[serde(default)]
    pub stake: Stake,
    /// Which of several free agents who fit is offered a task.
    #[serde(default)]
    pub selection: Selection,
    /// Which agent has been idle longest, where the selection asks.
    #[serde(default)]
    pub longest_idle: LongestIdle,
    /// None: the organisation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level: Option<ServiceLevel>,
    /// Prefer the agent the customer had last. None: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<LastAgent>,
}

/// How long an offer rings, by channel, before it counts as not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RingTime {
    #[serde(with = "crate::configuration::duration")]
    pub chat: Duration,
    #[serde(with = "crate::configuration::duration")]
    pub email: Duration,
    #[serde(with = "crate::configuration::duration")]
    pub voice: Duration,
}

impl Default for RingTime {
    fn default() -> Self {
        Self { chat: Duration::from_secs(20), email: Duration::from_secs(60), voice: Duration::from_secs(15) }
    }
}

impl RingTime {
    pub fn of(&self, channel: Channel) -> Duration {
        match channel {
            Channel::Chat => self.chat,
            Channel::Email => self.email,
            Channel::Voice => self.voice,
        }
    }
}

fn one() -> u8 {
    1
}

fn is_one(number: &u8) -> bool {
    *number == 1
}

fn reject_delay() -> Duration {
    Duration::from_secs(30)
}

/// What is asked for a time; then the next step holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// How long it holds. None: until the deadline; only the last may say so.
    #[serde(with = "crate::configuration::duration::option", skip_serializing_if = "Option::is_none")]
    pub holds: Option<Duration>,
    /// Asked besides what the task asks itself, at this level or above.
    pub skills: BTreeMap<Skill, Level>,
    /// An expression that must hold for the agent besides.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Whether the agent must speak the customer's language.
    pub language: Rule,
    /// Whether the skills and the expression that the task's route asks for hold.
    pub intent_skills: Rule,
    /// When a task passes over the step, which then takes no time. Not for the last one.
    pub skip_when: SkipWhen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    #[default]
    Required,
    Ignored,
}

/// How a queue chooses among agents who fit; equal ones are decided by idle time, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    #[default]
    LongestIdle,
    /// The highest levels in what the task asks.
    MostProficient,
    /// The lowest levels that are enough: who can do more stays free.
    LeastProficient,
    /// The fewest tasks in hand.
    FewestActive,
    /// Who was offered something longest ago.
    RoundRobin,
    /// By lot.
    Random,
}

/// The agent a customer had last is asked first, with a way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastAgent {
    /// How long ago the last contact may be.
    #[serde(with = "crate::configuration::duration")]
    pub within: Duration,
    /// How long the task waits for that agent only; not at all if they are offline.
    #[serde(with = "crate::configuration::duration")]
    pub wait: Duration,
}
