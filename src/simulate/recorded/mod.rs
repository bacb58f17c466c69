//! A recorded day: who came, what they wanted, how long it took, who worked when.
//!
//! What a recording cannot show is assumed and said. A customer who was answered would have waited
//! longer, nobody knows how long: patience beyond the wait is drawn from an exponential law with the
//! rate at which customers of the queue left (leavings over all time waited, the usual estimate from
//! times of which some are censored). A customer who left was never handled: the time is drawn from
//! those who were.

mod assumed;
mod stream;
mod task;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use model::task::CancelReason;
use model::{AgentId, PresenceName, ReservationId, TaskId, Timestamp};
use routing::simulator::{Answering, Demand, Distribution, Scenario, Shift, Staff};
use routing::{AgentProfile, Configuration, Input, Output, Record, Replay, Routability};

use assumed::Assumed;
pub use stream::{last_day, read};
use task::{Ended, Task, Wait};

use super::model::{Prepared, VIRTUAL, set_thresholds};
use crate::configuration::Organisation;
use crate::engine::routing_setup;

/// Contacts that a recorded day has at most; the others are left out, and it is said.
const MOST_CONTACTS: usize = 5_000_000;
const RETURNS_AFTER: Duration = Duration::from_secs(120);

/// A recorded stretch of time, read record by record.
#[derive(Debug)]
pub struct Recorded {
    from: Timestamp,
    to: Timestamp,
    replay: Replay,
    outputs: Vec<Output>,
    now: Timestamp,
    presences: BTreeMap<PresenceName, Routability>,
    tasks: HashMap<TaskId, Task>,
    done: Vec<Task>,
    offered: HashMap<ReservationId, Timestamp>,
    agents: BTreeMap<AgentId, Seen>,
    answers: Vec<f64>,
    unanswered: u32,
    rejected: u32,
    gaps: u32,
    left_out: u32,
}

#[derive(Debug, Default)]
struct Seen {
    profile: Option<AgentProfile>,
    presence: Vec<(Timestamp, Routability)>,
}

/// What is played, and what had to be assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDay {
    pub scenario: Scenario,
    pub profiles: Vec<AgentProfile>,
    pub remarks: Vec<String>,
}

impl Recorded {
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            replay: Replay::default(),
            outputs: Vec::new(),
            now: Timestamp(i64::MIN),
            presences: Configuration::default().presences,
            tasks: HashMap::new(),
            done: Vec::new(),
            offered: HashMap::new(),
            agents: BTreeMap::new(),
            answers: Vec::new(),
            unanswered: 0,
            rejected: 0,
            gaps: 0,
            left_out: 0,
        }
    }

    /// Takes the records of the stream in order, also those before the stretch: they say who is there.
    pub fn take(&mut self, record: Record) {
        match &record {
            Record::Started { configuration, .. } => self.presences = configuration.presences.clone(),
            Record::Fed { at, input } => {
                self.now = *at;
                self.told(input);
            }
            Record::Gap { .. } => {}
        }
        let mut outputs = std::mem::take(&mut self.outputs);
        outputs.clear();
        if self.replay.take(record, &mut outputs).is_err() {
            self.gaps += 1;
        }
        outputs.iter().for_each(|output| self.decided(output));
        self.outputs = outputs;
    }

    fn told(&mut self, input: &Input) {
        let now = self.now;
        match input {
            Input::Configure { configuration } => self.presences = configuration.presences.clone(),
            Input::AgentUpserted { profile } => {
                self.agents.entry(profile.agent.clone()).or_default().profile = Some(profile.clone());
            }
            Input::AgentRemoved { agent } => self.is_seen(agent, Routability::LoggedOut),
            Input::PresenceChanged { agent, presence } => {
                let routability = self.presences.get(presence).copied().unwrap_or(Routability::NotRoutable);
                self.is_seen(agent, routability);
            }
            Input::TaskArrived { task } => {
                if self.tasks.len() + self.done.len() >= MOST_CONTACTS {
                    self.left_out += 1;
                    return;
                }
                let wait = Wait::new(task.queue.clone(), task.requirements.clone(), task.facts.clone(), now);
                let (channel, priority) = (task.channel, task.priority);
                self.tasks.entry(task.id).or_insert(Task {
                    id: task.id,
                    channel,
                    priority,
                    came: now,
                    waits: vec![wait],
                });
            }
            Input::TaskTransferred { task, target, requirements, facts, .. } => {
                if let Some(task) = self.tasks.get_mut(task) {
                    let known = task.wait().facts.clone();
                    task.wait().end(now, Ended::Done);
                    let facts = facts.clone().unwrap_or(known);
                    task.waits.push(Wait::new(target.queue().clone(), requirements.clone(), facts, now));
                }
            }
            Input::WrapUpStarted { task } => {
                if let Some(task) = self.tasks.get_mut(task) {
                    task.wait().wrapping.get_or_insert(now);
                }
            }
            Input::Completed { task } => self.ends(*task, Ended::Done),
            Input::TaskCanceled { task, reason } => {
                let is_answered = self.tasks.get_mut(task).is_some_and(|task| task.wait().answered.is_some());
                let ended = match reason {
                    _ if is_answered => Ended::Done,
                    CancelReason::Abandoned => Ended::Abandoned,
                    _ => Ended::Otherwise,
                };
                self.ends(*task, ended);
            }
            _ => {}
        }
    }

    fn decided(&mut self, output: &Output) {
        let now = self.now;
        match output {
            Output::Offered { reservation, .. } => {
                self.offered.insert(*reservation, now);
            }
            Output::Assigned { task, reservation, .. } => {
                if let Some(since) = self.offered.remove(reservation)
                    && self.counts(now)
                {
                    self.answers.push(now.since(since).as_secs_f64());
                }
                if let Some(task) = self.tasks.get_mut(task) {
                    task.wait().answered.get_or_insert(now);
                }
            }
            Output::ReservationEnded { reservation, outcome, .. } => {
                self.offered.remove(reservation);
                let counts = u32::from(self.counts(now));
                match outcome {
                    model::task::ReservationEnd::TimedOut => self.unanswered += counts,
                    model::task::ReservationEnd::Rejected => self.rejected += counts,
                    _ => {}
                }
            }
            Output::AgentNotResponding { agent, .. } => self.is_seen(agent, Routability::NotRoutable),
            Output::Expired { task, .. } | Output::Ended { task, .. } => self.ends(*task, Ended::Otherwise),
            Output::WrapUpEnded { task, .. } => self.ends(*task, Ended::Done),
            _ => {}
        }
    }

    fn counts(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    fn is_seen(&mut self, agent: &AgentId, routability: Routability) {
        self.agents.entry(agent.clone()).or_default().presence.push((self.now, routability));
    }

    fn ends(&mut self, task: TaskId, ended: Ended) {
        let Some(mut task) = self.tasks.remove(&task) else { return };
        task.wait().end(self.now, ended);
        if self.counts(task.came) {
            self.done.push(task);
        }
    }

    /// What there is to play; none if nobody came in the stretch.
    pub fn day(mut self) -> Option<RecordedDay> {
        let open: Vec<_> = self.tasks.drain().map(|(_, task)| task).collect();
        for mut task in open.into_iter().filter(|task| self.from <= task.came && task.came < self.to) {
            // Whoever still waits has waited at least until the recording ends.
            if task.wait().answered.is_none() {
                task.wait().end(self.now, Ended::Otherwise);
            }
            self.done.push(task);
        }
        self.done.sort_by_key(|task| (task.came, task.id));
        let (first, last) = (self.done.first()?.came, self.done.last()?.came);
        let assumed = Assumed::of(&self.done);
        let contacts: Vec<_> = self.done.iter().map(|task| assumed.contact(task)).collect();
        let mut scenario =
            Scenario::between(self.from.max(first), self.to.min(last + Duration::from_millis(1)));
        scenario.staff = self.staff(&scenario);
        scenario.demand = Demand::Recorded(contacts);
        let remarks = self.remarks(&assumed);
        let profiles = self.agents.into_values().filter_map(|seen| seen.profile).collect();
        Some(RecordedDay { scenario, profiles, remarks })
    }

    fn staff(&self, scenario: &Scenario) -> Vec<Staff> {
        let offers = f64::from(u32::try_from(self.answers.len()).unwrap_or(u32::MAX));
        let all = (offers + f64::from(self.unanswered) + f64::from(self.rejected)).max(1.0);
        let share = |number: u32| (f64::from(number) / all).min(0.45);
        let delay = match &self.answers[..] {
            [] => Distribution::ZERO,
            answers => Distribution::Seen(Arc::from(answers)),
        };
        let member = |(agent, seen): (&AgentId, &Seen)| Staff {
            agent: agent.clone(),
            group: match seen.profile.as_ref().map(|profile| profile.kind) {
                Some(routing::AgentKind::Virtual) => VIRTUAL.into(),
                _ => "agents".into(),
            },
            shifts: shifts(&seen.presence, scenario),
            answering: Answering {
                delay: delay.clone(),
                unanswered: share(self.unanswered),
                rejected: share(self.rejected),
                returns_after: RETURNS_AFTER,
            },
            pace: 1.0,
        };
        self.agents.iter().filter(|(_, seen)| seen.profile.is_some()).map(member).collect()
    }

    fn remarks(&self, assumed: &Assumed) -> Vec<String> {
        let mut remarks = vec![format!(
            "{} contacts are recorded; of {} the patience is censored: they were answered first, or were still \
             waiting. It is assumed to go on exponentially, at the rate at which customers of the same queue left",
            self.done.len(),
            assumed.censored
        )];
        for (queue, rate) in &assumed.leaving {
            remarks.push(match rate {
                Some(mean) => {
                    format!("queue {queue}: customers leave at a rate of one in {mean:.0} s of waiting")
                }
                None => format!("queue {queue}: nobody left, so customers are assumed to wait for ever"),
            });
        }
        if assumed.unhandled > 0 {
            let unhandled = assumed.unhandled;
            remarks
                .push(format!("{unhandled} were never handled: if they are now, times of others are drawn"));
        }
        if self.gaps > 0 {
            remarks.push(format!("{} records could not be replayed: what they said is missing", self.gaps));
        }
        if self.left_out > 0 {
            remarks.push(format!("{} contacts past the first {MOST_CONTACTS} are left out", self.left_out));
        }
        remarks
    }
}

impl RecordedDay {
    /// The day under an organisation's rules: what its agents can do is as it says, and what agents could
    /// do whom it does not have is as it was recorded.
    pub fn under(&self, organisation: &Organisation) -> Prepared {
        let Self { mut scenario, mut profiles, .. } = self.clone();
        set_thresholds(&mut scenario, organisation);
        let own = routing_setup::profiles(organisation);
        for profile in &mut profiles {
            if let Some(own) = own.iter().find(|own| own.agent == profile.agent) {
                *profile = own.clone();
            }
        }
        Prepared { scenario, profiles }
    }
}

/// When an agent could be offered work, within the scenario's time; not routable between is a break.
fn shifts(presence: &[(Timestamp, Routability)], scenario: &Scenario) -> Vec<Shift> {
    let last = scenario.ends + scenario.overtime;
    let after = |at: Timestamp| at.min(last).since(scenario.begins);
    let mut shifts = Vec::<Shift>::new();
    let end = [(last, Routability::LoggedOut)];
    let mut since = None;
    for (at, routability) in presence.iter().chain(&end) {
        let is_routable = *routability == Routability::Routable;
        match since {
            None if is_routable => since = Some(after(*at)),
            Some(from) if !is_routable => {
                let to = after(*at);
                if from < to {
                    shifts.push(Shift { from, to, breaks: Vec::new() });
                }
                since = None;
            }
            _ => {}
        }
    }
    shifts
}
