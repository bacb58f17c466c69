//! A model as it is written: `config/simulation/day.toml` shows every key.

use std::collections::BTreeMap;
use std::time::Duration;

use model::task::{CallbackMode, Level, Priority};
use model::{AgentId, Attributes, Channel, Intent, Language, QueueId, SiteId, Skill};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use crate::configuration::duration;
use crate::configuration::organisation::{Capacity, TimeOfDay};

/// A day that might be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The day whose opening hours hold.
    pub day: jiff::civil::Date,
    /// As in the IANA database. Times of day in this file are of it.
    #[serde(default = "utc")]
    pub time_zone: String,
    pub from: TimeOfDay,
    /// Not after `from`: on the next day.
    pub to: TimeOfDay,
    #[serde(default = "half_an_hour")]
    pub interval: Time,
    #[serde(default)]
    pub warm_up: Time,
    /// How long those are followed who have come by `to`.
    #[serde(default = "four_hours")]
    pub overtime: Time,
    #[serde(default)]
    pub pace_by_level: Option<[f64; 5]>,
    /// What a minute of waiting costs, in any unit.
    #[serde(default)]
    pub costs: BTreeMap<QueueId, f64>,
    #[serde(default)]
    pub callbacks: Callbacks,
    #[serde(default)]
    pub streams: Vec<Stream>,
    /// Agents of the organisation. None: all of them, all day.
    #[serde(default)]
    pub agents: Vec<Agents>,
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// Contacts that come by one law.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub channel: Channel,
    /// Not needed where each intent has a route.
    #[serde(default)]
    pub queue: Option<QueueId>,
    #[serde(default)]
    pub priority: Priority,
    /// Contacts an hour, all day; or by stretch in `rates`.
    #[serde(default)]
    pub an_hour: Option<f64>,
    #[serde(default)]
    pub rates: Vec<Rate>,
    /// By weight; the organisation's routes say queue, skills and priority.
    #[serde(default)]
    pub intents: BTreeMap<Intent, f64>,
    /// The site all of them come from.
    #[serde(default)]
    pub site: Option<SiteId>,
    /// What is known of all of them besides; the organisation declares it, and its rules ask about it.
    #[serde(default)]
    pub attributes: Attributes,
    /// By weight. Empty: no language is asked for.
    #[serde(default)]
    pub languages: BTreeMap<Language, f64>,
    /// By weight, besides what an intent asks for.
    #[serde(default)]
    pub asks: Vec<Asked>,
    /// None: they wait for ever.
    #[serde(default)]
    pub patience: Option<Law>,
    pub handling: Law,
    #[serde(default)]
    pub wrap_up: Option<Law>,
    /// Handling of those who ask for this skill, instead.
    #[serde(default)]
    pub handling_of: BTreeMap<Skill, Law>,
    /// Where some go on after they were handled here: from a virtual agent to people.
    #[serde(default)]
    pub then: Option<Then>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
    pub an_hour: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default = "one")]
    pub weight: f64,
    #[serde(default)]
    pub skills: BTreeMap<Skill, Level>,
    #[serde(default)]
    pub handling: Option<Law>,
}

/// A second wait. Intents lead to their own queues here, and not in the first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// How many go on, 0 to 1.
    pub share: f64,
    #[serde(default)]
    pub queue: Option<QueueId>,
    #[serde(default)]
    pub asks: Vec<Asked>,
    #[serde(default)]
    pub patience: Option<Law>,
    pub handling: Law,
    #[serde(default)]
    pub wrap_up: Option<Law>,
    #[serde(default)]
    pub handling_of: BTreeMap<Skill, Law>,
}

/// A distribution of times: `"30s"` is constant; `{ mean = "3m" }` exponential; with `sd` or `cv`
/// log-normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    pub mean: Time,
    pub spread: Spread,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    None,
    Exponential,
    Deviation(Time),
    Variation(f64),
}

impl<'de> Deserialize<'de> for Law {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LawReader)
    }
}

/// Says itself what it expects: a choice between shapes would say of a slip only that nothing fits.
struct LawReader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLaw {
    mean: Time,
    #[serde(default)]
    sd: Option<Time>,
    #[serde(default)]
    cv: Option<f64>,
}

impl<'de> Visitor<'de> for LawReader {
    type Value = Law;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a time such as \"30s\", or a law such as { mean = \"3m\", cv = 0.8 }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Law, E> {
        let mean = duration::parse(text).map(Time).map_err(E::custom)?;
        Ok(Law { mean, spread: Spread::None })
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Law, A::Error> {
        let WrittenLaw { mean, sd, cv } =
            Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
        let spread = match (sd, cv) {
            (None, None) => Spread::Exponential,
            (Some(deviation), None) => Spread::Deviation(deviation),
            (None, Some(variation)) => Spread::Variation(variation),
            (Some(_), Some(_)) => return Err(de::Error::custom("either \"sd\" or \"cv\", not both")),
        };
        Ok(Law { mean, spread })
    }
}

/// When somebody works and how they answer.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Work {
    /// Empty: all day.
    pub shifts: Vec<Shift>,
    pub answers_after: Option<Law>,
    /// How many offers, 0 to 1, ring out.
    pub unanswered: f64,
    /// How many offers, 0 to 1, are rejected.
    pub rejected: f64,
    /// When an agent is back who let an offer ring out.
    pub returns_after: Option<Time>,
    /// Times as long as usual that handling takes.
    pub pace: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    pub from: TimeOfDay,
    /// Not after `from`: on the next day.
    pub to: TimeOfDay,
    #[serde(default)]
    pub breaks: Vec<Break>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// Some of the organisation's own agents.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agents {
    /// Figures are given by group.
    pub name: String,
    pub who: Vec<AgentId>,
    #[serde(default)]
    pub work: Work,
}

/// So many agents who do the same, whom the organisation need not have.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    pub count: u32,
    /// All that is not said here is as of this agent of the organisation.
    #[serde(default)]
    pub like: Option<AgentId>,
    #[serde(default)]
    pub skills: Option<BTreeMap<Skill, Level>>,
    #[serde(default)]
    pub languages: Option<Vec<Language>>,
    #[serde(default)]
    pub capacity: Option<Capacity>,
    #[serde(default)]
    pub queues: Option<Vec<QueueId>>,
    #[serde(default)]
    pub attributes: Option<Attributes>,
    #[serde(default)]
    pub work: Work,
}

/// What customers do who are asked whether to be called back.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Callbacks {
    pub chosen: f64,
    pub reached: f64,
    pub mode: CallbackMode,
    pub attempts: u8,
    pub interval: Time,
    pub ring: Time,
}

impl Default for Callbacks {
    fn default() -> Self {
        let routing::simulator::Callbacks { chosen, reached, callback } = Default::default();
        let seconds = |seconds: u32| Time(Duration::from_secs(seconds.into()));
        Self {
            chosen,
            reached,
            mode: callback.mode,
            attempts: callback.attempts,
            interval: seconds(callback.interval_seconds),
            ring: seconds(callback.ring_seconds),
        }
    }
}

/// A time as it is written in all our files: `"20s"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Time(pub Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration::parse(&text).map(Self).map_err(de::Error::custom)
    }
}

fn utc() -> String {
    "UTC".into()
}

fn half_an_hour() -> Time {
    Time(Duration::from_secs(1_800))
}

fn four_hours() -> Time {
    Time(Duration::from_secs(4 * 3_600))
}

fn one() -> f64 {
    1.0
}
