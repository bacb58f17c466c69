//! The day that is played: who comes, how long it takes, who works when.

use std::collections::BTreeMap;
use std::time::Duration;

use model::task::{Callback, CallbackMode, Condition, Priority, Requirements, SkillRequirement};
use model::{AgentId, Channel, Language, QueueId, TaskFacts, Timestamp};

use super::distribution::Distribution;

/// Everything but the rules. Times of it are the same whatever the rules are.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub begins: Timestamp,
    /// Nobody comes from here on; who has come is still attended to, up to `overtime`.
    pub ends: Timestamp,
    pub overtime: Duration,
    /// Who comes earlier than this after `begins` is attended to and not counted: the house fills.
    pub warm_up: Duration,
    /// Figures are given besides for each stretch of this length.
    pub interval: Duration,
    pub demand: Demand,
    pub staff: Vec<Staff>,
    /// How an agent's level in the skills asked for changes handling times: the factor at level 1 to 5.
    pub pace_by_level: [f64; 5],
    pub callbacks: Callbacks,
    /// Answered within this is in time, for queues that `thresholds` does not name.
    pub threshold: Duration,
    pub thresholds: BTreeMap<QueueId, Duration>,
    /// What a minute of waiting costs, in any unit; 1 for queues that are not named.
    pub costs: BTreeMap<QueueId, f64>,
}

impl Scenario {
    /// Nobody comes and nobody works between two moments.
    pub fn between(begins: Timestamp, ends: Timestamp) -> Self {
        Self {
            begins,
            ends,
            overtime: Duration::from_secs(4 * 3_600),
            warm_up: Duration::ZERO,
            interval: Duration::from_secs(1_800),
            demand: Demand::Streams(Vec::new()),
            staff: Vec::new(),
            pace_by_level: [1.0; 5],
            callbacks: Callbacks::default(),
            threshold: Duration::from_secs(20),
            thresholds: BTreeMap::new(),
            costs: BTreeMap::new(),
        }
    }
}

/// Who comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    Streams(Vec<Stream>),
    /// One after the other in time, as they came.
    Recorded(Vec<RecordedContact>),
}

/// Contacts that come by one law.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    pub arrivals: Arrivals,
    /// Each contact is of one of these, by weight.
    pub kinds: Vec<Kind>,
}

/// When contacts come; times count from the scenario's beginning.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// A Poisson process whose rate changes from stretch to stretch, in order; none between them.
    Poisson(Vec<Rate>),
    /// So many in each stretch, spread evenly at random. Of several days each replication plays the next.
    Counts(Vec<Vec<Count>>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub from: Duration,
    pub to: Duration,
    pub an_hour: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub from: Duration,
    pub to: Duration,
    pub contacts: u32,
}

/// Contacts that want the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    pub weight: f64,
    pub channel: Channel,
    pub priority: Priority,
    /// What is known of all of them; the language of each comes to it.
    pub facts: TaskFacts,
    /// Each contact speaks one of these, by weight; none asks for no language. Empty: none does.
    pub languages: Vec<(f64, Option<Language>)>,
    /// Gone through one after the other, at least one: a virtual agent first, perhaps, then a person.
    pub segments: Vec<Segment>,
}

impl Kind {
    /// Calls of no priority, in no language, of which nothing else is known.
    pub fn calls(segments: Vec<Segment>) -> Self {
        Self {
            weight: 1.0,
            channel: Channel::Voice,
            priority: Priority::default(),
            facts: TaskFacts::default(),
            languages: Vec::new(),
            segments,
        }
    }
}

/// One wait and the handling after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub queue: QueueId,
    /// Each contact asks for one of these, by weight. Empty: no skill.
    pub asks: Vec<Asked>,
    /// What must hold for the agent besides.
    pub condition: Option<Condition>,
    /// How long a customer waits at most before leaving; none: for ever.
    pub patience: Option<Distribution>,
    pub handling: Distribution,
    pub wrap_up: Distribution,
    /// How many of those handled here, 0 to 1, go on to the next segment.
    pub goes_on: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub weight: f64,
    pub skills: Vec<SkillRequirement>,
    /// Instead of the segment's.
    pub handling: Option<Distribution>,
}

/// Somebody who came on a day that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedContact {
    pub at: Timestamp,
    pub channel: Channel,
    pub priority: Priority,
    pub segments: Vec<RecordedSegment>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RecordedSegment {
    pub queue: QueueId,
    pub requirements: Requirements,
    pub facts: TaskFacts,
    pub patience: RecordedPatience,
    pub handling: RecordedTime,
    pub wrap_up: RecordedTime,
}

/// What the recording shows of a customer's patience.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedPatience {
    /// The customer left after this.
    Left(Duration),
    /// The customer was answered after this and would have waited longer; how much longer is assumed.
    AtLeast(Duration, Option<Distribution>),
}

/// A time the recording shows, or what to draw it from.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedTime {
    Known(Duration),
    Assumed(Distribution),
}

/// Somebody who works: a person or a virtual agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    /// One of the profiles given beside.
    pub agent: AgentId,
    /// Occupancy is given by group.
    pub group: String,
    pub shifts: Vec<Shift>,
    pub answering: Answering,
    /// Handling and wrap-up take this many times as long; 1 is as usual.
    pub pace: f64,
}

/// At work from one moment to another, apart from the breaks; times count from the scenario's beginning.
/// What is in hand at the end of a shift or at a break is finished first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shift {
    pub from: Duration,
    pub to: Duration,
    pub breaks: Vec<(Duration, Duration)>,
}

/// What customers do who are asked whether they want to be called back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Callbacks {
    /// How many, 0 to 1, want to be. The others leave.
    pub chosen: f64,
    /// How many calls, 0 to 1, reach the customer.
    pub reached: f64,
    pub callback: Callback,
}

impl Default for Callbacks {
    fn default() -> Self {
        let callback =
            Callback { mode: CallbackMode::AgentFirst, attempts: 2, interval_seconds: 900, ring_seconds: 25 };
        Self { chosen: 0.5, reached: 0.8, callback }
    }
}

/// How an agent answers offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answering {
    pub delay: Distribution,
    /// How many offers, 0 to 1, ring out.
    pub unanswered: f64,
    /// How many offers, 0 to 1, are rejected, after the same delay.
    pub rejected: f64,
    /// When an agent who let an offer ring out is available again.
    pub returns_after: Duration,
}

impl Answering {
    /// Takes every offer at the moment it is made.
    pub const AT_ONCE: Self =
        Self { delay: Distribution::ZERO, unanswered: 0.0, rejected: 0.0, returns_after: Duration::ZERO };

    pub(super) fn always_takes(&self) -> bool {
        self.unanswered <= 0.0 && self.rejected <= 0.0
    }
}
