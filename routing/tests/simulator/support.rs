//! Small houses to simulate.

use std::time::Duration;

use model::task::{Level, SkillRequirement};
use model::{AgentId, Channel, QueueId, Skill, Timestamp};
use routing::simulator::*;
use routing::{AgentKind, AgentProfile, Capacity, Configuration, Queue};

pub fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

pub fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}

pub fn agent(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

pub fn skill(name: &str) -> SkillRequirement {
    SkillRequirement { skill: Skill::new(name).unwrap(), level: Level::LOWEST }
}

pub fn rules(queues: &[(&str, Queue)]) -> Configuration {
    let queues = queues.iter().map(|(name, settings)| (queue(name), settings.clone()));
    Configuration { queues: queues.collect(), ..Configuration::default() }
}

/// Takes one call at a time from these queues.
pub fn profile(name: &str, queues: &[&str], skills: &[&str]) -> AgentProfile {
    AgentProfile {
        agent: agent(name),
        kind: AgentKind::Person,
        skills: skills.iter().map(|name| (Skill::new(name).unwrap(), Level::HIGHEST)).collect(),
        languages: Default::default(),
        capacity: [(Channel::Voice, Capacity::of(1))].into(),
        queues: queues.iter().map(|name| queue(name)).collect(),
        attributes: Default::default(),
        answering: Default::default(),
    }
}

pub fn segment(queue_name: &str) -> Segment {
    Segment {
        queue: queue(queue_name),
        asks: Vec::new(),
        condition: None,
        patience: None,
        handling: Distribution::Constant(60.0),
        wrap_up: Distribution::ZERO,
        goes_on: 0.0,
    }
}

/// Contacts at evenly random moments of each stretch: from and to in minutes, how many.
pub fn stream(counts: &[(u64, u64, u32)], segments: Vec<Segment>) -> Stream {
    let counts = counts.iter();
    let counts = counts.map(|(from, to, contacts)| Count {
        from: minutes(*from),
        to: minutes(*to),
        contacts: *contacts,
    });
    Stream { arrivals: Arrivals::Counts(vec![counts.collect()]), kinds: vec![Kind::calls(segments)] }
}

pub fn staff(name: &str, from: u64, to: u64, breaks: &[(u64, u64)]) -> Staff {
    Staff {
        agent: agent(name),
        group: "team".into(),
        shifts: vec![Shift {
            from: minutes(from),
            to: minutes(to),
            breaks: breaks.iter().map(|(from, to)| (minutes(*from), minutes(*to))).collect(),
        }],
        answering: Answering::AT_ONCE,
        pace: 1.0,
    }
}

/// So many minutes.
pub fn scenario(length: u64, streams: Vec<Stream>, staff: Vec<Staff>) -> Scenario {
    Scenario {
        demand: Demand::Streams(streams),
        staff,
        interval: minutes(10),
        ..Scenario::between(Timestamp(1_000_000), Timestamp(1_000_000) + minutes(length))
    }
}

pub fn once(configuration: &Configuration, profiles: &[AgentProfile], scenario: &Scenario) -> Replication {
    let played = replicate(configuration, profiles, scenario, 7, 0, &Bounds::default()).unwrap();
    assert_eq!(played.refused, 0, "the router refuses nothing of what the simulator feeds");
    played
}

pub fn tally<'a>(replication: &'a Replication, name: &str) -> &'a Tally {
    &replication.queues[&queue(name)].total
}
