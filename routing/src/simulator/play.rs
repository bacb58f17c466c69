//! Plays one day: feeds the router what happens, and lets happen what the router decides.
//!
//! The router is the one that serves customers; nothing of its rules is known here. Customers leave
//! when their patience is over, agents answer, handle and wrap up as drawn, and the router is called
//! at each of its deadlines, never late.

use std::time::Duration;

use model::task::{CancelReason, TransferTarget};
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
use super::tally::{Ended, Keeps, WaitEnd};
use super::{Bounds, SimulationError};
use crate::configuration::Configuration;
use crate::input::{AgentProfile, Direction, Input, TaskRequest};
use crate::output::Output;
use crate::router::Router;

mod callbacks;
mod follow;

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

    fn handling_ends(&mut self, task: TaskId, turn: u32) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Stage::Handled(member) = contact.stage else { return };
        if contact.turn() != turn {
            return;
        }
        if let Some(at) = contact.pause.put_off(self.now) {
            if at != Timestamp::MAX {
                self.agenda.set(at, Happening::HandlingEnds(task, turn));
            }
            return;
        }
        if contact.segment + 1 < contact.coming.waits.len() {
            return self.goes_on(task, member);
        }
        let seconds = contact.wait().wrap_up_seconds * self.floor.members[member].staff.pace;
        let wrap_up = duration(seconds);
        if wrap_up.is_zero() {
            return self.is_done(task, member);
        }
        contact.stage = Stage::Wrapping(member);
        self.agenda.set(self.now + wrap_up, Happening::WrapUpEnds(task, turn));
        self.feed(Input::WrapUpStarted { task });
    }

    /// To the next of its waits: handed on, as by a virtual agent to people.
    fn goes_on(&mut self, task: TaskId, member: usize) {
        self.floor.give_back(member, self.now);
        let Some(contact) = self.contacts.get_mut(task) else { return };
        contact.segment += 1;
        contact.stage = Stage::Waiting;
        contact.began_waiting = self.now;
        contact.calls = Calls::None;
        (contact.was_delayed, contact.told, contact.offers) = (false, None, 0);
        let wait = contact.wait();
        let target = TransferTarget::Queue { queue: wait.queue.clone() };
        let (requirements, facts) = (wait.requirements.clone(), Some(wait.facts.clone()));
        self.begin_to_wait(
            task,
            Input::TaskTransferred { task, target, requirements, preferred_agent: None, facts },
        );
    }

    fn wrap_up_ends(&mut self, task: TaskId, turn: u32) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Stage::Wrapping(member) = contact.stage else { return };
        if contact.turn() == turn {
            self.is_done(task, member);
        }
    }

    fn is_done(&mut self, task: TaskId, member: usize) {
        self.floor.give_back(member, self.now);
        self.contacts.remove(task);
        self.feed(Input::Completed { task });
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

    fn interval_ends(&mut self) {
        let counts = self.now > self.counts_from;
        for (busy, occupancy) in self.busy.iter_mut().zip(self.floor.occupancies(self.now)) {
            busy.intervals.push(occupancy);
            if counts {
                busy.total.merge(&occupancy);
            }
        }
        if self.now < self.scenario.ends {
            let next = (self.now + self.scenario.interval).min(self.scenario.ends);
            self.agenda.set(next, Happening::IntervalEnds);
        }
    }

    fn wait_ends(&mut self, task: TaskId, end: WaitEnd) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(task) else { return };
        // Who is to be called back was counted when choosing it.
        if contact.calls != Calls::None {
            return;
        }
        let (began, was_delayed, told) = (contact.began_waiting, contact.was_delayed, contact.told);
        let queue = contact.wait().queue.clone();
        self.count(&queue, began, end, now.since(began), was_delayed, told);
    }

    fn count(
        &mut self,
        queue: &QueueId,
        began: Timestamp,
        end: WaitEnd,
        wait: Duration,
        was_delayed: bool,
        told: Option<Duration>,
    ) {
        let Some(line) = self.queues.get_mut(queue) else { return };
        let ended = Ended {
            end,
            wait,
            was_delayed,
            threshold: line.threshold,
            cost_a_minute: line.cost_a_minute,
            told,
        };
        let passed =
            began.since(self.scenario.begins).as_millis() / self.scenario.interval.as_millis().max(1);
        let place = usize::try_from(passed).unwrap_or(0);
        let intervals = &mut line.counted.intervals;
        if place >= intervals.len() {
            intervals.resize(place + 1, Default::default());
        }
        intervals[place].add(&ended, Keeps::Sums);
        if began >= self.counts_from {
            line.counted.total.add(&ended, Keeps::Waits);
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
