//! Who works when, by a model: the organisation's own agents, or groups made for the day.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{AgentId, Name};
use routing::simulator::{Answering, Distribution, MOST_AGENTS, Shift, Staff};
use routing::{AgentKind, AgentProfile};

use super::Flaws;
use super::clock::Clock;
use super::demand::distribution;
use super::file::{self, Model, Work};
use crate::configuration::organisation::Bearer;
use crate::configuration::{Organisation, Path};
use crate::engine::routing_setup;

/// Until an agent who let an offer ring out notices.
const RETURNS_AFTER: Duration = Duration::from_secs(120);
/// The group of people of the organisation who are not named, and of virtual agents.
const EVERYBODY: &str = "everybody";
pub const VIRTUAL: &str = "virtual agents";

/// Adds the profiles of groups to those of the organisation.
pub(super) fn staff(
    model: &Model,
    clock: &Clock,
    organisation: &Organisation,
    profiles: &mut Vec<AgentProfile>,
    flaws: &mut Flaws,
) -> Vec<Staff> {
    let mut staff = own_people(model, clock, profiles, flaws);
    for (number, group) in model.groups.iter().enumerate() {
        let path = Path::root().then("groups").then(number);
        let pattern = Pattern::of(&group.name, &group.work, clock, &path.then("work"), flaws);
        let new = members(group, &path, organisation, profiles, flaws);
        staff.extend(new.iter().map(|profile| pattern.member(&profile.agent)));
        profiles.extend(new);
    }
    staff
}

/// The organisation's own: those who are named, and virtual agents, who are always there.
fn own_people(model: &Model, clock: &Clock, profiles: &[AgentProfile], flaws: &mut Flaws) -> Vec<Staff> {
    let mut staff = Vec::new();
    let named: BTreeSet<&AgentId> = model.agents.iter().flat_map(|agents| &agents.who).collect();
    for (number, agents) in model.agents.iter().enumerate() {
        let path = Path::root().then("agents").then(number);
        let pattern = Pattern::of(&agents.name, &agents.work, clock, &path.then("work"), flaws);
        for (place, who) in agents.who.iter().enumerate() {
            if !profiles.iter().any(|profile| profile.agent == *who) {
                let known = profiles.iter().map(|profile| profile.agent.as_str());
                flaws.unknown(path.then("who").then(place), "agent", who.as_str(), known);
            }
            staff.push(pattern.member(who));
        }
    }
    let nobody_named = model.agents.is_empty() && model.groups.is_empty();
    let all_day =
        |group: &str, flaws: &mut Flaws| Pattern::of(group, &Work::default(), clock, &Path::root(), flaws);
    let (everybody, automata) = (all_day(EVERYBODY, flaws), all_day(VIRTUAL, flaws));
    for profile in profiles.iter().filter(|profile| !named.contains(&profile.agent)) {
        match profile.kind {
            AgentKind::Virtual => staff.push(automata.member(&profile.agent)),
            AgentKind::Person if nobody_named => staff.push(everybody.member(&profile.agent)),
            AgentKind::Person => {}
        }
    }
    staff
}

fn members(
    group: &file::Group,
    path: &Path,
    organisation: &Organisation,
    profiles: &[AgentProfile],
    flaws: &mut Flaws,
) -> Vec<AgentProfile> {
    if group.count as usize > MOST_AGENTS {
        flaws.note(path.then("count"), format!("there are at most {MOST_AGENTS} agents"));
        return Vec::new();
    }
    let base = match &group.like {
        None => None,
        Some(like) => {
            let found = profiles.iter().find(|profile| profile.agent == *like);
            if found.is_none() {
                let known = profiles.iter().map(|profile| profile.agent.as_str());
                flaws.unknown(path.then("like"), "agent", like.as_str(), known);
            }
            found
        }
    };
    let plain: String = group
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .take(40)
        .collect();
    if base.is_none() && (group.queues.is_none() || group.capacity.is_none()) {
        flaws.note(path.clone(), "a group says its \"queues\" and \"capacity\", or whom it is \"like\"");
    }
    if let Some(attributes) = &group.attributes {
        flaws.attributes(attributes, Bearer::Agent, &path.then("attributes"), organisation);
    }
    let profile = |number: u32| {
        let agent = AgentId(Name::new(&format!("sim-{plain}-{number}")).ok()?);
        let mut profile = base.cloned().unwrap_or_else(|| AgentProfile {
            agent: agent.clone(),
            kind: AgentKind::Person,
            skills: Default::default(),
            languages: Default::default(),
            capacity: Default::default(),
            queues: Default::default(),
            attributes: Default::default(),
            answering: Default::default(),
        });
        profile.agent = agent;
        if let Some(skills) = &group.skills {
            profile.skills = skills.clone();
        }
        if let Some(languages) = &group.languages {
            profile.languages = languages.iter().cloned().collect();
        }
        if let Some(queues) = &group.queues {
            profile.queues = queues.iter().cloned().collect();
        }
        if let Some(attributes) = &group.attributes {
            profile.attributes = attributes.clone();
        }
        if let Some(capacity) = &group.capacity {
            profile.capacity = routing_setup::capacity(capacity, [&organisation.channels]);
        }
        Some(profile)
    };
    (1..=group.count).filter_map(profile).collect()
}

/// What the members of a group have in common.
struct Pattern {
    group: String,
    shifts: Vec<Shift>,
    answering: Answering,
    pace: f64,
}

impl Pattern {
    fn of(group: &str, work: &Work, clock: &Clock, path: &Path, flaws: &mut Flaws) -> Self {
        let shares = [("unanswered", work.unanswered), ("rejected", work.rejected)];
        for (key, _) in shares.into_iter().filter(|(_, share)| !(0.0..=1.0).contains(share)) {
            flaws.note(path.then(key), "a share is from 0 to 1");
        }
        if work.unanswered + work.rejected >= 1.0 {
            flaws.note(path.then("unanswered"), "with \"rejected\" it has to leave some offers to be taken");
        }
        let pace = work.pace.unwrap_or(1.0);
        if !(0.05..=20.0).contains(&pace) {
            flaws.note(path.then("pace"), "a pace is from 0.05 to 20");
        }
        let answering = Answering {
            delay: work.answers_after.map_or(Distribution::ZERO, distribution),
            unanswered: work.unanswered,
            rejected: work.rejected,
            returns_after: work.returns_after.map_or(RETURNS_AFTER, |time| time.0),
        };
        Self { group: group.to_owned(), shifts: shifts(work, clock, path, flaws), answering, pace }
    }

    fn member(&self, agent: &AgentId) -> Staff {
        Staff {
            agent: agent.clone(),
            group: self.group.clone(),
            shifts: self.shifts.clone(),
            answering: self.answering.clone(),
            pace: self.pace,
        }
    }
}

fn shifts(work: &Work, clock: &Clock, path: &Path, flaws: &mut Flaws) -> Vec<Shift> {
    if work.shifts.is_empty() {
        // Also for those who have come by the end.
        let always = clock.ends.since(clock.begins) + clock.overtime;
        return vec![Shift { from: Duration::ZERO, to: always, breaks: Vec::new() }];
    }
    let mut shifts = Vec::new();
    for (number, shift) in work.shifts.iter().enumerate() {
        let path = path.then("shifts").then(number);
        let Some(outer) = clock.stretch(shift.from, shift.to) else { continue };
        let breaks: Vec<_> =
            shift.breaks.iter().map(|pause| clock.within(outer, pause.from, pause.to)).collect();
        let mut end = outer.0;
        let fit = |(from, to): &(Duration, Duration)| {
            *from >= std::mem::replace(&mut end, *to) && from < to && *to <= outer.1
        };
        if !breaks.iter().all(fit) {
            flaws.note(path.then("breaks"), "breaks lie within the shift, one after the other");
        }
        shifts.push(Shift { from: outer.0, to: outer.1, breaks });
    }
    if !shifts.is_sorted_by(|one, next| one.to <= next.from) {
        flaws.note(path.then("shifts"), "shifts come one after the other and do not overlap");
    }
    shifts
}
