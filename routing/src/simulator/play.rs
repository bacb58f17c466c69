//! Plays one day: feeds the router what happens, and lets happen what the router decides.
//!
//! The router is the one that serves customers; nothing of its rules is known here. Customers leave
//! when their patience is over, agents answer, handle and wrap up as drawn, and the router is called
//! at each of its deadlines, never late.

use std::time::Duration;

use model::task::CancelReason;
use model::{QueueId, TaskId, Timestamp};
use rustc_hash::FxHashMap;

use super::agenda::{Agenda, Answer, Happening};
use super::arrivals::{Coming, OFFERS, Source};
use super::contacts::{Calls, Contact, Contacts, Stage};
use super::distribution::duration;
use super::floor::{Floor, Plan, Presences};
use super::random::Draws;
use super::replication::{Busy, Counted, Replication};
use super::scenario::Scenario;
use super::tally::WaitEnd;
use super::{Bounds, SimulationError};
use crate::configuration::Configuration;
use crate::input::{AgentProfile, Direction, Input, TaskRequest};
use crate::output::Output;
use crate::router::Router;

mod callbacks;
mod counting;
mod follow;
mod handling;

/// Happenings between two looks at whether to go on.
const LOOK_EVERY: u64 = 1_024;

pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    router: Router,
    now: Timestamp,
    agenda: Agenda,
    sources: Vec<Source<'a>>,
    /// The next contact of each source.
    coming: Vec<Option<Coming>>,
    contacts: Contacts,
    floor: Floor<'a>,
    presences: Presences,
    queues: FxHashMap<QueueId, Line>,
    busy: Vec<Busy>,
    counts_from: Timestamp,
    outputs: Vec<Output>,
    inputs: u64,
    refused: u64,
}

/// A queue's counts, and what they go by.
struct Line {
    counted: Counted,
    threshold: Duration,
    cost_a_minute: f64,
}

/// Plays the scenario once.
pub(super) fn play(
    configuration: &Configuration,
    profiles: &[AgentProfile],
    scenario: &Scenario,
    seed: u64,
    replication: u32,
    bounds: &Bounds<'_>,
) -> Result<Replication, SimulationError> {
    let presences = Presences::of(configuration).ok_or(SimulationError::NobodyIsEverRoutable)?;
    let mut play = Play {
        scenario,
        router: Router::new(configuration.clone(), u128::from(seed)),
        now: scenario.begins,
        agenda: Agenda::default(),
        sources: Source::all(scenario, seed, replication),
        coming: Vec::new(),
        contacts: Contacts::default(),
        floor: Floor::new(profiles, scenario),
        presences,
        queues: lines(configuration, scenario),
        busy: Vec::new(),
        counts_from: scenario.begins + scenario.warm_up,
        outputs: Vec::new(),
        inputs: 0,
        refused: 0,
    };
    play.open();
    play.run(bounds)?;
    Ok(play.close())
}

fn lines(configuration: &Configuration, scenario: &Scenario) -> FxHashMap<QueueId, Line> {
    let line = |queue: &QueueId| Line {
        counted: Counted::default(),
        threshold: scenario.thresholds.get(queue).copied().unwrap_or(scenario.threshold),
        cost_a_minute: scenario.costs.get(queue).copied().unwrap_or(1.0),
    };
    configuration.queues.keys().map(|queue| (queue.clone(), line(queue))).collect()
}

impl Play<'_> {
    fn open(&mut self) {
        self.busy = vec![Busy::default(); self.floor.groups.len()];
        let begins = self.scenario.begins;
        for number in 0..self.floor.members.len() {
            let member = &self.floor.members[number];
            for shift in &member.staff.shifts {
                self.agenda.set(begins + shift.from, Happening::Goes(number, Plan::AtWork));
                for (from, to) in &shift.breaks {
                    self.agenda.set(begins + *from, Happening::Goes(number, Plan::OnBreak));
                    self.agenda.set(begins + *to, Happening::Goes(number, Plan::AtWork));
                }
                self.agenda.set(begins + shift.to, Happening::Goes(number, Plan::Away));
            }
            let profile = member.profile.clone();
            self.feed(Input::AgentUpserted { profile });
        }
        if !self.scenario.warm_up.is_zero() {
            self.agenda.set(self.counts_from, Happening::CountingBegins);
        }
        self.agenda.set((begins + self.scenario.interval).min(self.scenario.ends), Happening::IntervalEnds);
        for source in 0..self.sources.len() {
            self.coming.push(None);
            self.look_out(source);
        }
    }

    fn run(&mut self, bounds: &Bounds<'_>) -> Result<(), SimulationError> {
        let last = self.scenario.ends + self.scenario.overtime;
        let mut happened = 0u64;
        loop {
            let (own, routers) = (self.agenda.next(), self.router.next_deadline());
            let Some(next) = own.into_iter().chain(routers).min() else { return Ok(()) };
            let is_over = next >= self.scenario.ends
                && self.contacts.is_empty()
                && self.coming.iter().all(Option::is_none);
            if next > last || (is_over && next > self.scenario.ends) {
                self.now = self.now.max(next.min(last));
                return Ok(());
            }
            happened += 1;
            if happened.is_multiple_of(LOOK_EVERY) && !(bounds.go_on)() {
                return Err(SimulationError::Interrupted);
            }
            if self.contacts.come > bounds.most_contacts {
                return Err(SimulationError::TooManyContacts { most: bounds.most_contacts });
            }
            self.now = self.now.max(next);
            if routers.is_some_and(|due| own.is_none_or(|own| due < own)) {
                self.feed(Input::Tick);
            } else if let Some(happening) = self.agenda.pop() {
                self.happen(happening);
            }
        }
    }

    fn close(mut self) -> Replication {
        let unfinished: Vec<_> = self
            .contacts
            .iter()
            .filter(|contact| contact.stage == Stage::Waiting && contact.calls == Calls::None)
            .collect();
        let ended: Vec<_> = unfinished
            .into_iter()
            .map(|contact| (contact.wait().queue.clone(), contact.began_waiting))
            .collect();
        for (queue, began) in ended {
            let wait = self.now.since(began);
            self.count(&queue, began, WaitEnd::Unfinished, wait, true, None);
        }
        let queues = self.queues.into_iter().filter(|(_, line)| !line.counted.intervals.is_empty());
        Replication {
            queues: queues.map(|(queue, line)| (queue, line.counted)).collect(),
            groups: self.floor.groups.iter().cloned().zip(self.busy).collect(),
            contacts: self.contacts.come,
            inputs: self.inputs,
            refused: self.refused,
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Comes(source) => self.comes(source),
            Happening::Leaves(task, turn) => self.leaves(task, turn),
            Happening::Answers(task, reservation, answer) => self.answers(task, reservation, answer),
            Happening::HandlingEnds(task, turn) => self.handling_ends(task, turn),
            Happening::WrapUpEnds(task, turn) => self.wrap_up_ends(task, turn),
            Happening::Decides(task) => self.decides(task),
            Happening::PicksUp(task) => self.picks_up(task),
            Happening::IsNotReached(task) => self.is_not_reached(task),
            Happening::Goes(member, plan) => self.goes(member, plan),
            Happening::Returns(member) => self.returns(member),
            Happening::IntervalEnds => self.interval_ends(),
            Happening::CountingBegins => drop(self.floor.occupancies(self.now)),
        }
    }

    fn look_out(&mut self, source: usize) {
        let next = self.sources[source].next();
        if let Some(coming) = &next {
            self.agenda.set(coming.at, Happening::Comes(source));
        }
        self.coming[source] = next;
    }

    fn comes(&mut self, source: usize) {
        let Some(coming) = self.coming[source].take() else { return };
        self.look_out(source);
        let contact = Contact::new(coming);
        let wait = contact.wait();
        let facts = wait.facts.clone();
        let (queue, requirements) = (wait.queue.clone(), wait.requirements.clone());
        let (channel, priority, waiting_since) =
            (contact.coming.channel, contact.coming.priority, contact.coming.at);
        let task = self.contacts.add(contact);
        let task = TaskRequest {
            id: task,
            queue,
            channel,
            requirements,
            priority,
            waiting_since,
            preferred_agent: None,
            direction: Direction::Inbound,
            not_before: None,
            callback: None,
            facts,
        };
        self.begin_to_wait(task.id, Input::TaskArrived { task });
    }

    /// Tells the router by `input` that the task waits; sees whether it has to, and what it is told.
    fn begin_to_wait(&mut self, task: TaskId, input: Input) {
        let now = self.now;
        self.feed(input);
        let Some(contact) = self.contacts.get_mut(task) else { return };
        // Answered in the agent's name at once, perhaps.
        if contact.stage != Stage::Waiting {
            return;
        }
        if let Some(patience) = contact.wait().patience {
            self.agenda.set(contact.began_waiting + patience, Happening::Leaves(task, contact.turn()));
        }
        contact.was_delayed = contact.offers == 0;
        if contact.was_delayed {
            let place = self.router.place(now, task);
            let estimate = place.and_then(|place| place.estimate);
            contact.told = estimate.map(|estimate| Duration::from_millis(estimate.wait_ms));
        }
    }

    fn leaves(&mut self, task: TaskId, turn: u32) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let on_the_line = contact.stage == Stage::Waiting && contact.calls == Calls::None;
        if on_the_line && contact.turn() == turn {
            self.wait_ends(task, WaitEnd::Abandoned);
            self.contacts.remove(task);
            self.feed(Input::TaskCanceled { task, reason: CancelReason::Abandoned });
        }
    }

    fn answers(&mut self, task: TaskId, reservation: model::ReservationId, answer: Answer) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let ringing = contact.ringing.iter().find(|(ringing, _)| *ringing == reservation);
        let Some((_, agent)) = ringing.cloned() else { return };
        self.feed(match answer {
            Answer::Takes => Input::Accept { reservation, agent },
            Answer::Rejects => Input::Reject { reservation, agent, reason: None },
        });
    }

    fn goes(&mut self, member: usize, plan: Plan) {
        self.floor.go(member, plan, self.now);
        let presence = match plan {
            Plan::AtWork => &self.presences.at_work,
            Plan::OnBreak => &self.presences.on_break,
            Plan::Away => &self.presences.away,
        };
        let agent = self.floor.members[member].staff.agent.clone();
        self.feed(Input::PresenceChanged { agent, presence: presence.clone() });
    }

    fn returns(&mut self, member: usize) {
        if self.floor.members[member].plan == Plan::AtWork {
            self.goes(member, Plan::AtWork);
        }
    }

    /// Tells the router, and follows what it says.
    fn feed(&mut self, input: Input) {
        self.inputs += 1;
        let mut outputs = std::mem::take(&mut self.outputs);
        self.router.handle(self.now, input, &mut outputs);
        for output in outputs.drain(..) {
            self.follow(output);
        }
        self.outputs = outputs;
    }
}
