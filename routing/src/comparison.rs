//! Two routers, one recording: what other rules would have decided on the same inputs.
//!
//! The second router is told the same at the same times, but goes by its own configuration and its own
//! profiles of agents. Once the two have parted, an answer to an offer is given to the offer that the
//! second router has out for the same task: whoever is asked answers when somebody did.

use std::collections::BTreeMap;

use model::{AgentId, ReservationId, TaskId, Timestamp};
use rustc_hash::FxHashMap;
use serde::Serialize;
use uuid::Uuid;

use crate::configuration::Configuration;
use crate::input::{AgentProfile, Input, RestoredState};
use crate::output::{Output, Refusal};
use crate::recording::{Record, Replay, ReplayError};

/// What the second router goes by.
#[derive(Debug, Clone, Default)]
pub struct OtherRules {
    pub configuration: Configuration,
    /// Who is not here does not work by these rules.
    pub profiles: Vec<AgentProfile>,
}

/// An input after which the two said different things.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub at: Timestamp,
    pub input: Input,
    /// By the rules of the recording.
    pub recorded: Vec<Output>,
    /// By the others.
    pub other: Vec<Output>,
}

/// How far apart the two are over all that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Distance {
    pub inputs: u64,
    /// Inputs after which they said different things, ids of offers apart.
    pub differing: u64,
    pub offers_recorded: u64,
    pub offers_other: u64,
    /// Tasks that both offered, but first to different agents.
    pub tasks_to_others: u64,
    /// Tasks that both offered first to the same agent, but at different times.
    pub tasks_at_other_times: u64,
    /// Tasks offered by the rules of the recording only.
    pub tasks_only_recorded: u64,
    /// Tasks offered by the other rules only.
    pub tasks_only_other: u64,
}

/// Feeds one recording to both.
#[derive(Debug)]
pub struct Comparison {
    rules: OtherRules,
    profiles: BTreeMap<AgentId, AgentProfile>,
    recorded: Side,
    other: Side,
    distance: Distance,
}

/// One of the two, and what it has out.
#[derive(Debug, Default)]
struct Side {
    replay: Replay,
    outputs: Vec<Output>,
    task_of: FxHashMap<ReservationId, TaskId>,
    offers: FxHashMap<TaskId, Vec<(ReservationId, AgentId)>>,
    /// To whom each task was offered first, and when.
    first_offers: FxHashMap<TaskId, (AgentId, Timestamp)>,
    made: u64,
}

impl Comparison {
    pub fn new(rules: OtherRules) -> Self {
        let profiles = rules.profiles.iter().map(|profile| (profile.agent.clone(), profile.clone()));
        Self {
            profiles: profiles.collect(),
            rules,
            recorded: Side::default(),
            other: Side::default(),
            distance: Distance::default(),
        }
    }

    /// Takes the next record; the difference if the two part, or differ again, here.
    pub fn take(&mut self, record: Record) -> Result<Option<Difference>, ReplayError> {
        let Record::Fed { at, input } = record else {
            let other = self.other_start(&record);
            self.recorded.restart(record)?;
            self.other.restart(other)?;
            return Ok(None);
        };
        let other = self.translated(&input);
        self.recorded.feed(at, (*input).clone())?;
        self.other.feed(at, other)?;
        self.distance.inputs += 1;
        let differs = anonymous(&self.recorded.outputs) != anonymous(&self.other.outputs);
        Ok(differs.then(|| {
            self.distance.differing += 1;
            let (recorded, other) = (self.recorded.outputs.clone(), self.other.outputs.clone());
            Difference { at, input: *input, recorded, other }
        }))
    }

    pub fn distance(&self) -> Distance {
        let (recorded, other) = (&self.recorded.first_offers, &self.other.first_offers);
        let mut distance = self.distance;
        for (task, (agent, at)) in recorded {
            match other.get(task) {
                None => distance.tasks_only_recorded += 1,
                Some((otherwise, _)) if otherwise != agent => distance.tasks_to_others += 1,
                Some((_, then)) if then != at => distance.tasks_at_other_times += 1,
                Some(_) => {}
            }
        }
        let only_other = other.keys().filter(|task| !recorded.contains_key(*task));
        distance.tasks_only_other = only_other.count() as u64;
        distance.offers_recorded = self.recorded.made;
        distance.offers_other = self.other.made;
        distance
    }

    fn other_start(&self, record: &Record) -> Record {
        match record {
            Record::Started { version, seed, .. } => Record::Started {
                version: *version,
                seed: *seed,
                configuration: Box::new(self.rules.configuration.clone()),
            },
            record => record.clone(),
        }
    }

    /// The input as the second router is told it.
    fn translated(&self, input: &Input) -> Input {
        match input {
            Input::Configure { .. } => Input::Tick,
            Input::AgentUpserted { profile } => match self.profiles.get(&profile.agent) {
                Some(profile) => Input::AgentUpserted { profile: profile.clone() },
                None => Input::Tick,
            },
            input => self.answered(input),
        }
    }

    fn answered(&self, input: &Input) -> Input {
        let mut input = input.clone();
        let translate = |reservation: &mut ReservationId, agent: Option<&mut AgentId>| {
            let task = self.recorded.task_of.get(reservation);
            let out = task.and_then(|task| self.other.offers.get(task));
            let same = |(_, asked): &&(ReservationId, AgentId)| agent.as_deref() == Some(asked);
            let Some(offer) = out.and_then(|offers| offers.iter().find(same).or(offers.first())) else {
                return;
            };
            *reservation = offer.0;
            if let Some(agent) = agent {
                *agent = offer.1.clone();
            }
        };
        match &mut input {
            Input::Accept { reservation, agent, .. } | Input::Reject { reservation, agent, .. } => {
                translate(reservation, Some(agent));
            }
            Input::TaskReleased { reservation: Some(reservation), .. } => translate(reservation, None),
            _ => {}
        }
        input
    }
}

impl Side {
    /// A start, or a gap: nothing is out any more that is known.
    fn restart(&mut self, record: Record) -> Result<(), ReplayError> {
        self.task_of.clear();
        self.offers.clear();
        self.replay.take(record, &mut self.outputs)
    }

    fn feed(&mut self, at: Timestamp, input: Input) -> Result<(), ReplayError> {
        if let Input::TaskRestored {
            task, state: RestoredState::Reserved { reservation, agent, .. }, ..
        } = &input
        {
            self.out(task.id, *reservation, agent.clone());
        }
        if let Input::TaskRestored { task, state: RestoredState::Ringing { offers }, .. } = &input {
            for offer in offers {
                self.out(task.id, offer.reservation, offer.agent.clone());
            }
        }
        self.outputs.clear();
        self.replay.take(Record::Fed { at, input: Box::new(input) }, &mut self.outputs)?;
        for output in std::mem::take(&mut self.outputs) {
            self.note(at, &output);
            self.outputs.push(output);
        }
        Ok(())
    }

    fn note(&mut self, at: Timestamp, output: &Output) {
        match output {
            Output::Offered { task, reservation, agent, .. } => {
                self.made += 1;
                self.first_offers.entry(*task).or_insert_with(|| (agent.clone(), at));
                self.out(*task, *reservation, agent.clone());
            }
            Output::ReservationEnded { task, reservation, .. } => self.over(*task, *reservation),
            _ => {}
        }
    }

    fn out(&mut self, task: TaskId, reservation: ReservationId, agent: AgentId) {
        self.task_of.insert(reservation, task);
        self.offers.entry(task).or_default().push((reservation, agent));
    }

    fn over(&mut self, task: TaskId, reservation: ReservationId) {
        if let Some(offers) = self.offers.get_mut(&task) {
            offers.retain(|(other, _)| *other != reservation);
        }
    }
}

/// Without the ids of reservations, which differ once the two have parted.
fn anonymous(outputs: &[Output]) -> Vec<Output> {
    let nobody = ReservationId(Uuid::nil());
    let mut outputs = outputs.to_vec();
    for output in &mut outputs {
        if let Output::Offered { reservation, .. }
        | Output::ReservationEnded { reservation, .. }
        | Output::Assigned { reservation, .. }
        | Output::CallCustomer { reservation, .. }
        | Output::AgentNotResponding { reservation, .. }
        | Output::AgentLoggedOut { reservation, .. }
        | Output::Refused {
            refusal:
                Refusal::OfferOver { reservation, .. }
                | Refusal::NotYourOffer { reservation, .. }
                | Refusal::AlreadyAccepted { reservation, .. },
        } = output
        {
            *reservation = nobody;
        }
    }
    outputs
}
