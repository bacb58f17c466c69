//! The agents at work: who is there, what they have in hand, how busy that makes them.

use std::collections::BTreeMap;

use model::{AgentId, PresenceName, Timestamp};
use rustc_hash::FxHashMap;

use super::scenario::{Answering, Scenario, Staff};
use super::tally::{Occupancy, millis};
use crate::configuration::{Configuration, Routability};
use crate::input::AgentProfile;

/// The presences that shifts go by.
#[derive(Debug)]
pub(super) struct Presences {
    pub at_work: PresenceName,
    pub on_break: PresenceName,
    pub away: PresenceName,
}

impl Presences {
    /// Those of the configuration; none if it has no presence in which tasks are offered.
    pub fn of(configuration: &Configuration) -> Option<Self> {
        let named = |name: &str, wanted: Routability| {
            let fits = |(_, routability): &(&PresenceName, &Routability)| **routability == wanted;
            let usable =
                |(presence, _): &(&PresenceName, &Routability)| **presence != configuration.not_responding;
            let mut all =
                configuration.presences.iter().filter(fits).filter(usable).map(|(presence, _)| presence);
            all.clone().find(|presence| presence.as_str() == name).or_else(|| all.next()).cloned()
        };
        let word = |name| PresenceName::new(name).expect("a plain word");
        Some(Self {
            at_work: named("available", Routability::Routable)?,
            on_break: named("break", Routability::NotRoutable).unwrap_or_else(|| word("break")),
            away: word("offline"),
        })
    }
}

/// Where somebody is by the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    AtWork,
    OnBreak,
    Away,
}

#[derive(Debug)]
pub(super) struct Member<'a> {
    pub staff: &'a Staff,
    pub profile: &'a AgentProfile,
    pub plan: Plan,
    /// Tasks assigned or wrapping.
    pub in_hand: u32,
    group: usize,
    since: Timestamp,
    counted: Occupancy,
}

impl Member<'_> {
    fn settle(&mut self, now: Timestamp) {
        let passed = millis(now.since(self.since));
        self.since = now;
        if self.in_hand > 0 {
            self.counted.busy_ms += passed;
        }
        if self.in_hand > 0 || self.plan == Plan::AtWork {
            self.counted.staffed_ms += passed;
        }
    }

    pub fn answering(&self) -> &Answering {
        &self.staff.answering
    }
}

/// Everybody, and what they were busy with so far.
#[derive(Debug)]
pub(super) struct Floor<'a> {
    pub members: Vec<Member<'a>>,
    pub groups: Vec<String>,
    by_id: FxHashMap<&'a AgentId, usize>,
}

impl<'a> Floor<'a> {
    /// Everybody is away. Staff without a profile are left out: the check has refused them.
    pub fn new(profiles: &'a [AgentProfile], scenario: &'a Scenario) -> Self {
        let profiles: FxHashMap<_, _> = profiles.iter().map(|profile| (&profile.agent, profile)).collect();
        let mut groups = BTreeMap::new();
        for staff in &scenario.staff {
            let next = groups.len();
            groups.entry(&staff.group).or_insert(next);
        }
        let mut names = vec![String::new(); groups.len()];
        for (name, place) in &groups {
            names[*place] = (*name).clone();
        }
        let known = scenario.staff.iter().filter_map(|staff| Some((staff, *profiles.get(&staff.agent)?)));
        let members: Vec<_> = known
            .map(|(staff, profile)| Member {
                staff,
                profile,
                plan: Plan::Away,
                in_hand: 0,
                group: groups[&staff.group],
                since: scenario.begins,
                counted: Occupancy::default(),
            })
            .collect();
        let by_id = members.iter().enumerate().map(|(place, member)| (&member.staff.agent, place)).collect();
        Self { members, groups: names, by_id }
    }

    pub fn find(&self, agent: &AgentId) -> Option<usize> {
        self.by_id.get(agent).copied()
    }

    pub fn take(&mut self, member: usize, now: Timestamp) {
        self.members[member].settle(now);
        self.members[member].in_hand += 1;
    }

    pub fn give_back(&mut self, member: usize, now: Timestamp) {
        self.members[member].settle(now);
        self.members[member].in_hand -= 1;
    }

    pub fn go(&mut self, member: usize, plan: Plan, now: Timestamp) {
        self.members[member].settle(now);
        self.members[member].plan = plan;
    }

    /// Occupancy by group since it was last asked.
    pub fn occupancies(&mut self, now: Timestamp) -> Vec<Occupancy> {
        let mut groups = vec![Occupancy::default(); self.groups.len()];
        for member in &mut self.members {
            member.settle(now);
            groups[member.group].merge(&std::mem::take(&mut member.counted));
        }
        groups
    }
}
