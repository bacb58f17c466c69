//! What is wrong with a scenario before it is played, each with its place.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{AgentId, QueueId};

use super::distribution::Distribution;
use super::scenario::{Arrivals, Count, Demand, Rate, Scenario, Segment, Staff, Stream};
use crate::configuration::Configuration;
use crate::input::AgentProfile;

/// Something that cannot be played. Mend it; a retry is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ScenarioFlaw {
    /// As in `stream 2, kind 1, segment 1`; all count from 1.
    pub place: String,
    pub reason: String,
}

/// Most agents of a scenario.
pub const MOST_AGENTS: usize = 200_000;
/// The longest scenario: a hundred years, for figures of the long run.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);
/// Most intervals that figures are kept for.
pub const MOST_INTERVALS: u64 = 2_000;
/// The longest shift. Longer ones are of virtual agents, who have none.
const LONGEST_SHIFT: Duration = Duration::from_secs(24 * 3_600);

pub fn flaws(
    configuration: &Configuration,
    profiles: &[AgentProfile],
    scenario: &Scenario,
) -> Vec<ScenarioFlaw> {
    let mut check = Check { configuration, scenario, flaws: Vec::new() };
    check.times();
    check.demand();
    let known = profiles.iter().map(|profile| &profile.agent).collect();
    check.staff(&known);
    check.flaws
}

struct Check<'a> {
    configuration: &'a Configuration,
    scenario: &'a Scenario,
    flaws: Vec<ScenarioFlaw>,
}

impl Check<'_> {
    fn note(&mut self, place: &str, reason: impl Into<String>) {
        // Past a hundred nobody reads on.
        if self.flaws.len() < 100 {
            self.flaws.push(ScenarioFlaw { place: place.to_owned(), reason: reason.into() });
        }
    }

    fn length(&self) -> Duration {
        self.scenario.ends.since(self.scenario.begins)
    }

    fn times(&mut self) {
        let length = self.length();
        if length.is_zero() || length > LONGEST {
            self.note("scenario", "it ends after it begins, within a hundred years");
        }
        let interval = self.scenario.interval;
        if interval.is_zero() || length.as_millis() / interval.as_millis().max(1) > u128::from(MOST_INTERVALS)
        {
            self.note("interval", format!("there are 1 to {MOST_INTERVALS} intervals"));
        }
        if !self.scenario.pace_by_level.iter().all(|pace| is_pace(*pace)) {
            self.note("pace by level", "a pace is from 0.05 to 20");
        }
        let callbacks = self.scenario.callbacks;
        if !(is_share(callbacks.chosen) && is_share(callbacks.reached)) {
            self.note("callbacks", "a share is from 0 to 1");
        }
        let queues: Vec<QueueId> =
            self.scenario.thresholds.keys().chain(self.scenario.costs.keys()).cloned().collect();
        queues.iter().for_each(|queue| self.queue("thresholds and costs", queue));
        if self.scenario.costs.values().any(|cost| !(0.0..=1e9).contains(cost)) {
            self.note("costs", "a cost is not negative");
        }
    }

    fn queue(&mut self, place: &str, queue: &QueueId) {
        if !self.configuration.queues.contains_key(queue) {
            self.note(place, format!("there is no queue {queue:?}", queue = queue.as_str()));
        }
    }

    fn demand(&mut self) {
        let scenario = self.scenario;
        match &scenario.demand {
            Demand::Streams(streams) => {
                for (number, stream) in streams.iter().enumerate() {
                    self.stream(&format!("stream {}", number + 1), stream);
                }
            }
            Demand::Recorded(contacts) => {
                let queues: BTreeSet<&QueueId> = contacts
                    .iter()
                    .flat_map(|contact| &contact.segments)
                    .map(|segment| &segment.queue)
                    .collect();
                queues.into_iter().for_each(|queue| self.queue("recording", queue));
                if contacts.iter().any(|contact| contact.segments.is_empty()) {
                    self.note("recording", "a contact waits in no queue");
                }
                if !contacts.is_sorted_by_key(|contact| contact.at) {
                    self.note("recording", "contacts are not in order of time");
                }
            }
        }
    }

    fn stream(&mut self, place: &str, stream: &Stream) {
        match &stream.arrivals {
            Arrivals::Poisson(rates) => {
                self.in_order(place, rates.iter().map(|Rate { from, to, .. }| (*from, *to)));
                if rates.iter().any(|rate| !(0.0..=1e9).contains(&rate.an_hour)) {
                    self.note(place, "a rate is not negative, and a number");
                }
            }
            Arrivals::Counts(days) => {
                if days.is_empty() {
                    self.note(place, "there is no day of counts");
                }
                for day in days {
                    self.in_order(place, day.iter().map(|Count { from, to, .. }| (*from, *to)));
                }
            }
        }
        let weight: f64 = stream.kinds.iter().map(|kind| kind.weight).sum();
        if !(weight > 0.0 && weight.is_finite() && stream.kinds.iter().all(|kind| kind.weight >= 0.0)) {
            self.note(place, "weights are not negative, and one at least is above zero");
        }
        for (number, kind) in stream.kinds.iter().enumerate() {
            let place = format!("{place}, kind {}", number + 1);
            if kind.segments.is_empty() {
                self.note(&place, "a contact waits in one queue at least");
            }
            if kind.languages.iter().any(|(weight, _)| !(0.0..=1e9).contains(weight)) {
                self.note(&place, "the weight of a language is not negative");
            }
            for (number, segment) in kind.segments.iter().enumerate() {
                self.segment(&format!("{place}, segment {}", number + 1), segment);
            }
        }
    }

    fn in_order(&mut self, place: &str, mut stretches: impl Iterator<Item = (Duration, Duration)>) {
        let mut end = Duration::ZERO;
        let all = stretches.all(|(from, to)| from >= std::mem::replace(&mut end, to) && from < to);
        if !all {
            self.note(place, "stretches come one after the other and do not overlap");
        }
    }

    fn segment(&mut self, place: &str, segment: &Segment) {
        self.queue(place, &segment.queue);
        self.distribution(place, "handling", &segment.handling);
        self.distribution(place, "wrap-up", &segment.wrap_up);
        if let Some(patience) = &segment.patience {
            self.distribution(place, "patience", patience);
        }
        for asked in &segment.asks {
            if !(0.0..=1e9).contains(&asked.weight) {
                self.note(place, "the weight of skills asked for is not negative");
            }
            if let Some(handling) = &asked.handling {
                self.distribution(place, "handling", handling);
            }
        }
        if !is_share(segment.goes_on) {
            self.note(place, "a share is from 0 to 1");
        }
    }

    fn distribution(&mut self, place: &str, what: &str, distribution: &Distribution) {
        if let Some(flaw) = distribution.flaw() {
            self.note(&format!("{place}, {what}"), flaw);
        }
    }

    fn staff(&mut self, known: &BTreeSet<&AgentId>) {
        if self.scenario.staff.len() > MOST_AGENTS {
            return self.note("staff", format!("there are at most {MOST_AGENTS} agents"));
        }
        let mut seen = BTreeSet::new();
        for staff in &self.scenario.staff {
            let place = format!("agent {}", staff.agent);
            if !known.contains(&staff.agent) {
                self.note(&place, "no profile says what this agent can do");
            }
            if !seen.insert(&staff.agent) {
                self.note(&place, "the agent is there twice");
            }
            self.member(&place, staff);
        }
    }

    fn member(&mut self, place: &str, staff: &Staff) {
        let whole_time = (self.length() + self.scenario.overtime).max(LONGEST_SHIFT);
        let mut end = Duration::ZERO;
        for shift in &staff.shifts {
            if shift.from >= shift.to || shift.from < end {
                self.note(place, "a shift ends after it begins, and begins after the one before");
            }
            if shift.to.saturating_sub(shift.from) > whole_time {
                self.note(place, "a shift is longer than a day and than the whole scenario");
            }
            end = shift.to;
            let mut pause = shift.from;
            for (from, to) in &shift.breaks {
                if *from < pause || from >= to || *to > shift.to {
                    self.note(place, "breaks lie within the shift, one after the other");
                }
                pause = *to;
            }
        }
        let answering = &staff.answering;
        self.distribution(place, "answer", &answering.delay);
        let (unanswered, rejected) = (answering.unanswered, answering.rejected);
        if !(unanswered >= 0.0 && rejected >= 0.0 && unanswered + rejected < 1.0) {
            self.note(place, "offers unanswered and rejected are shares that leave some to be taken");
        }
        if !is_pace(staff.pace) {
            self.note(place, "a pace is from 0.05 to 20");
        }
    }
}

fn is_share(share: f64) -> bool {
    (0.0..=1.0).contains(&share)
}

fn is_pace(pace: f64) -> bool {
    (0.05..=20.0).contains(&pace)
}
