//! Models: a file that describes a day, made into a scenario for an organisation's rules.

mod clock;
mod demand;
mod file;
mod staff;

use std::path::Path as FilePath;

use model::Attributes;
use model::task::Callback;
use routing::simulator::{Callbacks, Demand, Scenario};
use routing::{AgentProfile, AttributeKind};

pub use clock::Clock;
pub use demand::{kinds, weigh};
pub use file::Model;
pub use staff::VIRTUAL;

use crate::configuration::document::Document;
use crate::configuration::nearest::nearest;
use crate::configuration::organisation::Bearer;
use crate::configuration::source;
use crate::configuration::{Fault, Flaw, Organisation, Origin, Path};
use crate::engine::routing_setup;

/// Everything that is played, apart from the rules themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    pub scenario: Scenario,
    pub profiles: Vec<AgentProfile>,
}

/// Reads a model and makes a scenario of it for an organisation. Blocking. Returns every fault found.
pub fn read(path: &FilePath, organisation: &Organisation) -> Result<(Model, Prepared), Vec<Fault>> {
    let text = source::read(path).map_err(|fault| vec![fault])?;
    parse(path, &text, organisation)
}

/// The same for a text at hand; `path` is what faults call it.
pub fn parse(
    path: &FilePath,
    text: &str,
    organisation: &Organisation,
) -> Result<(Model, Prepared), Vec<Fault>> {
    let mut document = Document::parse(Origin::File(path.to_owned()), text)?;
    let mut faults = Vec::new();
    let model = document.read::<Model>(&mut faults);
    let Some(model) = model.filter(|_| faults.is_empty()) else { return Err(faults) };
    match prepare(&model, organisation) {
        Ok(prepared) => Ok((model, prepared)),
        Err(flaws) => Err(flaws.into_iter().map(|flaw| document.locate(flaw)).collect()),
    }
}

/// Makes a scenario of a model, for an organisation's rules.
pub fn prepare(model: &Model, organisation: &Organisation) -> Result<Prepared, Vec<Flaw>> {
    let clock = Clock::of(model).map_err(|flaw| vec![flaw])?;
    let mut flaws = Flaws::default();
    let streams = demand::streams(model, &clock, organisation, &mut flaws);
    let mut profiles = routing_setup::profiles(organisation);
    let staff = staff::staff(model, &clock, organisation, &mut profiles, &mut flaws);
    for queue in model.costs.keys() {
        flaws.queue(Path::root().then("costs").then(queue.as_str()), queue, organisation);
    }
    let mut scenario = Scenario::between(clock.begins, clock.ends);
    scenario.demand = Demand::Streams(streams);
    scenario.staff = staff;
    scenario.interval = model.interval.0;
    scenario.warm_up = model.warm_up.0;
    scenario.overtime = model.overtime.0;
    scenario.pace_by_level = model.pace_by_level.unwrap_or(scenario.pace_by_level);
    scenario.costs = model.costs.clone();
    scenario.callbacks = callbacks(&model.callbacks);
    set_thresholds(&mut scenario, organisation);
    let prepared = Prepared { scenario, profiles };
    if flaws.0.is_empty() {
        let configuration = routing_setup::configuration(organisation);
        let found = routing::simulator::flaws(&configuration, &prepared.profiles, &prepared.scenario);
        flaws.0.extend(found.into_iter().map(|flaw| Flaw::new(place(&flaw.place), flaw.to_string())));
    }
    if flaws.0.is_empty() { Ok(prepared) } else { Err(flaws.0) }
}

/// What each queue promises.
pub fn set_thresholds(scenario: &mut Scenario, organisation: &Organisation) {
    scenario.threshold = organisation.service_level.threshold;
    let queues = organisation.queues.iter();
    scenario.thresholds =
        queues.map(|queue| (queue.id.clone(), organisation.service_level(queue).threshold)).collect();
}

fn callbacks(written: &file::Callbacks) -> Callbacks {
    let seconds = |time: file::Time| u32::try_from(time.0.as_secs()).unwrap_or(u32::MAX);
    Callbacks {
        chosen: written.chosen,
        reached: written.reached,
        callback: Callback {
            mode: written.mode,
            attempts: written.attempts,
            interval_seconds: seconds(written.interval),
            ring_seconds: seconds(written.ring),
        },
    }
}

/// Where in the file the simulator's complaint belongs: its `stream 2` is `streams[1]`.
fn place(told: &str) -> Path {
    let number = told.strip_prefix("stream ").map(|rest| rest.split([',', ' ']).next().unwrap_or_default());
    match number.and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => Path::root().then("streams").then(number.saturating_sub(1)),
        None => Path::root().then(told.split([' ', ',']).next().unwrap_or_default()),
    }
}

/// What is wrong with a model, found so far.
#[derive(Debug, Default)]
struct Flaws(Vec<Flaw>);

impl Flaws {
    fn note(&mut self, path: Path, message: impl Into<String>) {
        self.0.push(Flaw::new(path, message));
    }

    fn unknown<'a>(&mut self, path: Path, what: &str, name: &str, known: impl Iterator<Item = &'a str>) {
        let mut flaw = Flaw::new(path, format!("there is no {what} {name:?}"));
        flaw.nearest = nearest(name, known);
        self.0.push(flaw);
    }

    /// Values under names that the organisation does not declare, or of another kind.
    fn attributes(&mut self, values: &Attributes, of: Bearer, path: &Path, organisation: &Organisation) {
        let declared = || organisation.attributes.iter().filter(|entry| entry.of == of);
        for (name, value) in values.iter() {
            let path = path.then(name.as_str());
            match declared().find(|entry| entry.id == *name) {
                None => {
                    let known = declared().map(|entry| entry.id.as_str());
                    self.unknown(path, "attribute", name.as_str(), known);
                }
                Some(entry) if entry.kind != AttributeKind::of(value) => {
                    self.note(path, format!("it is {}", entry.kind.described()));
                }
                Some(_) => {}
            }
        }
    }

    fn queue(&mut self, path: Path, queue: &model::QueueId, organisation: &Organisation) {
        if organisation.queue(queue).is_none() {
            let known = organisation.queues.iter().map(|queue| queue.id.as_str());
            self.unknown(path, "queue", queue.as_str(), known);
        }
    }
}
