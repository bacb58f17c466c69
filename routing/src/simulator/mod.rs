//! A simulator of whole days: what rules would do, before they go live.
//!
//! It drives the very same [`Router`](crate::Router) that serves customers, far faster than real time,
//! and knows nothing of its rules. A [`Scenario`] says who comes, how long it takes and who works when;
//! rules are a [`Configuration`] and the agents' profiles. A day is played several times with other
//! draws (replications); two sets of rules meet exactly the same days, customer by customer (common
//! random numbers), so that what differs is the rules' doing.
//!
//! Pure: seeded, without clock or I/O. Bounded by [`Bounds`], which also let the caller stop it.

mod agenda;
mod arrivals;
mod check;
mod contacts;
mod distribution;
pub mod erlang;
mod erlang_world;
mod floor;
mod histogram;
mod measure;
mod play;
mod random;
mod replication;
mod results;
mod scenario;
mod summary;
mod tally;

pub use arrivals::expected_contacts;
pub use check::{MOST_AGENTS, MOST_INTERVALS, ScenarioFlaw, flaws};
pub use distribution::{Distribution, LONGEST_SECONDS};
pub use erlang_world::{Busy as BusyCallers, World};
pub use histogram::Histogram;
pub use measure::{Better, Measure, Preferred, Unit};
pub use random::Draws;
pub use replication::{Busy, Counted, Replication};
pub use results::{Difference, Results, Scope, batch_means};
pub use scenario::{
    Answering, Arrivals, Asked, Callbacks, Count, Demand, Kind, Rate, RecordedContact, RecordedPatience,
    RecordedSegment, RecordedTime, Scenario, Segment, Shift, Staff, Stream,
};
pub use summary::{Confidence, Summary, student_t};
pub use tally::{Estimates, Occupancy, Tally};

use crate::configuration::Configuration;
use crate::input::AgentProfile;

/// How often a scenario is played, and by which draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    pub replications: u32,
    pub confidence: Confidence,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, replications: 10, confidence: Confidence::Percent95 }
    }
}

/// Where a simulation ends early.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// Contacts of one replication.
    pub most_contacts: u64,
    /// Asked every thousand events or so; false stops the simulation.
    pub go_on: &'a (dyn Fn() -> bool + Sync),
}

impl Bounds<'_> {
    pub const MOST_CONTACTS: u64 = 20_000_000;
}

impl Default for Bounds<'_> {
    fn default() -> Self {
        Self { most_contacts: Self::MOST_CONTACTS, go_on: &|| true }
    }
}

/// Why a scenario was not played. Retrying the same is pointless, but for `Interrupted`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    #[error("the scenario cannot be played: {}", listed(.0))]
    Scenario(Vec<ScenarioFlaw>),
    #[error("more than {most} contacts come in one replication")]
    TooManyContacts { most: u64 },
    /// By the caller.
    #[error("the simulation was stopped")]
    Interrupted,
    #[error("no presence of the configuration lets an agent be offered anything")]
    NobodyIsEverRoutable,
}

fn listed(flaws: &[ScenarioFlaw]) -> String {
    flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Plays the scenario as often as the options say, under these rules. Takes seconds of processor time:
/// never on a thread that others wait for.
pub fn simulate(
    configuration: &Configuration,
    profiles: &[AgentProfile],
    scenario: &Scenario,
    options: &Options,
    bounds: &Bounds<'_>,
) -> Result<Results, SimulationError> {
    let replications = (0..options.replications)
        .map(|number| replicate(configuration, profiles, scenario, options.seed, number, bounds));
    let replications = replications.collect::<Result<_, _>>()?;
    Ok(Results { seed: options.seed, confidence: options.confidence, replications })
}

/// Plays it once: for callers that play several replications side by side.
pub fn replicate(
    configuration: &Configuration,
    profiles: &[AgentProfile],
    scenario: &Scenario,
    seed: u64,
    number: u32,
    bounds: &Bounds<'_>,
) -> Result<Replication, SimulationError> {
    let flaws = flaws(configuration, profiles, scenario);
    if !flaws.is_empty() {
        return Err(SimulationError::Scenario(flaws));
    }
    play::play(configuration, profiles, scenario, seed, number, bounds)
}
