//! Agents and tasks, in all that they can differ in.

use std::collections::BTreeSet;

use model::task::{Callback, CallbackMode, Priority, Requirements};
use model::{AttributeValue, Attributes, Channel, Language, Name, TaskFacts, Timestamp};
use routing::*;

use super::Draws;
use super::rules::{QUEUES, with_condition};
use crate::support::*;

pub const AGENTS: [&str; 6] = ["ana", "ben", "cem", "dua", "eva", "flo"];

pub fn any_profile(name: &str, bytes: &[u8]) -> AgentProfile {
    let mut draws = Draws::of(bytes);
    let skills: [&[(&str, u8)]; 6] = [
        &[("billing", 4)],
        &[("billing", 2), ("french", 3)],
        &[("french", 5)],
        &[],
        &[("billing", 5), ("french", 1)],
        &[("billing", 3)],
    ];
    let skills = draws.one_of(&skills);
    let capacity = any_capacity(&mut draws);
    let served = 7 - draws.below(7);
    let served: Vec<_> = (0..3).filter(|bit| served & (1 << bit) != 0).map(|bit| QUEUES[bit]).collect();
    let mut profile = profile(name, skills, &capacity, &served);
    if draws.once_in(3) {
        profile.languages.insert(Language::new("de").unwrap());
    }
    profile.attributes = any_team(&mut draws);
    profile.answering = if draws.once_in(6) { Answering::Automatic } else { Answering::ByAgent };
    profile.kind = if draws.once_in(6) { AgentKind::Virtual } else { AgentKind::Person };
    profile
}

/// By count, by what goes beside what, by weight, and with what gives way.
fn any_capacity(draws: &mut Draws<'_>) -> Vec<(Channel, Capacity)> {
    let yields = |to: &[Channel]| to.iter().copied().collect::<BTreeSet<_>>();
    let with = |channel| Together::With([channel].into());
    let by_count = [(Channel::Chat, Capacity::of(2)), (Channel::Voice, Capacity::of(1))];
    let email = Capacity { yields_to: yields(&[Channel::Voice]), ..Capacity::of(2) };
    match draws.below(5) {
        0 => [&by_count[..], &[(Channel::Email, Capacity::of(1))]].concat(),
        1 => vec![
            (Channel::Chat, Capacity::exclusive(2)),
            (Channel::Voice, Capacity::exclusive(1)),
            (Channel::Email, Capacity { yields_to: yields(&[Channel::Voice, Channel::Chat]), ..email }),
        ],
        2 => vec![
            (Channel::Chat, Capacity::weighing(30, 5)),
            (Channel::Voice, Capacity::weighing(100, 1)),
            (Channel::Email, Capacity { weight: 20, ..email }),
        ],
        3 => vec![
            (Channel::Chat, Capacity { together: with(Channel::Email), ..Capacity::of(3) }),
            (Channel::Voice, Capacity::exclusive(1)),
            (Channel::Email, email),
        ],
        _ => by_count.to_vec(),
    }
}

fn any_team(draws: &mut Draws<'_>) -> Attributes {
    let team = draws.one_of(&[None, Some("north"), Some("west")]);
    let name = || Name::new("team").unwrap();
    Attributes::new(team.map(|team| (name(), AttributeValue::Text(team.into())))).unwrap()
}

pub fn any_facts(draws: &mut Draws<'_>) -> TaskFacts {
    TaskFacts { attributes: any_team(draws), ..TaskFacts::default() }
}

pub fn any_requirements(draws: &mut Draws<'_>) -> Requirements {
    let requirements = match draws.below(7) {
        0 | 1 => Requirements::NONE,
        2 => needs(&[("billing", 3)]),
        3 => needs(&[("billing", 2), ("french", 2)]),
        4 => in_language("de", Requirements::NONE),
        5 => needs(&[("billing", 2)]),
        _ => needs(&[("french", 5)]),
    };
    if draws.once_in(4) { with_condition(requirements, draws) } else { requirements }
}

pub fn any_request(number: u32, bytes: &[u8], now: Timestamp) -> TaskRequest {
    let mut draws = Draws::of(bytes);
    let queue = draws.one_of(&QUEUES);
    let channel = draws.one_of(&Channel::ALL);
    let requirements = any_requirements(&mut draws);
    let priority = Priority(i32::from(draws.below(3)));
    let age = if draws.below(3) == 0 { 0 } else { 40 * i64::from(draws.below(200)) };
    let later = draws.once_in(10).then(|| Timestamp(now.0 + 50 * (1 + i64::from(draws.below(160)))));
    let preferred = draws.once_in(8).then(|| PreferredAgent {
        agent: agent(draws.one_of(&AGENTS)),
        last_contact: now,
        at_most: draws.one_of(&[Some(2.0), None]).map(seconds),
    });
    let mode = draws.one_of(&[CallbackMode::AgentFirst, CallbackMode::CustomerFirst]);
    let is_callback = channel == Channel::Voice && draws.once_in(6);
    TaskRequest {
        requirements,
        priority,
        not_before: later,
        preferred_agent: preferred,
        direction: if draws.once_in(4) { Direction::Outbound } else { Direction::Inbound },
        callback: is_callback.then(|| callback(mode, 2)),
        facts: any_facts(&mut draws),
        ..request(number, queue, channel, Timestamp(now.0 - age))
    }
}

pub fn callback(mode: CallbackMode, attempts: u8) -> Callback {
    Callback { mode, attempts, interval_seconds: 3, ring_seconds: 2 }
}
