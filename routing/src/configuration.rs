//! What the organisation decides about routing: its queues, presences and fairness.
//!
//! A [`Configuration`] is a plain value. A new one replaces the old at run time; waiting tasks are
//! judged anew by it and keep their age.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use model::{Channel, PresenceName, QueueId, RejectReason};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::hours::Hours;
use crate::input::{Answering, Delivery};
use crate::order::WaitingOrder;
use crate::overflow::{self, Overflow};
use crate::seconds;
use crate::selection::Selection;
use crate::share::{Share, Stake};
use crate::steps::Step;

/// Everything the router goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    pub queues: BTreeMap<QueueId, Queue>,
    /// The states an agent can be in. A name that is not here counts as not routable.
    pub presences: BTreeMap<PresenceName, Routability>,
    /// What an agent becomes who lets an offer ring out.
    pub not_responding: PresenceName,
    /// Who lets so many offers ring out, without accepting one in between, is logged out; none: never.
    /// A restart counts anew.
    pub log_out_after_misses: Option<NonZeroU32>,
    pub preferred_agent: PreferredAgentRule,
    /// Which queue an agent of several works for next.
    pub share: Share,
}

impl Default for Configuration {
    fn default() -> Self {
        let presence = |name| PresenceName::new(name).expect("the names below are short and plain");
        let presences = [
            ("available", Routability::Routable),
            ("busy", Routability::NotRoutable),
            ("break", Routability::NotRoutable),
            ("not_responding", Routability::NotRoutable),
            ("offline", Routability::LoggedOut),
        ];
        Self {
            queues: BTreeMap::new(),
            presences: presences.map(|(name, routability)| (presence(name), routability)).into(),
            not_responding: presence("not_responding"),
            log_out_after_misses: None,
            preferred_agent: PreferredAgentRule::default(),
            share: Share::default(),
        }
    }
}

/// Whether an agent in some presence is offered tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Routability {
    Routable,
    /// At work, but offered nothing.
    NotRoutable,
    /// Not at work: nothing waits for this agent.
    LoggedOut,
}

/// How long a customer waits for the agent of last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreferredAgentRule {
    /// Of the task's age, unless the task says otherwise.
    #[serde(with = "seconds")]
    pub at_most: Duration,
    /// The last contact must not be older than this.
    #[serde(with = "seconds")]
    pub within: Duration,
}

impl Default for PreferredAgentRule {
    fn default() -> Self {
        Self { at_most: Duration::from_secs(30), within: Duration::from_secs(24 * 3600) }
    }
}

/// Tasks waiting for the same kind of agent, and what happens to them when nobody comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Queue {
    /// Gone through one after the other; without any, the task's own requirements hold for ever.
    /// The last step holds for ever, whatever its duration.
    pub steps: Vec<Step>,
    /// How long an offer rings; 30 s for a channel not named.
    #[serde(with = "seconds::by_name")]
    pub ring: BTreeMap<Channel, Duration>,
    /// How long an agent who rejected a task, or gave it away, is not offered the same task again.
    #[serde(with = "seconds")]
    pub reject_delay: Duration,
    /// Other delays, for those who reject a task for one of these reasons.
    #[serde(with = "seconds::by_name")]
    pub reject_delays: BTreeMap<RejectReason, Duration>,
    /// After this a wrap-up ends by itself.
    #[serde(with = "seconds::optional")]
    pub wrap_up_limit: Option<Duration>,
    /// A task not answered at this age in the queue overflows, or expires without `overflow`. It does not
    /// hold for callbacks: nobody waits on the line.
    #[serde(with = "seconds::optional")]
    pub deadline: Option<Duration>,
    #[serde(deserialize_with = "overflow::read")]
    pub overflow: Option<Overflow>,
    /// Who arrives, is transferred or overflows here while so many wait goes on at once. Callbacks,
    /// scheduled work and what is sent to one agent find room always.
    pub most_waiting: Option<u32>,
    /// Where such a task goes, if not to `overflow`; without either it expires.
    pub when_full: Option<Overflow>,
    /// Always open without.
    pub hours: Option<Hours>,
    pub when_closed: WhenClosed,
    pub answering: Answering,
    pub delivery: Delivery,
    /// At how many agents a task rings at once, 1 to [`Queue::MOST_OFFERS`]: the first who accepts has it.
    /// One for which fewer ring stays in line before all later ones, and is offered to whoever else is
    /// or becomes free, as long as the step lasts in which it was first offered.
    pub offers_at_once: u8,
    /// Which of its waiting tasks comes first.
    pub order: WaitingOrder,
    pub stake: Stake,
    /// Who of several fitting agents is offered a task.
    pub selection: Selection,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            ring: BTreeMap::new(),
            reject_delay: Duration::from_secs(20),
            reject_delays: BTreeMap::new(),
            wrap_up_limit: None,
            deadline: None,
            overflow: None,
            most_waiting: None,
            when_full: None,
            hours: None,
            when_closed: WhenClosed::default(),
            answering: Answering::default(),
            delivery: Delivery::default(),
            offers_at_once: 1,
            order: WaitingOrder::default(),
            stake: Stake::default(),
            selection: Selection::default(),
        }
    }
}

impl Queue {
    /// How long an offer rings when the queue says nothing of the channel.
    pub const RING: Duration = Duration::from_secs(30);
    pub const MOST_OFFERS: u8 = 50;

    pub fn ring_time(&self, channel: Channel) -> Duration {
        self.ring.get(&channel).copied().unwrap_or(Self::RING)
    }

    /// How long a task is kept from an agent who rejected it, for this reason if one was named.
    pub fn delay_after(&self, reason: Option<&RejectReason>) -> Duration {
        let named = reason.and_then(|reason| self.reject_delays.get(reason));
        named.copied().unwrap_or(self.reject_delay)
    }
}

/// What becomes of tasks while their queue is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenClosed {
    /// They wait; the time of steps and deadline stands still until it opens.
    #[default]
    Wait,
    /// They go where the queue overflows to; without that they wait.
    Overflow,
}
