//! Other rules on the same inputs: where the two first part, and how far they go from there.

use model::Channel;
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

/// A world that writes down what it is told.
struct Recorded {
    world: World,
    records: Vec<Record>,
}

impl Recorded {
    fn new(configuration: &Configuration) -> Self {
        let records = vec![Record::started(configuration, SEED)];
        Self { world: World::new(configuration.clone()), records }
    }

    fn feed(&mut self, input: Input) -> Vec<Output> {
        self.records.push(Record::Fed { at: self.world.now, input: Box::new(input.clone()) });
        self.world.feed(input)
    }

    fn log_in(&mut self, profile: AgentProfile) {
        let agent = profile.agent.clone();
        self.feed(Input::AgentUpserted { profile });
        self.feed(Input::PresenceChanged { agent, presence: presence("available") });
    }

    fn chat(&mut self, number: u32) -> Vec<Output> {
        let task = request(number, "q", Channel::Chat, self.world.now);
        self.feed(Input::TaskArrived { task })
    }

    fn accept(&mut self, offered: &[Output]) {
        let (reservation, _, agent) = only_offer(offered);
        self.feed(Input::Accept { reservation, agent });
    }
}

/// Chats 1 and 2 in a queue of two agents; `cem`, who came last, speaks French.
fn a_day() -> (Configuration, Vec<AgentProfile>, Vec<Record>) {
    let configuration = configuration([("q", Queue::default())]);
    let profiles = vec![profile("ben", &[], &CHAT, &["q"]), profile("cem", &[("french", 3)], &CHAT, &["q"])];
    let mut day = Recorded::new(&configuration);
    for (second, profile) in (0..2).zip(&profiles) {
        day.world.now = at(f64::from(second));
        day.log_in(profile.clone());
    }
    day.world.now = at(10.0);
    let offered = day.chat(1);
    assert_offered(&offered, &[(1, "ben")]);
    day.world.now = at(12.0);
    day.accept(&offered);
    let offered = day.chat(2);
    assert_offered(&offered, &[(2, "cem")]);
    day.accept(&offered);
    day.world.now = at(60.0);
    day.feed(Input::Completed { task: task(1) });
    (configuration, profiles, day.records)
}

fn compare(rules: OtherRules, records: &[Record]) -> (Vec<(usize, Difference)>, Distance) {
    let mut comparison = Comparison::new(rules);
    let mut differences = Vec::new();
    for (place, record) in records.iter().enumerate() {
        differences.extend(comparison.take(record.clone()).unwrap().map(|difference| (place, difference)));
    }
    (differences, comparison.distance())
}

#[test]
fn the_same_rules_differ_nowhere() {
    let (configuration, profiles, records) = a_day();
    let (differences, distance) = compare(OtherRules { configuration, profiles }, &records);
    assert_eq!(differences, []);
    let expected = Distance { inputs: 9, offers_recorded: 2, offers_other: 2, ..Distance::default() };
    assert_eq!(distance, expected);
}

#[test]
fn other_rules_first_differ_at_the_input_that_they_decide_otherwise() {
    let (_, profiles, records) = a_day();
    let french = Queue {
        steps: vec![step(StepRequirements::Only(needs(&[("french", 1)])), None)],
        ..Queue::default()
    };
    let rules = OtherRules { configuration: configuration([("q", french)]), profiles };
    let (differences, distance) = compare(rules, &records);
    let (place, first) = &differences[0];
    assert_eq!((*place, first.at), (5, at(10.0)), "the first chat");
    assert!(matches!(&first.input, Input::TaskArrived { task: arrived } if arrived.id == task(1)));
    assert_offered(&first.recorded, &[(1, "ben")]);
    assert_offered(&first.other, &[(1, "cem")]);
    // Whoever is asked by the other rules accepts when somebody did: chat 2 finds nobody then.
    let expected = Distance {
        inputs: 9,
        differing: 5,
        offers_recorded: 2,
        offers_other: 2,
        tasks_to_others: 1,
        tasks_at_other_times: 1,
        ..Distance::default()
    };
    assert_eq!(distance, expected);
}

#[test]
fn who_does_not_work_by_the_other_rules_is_offered_nothing() {
    let (configuration, mut profiles, records) = a_day();
    profiles.retain(|profile| profile.agent == agent("cem"));
    let (differences, distance) = compare(OtherRules { configuration, profiles }, &records);
    assert_eq!(differences[0].0, 2, "ben's presence is of nobody");
    assert_eq!((distance.offers_other, distance.tasks_to_others), (2, 1), "cem has one after the other");
}

#[test]
fn nothing_is_compared_after_a_gap_until_the_next_start() {
    let (configuration, profiles, records) = a_day();
    let mut comparison = Comparison::new(OtherRules { configuration, profiles });
    comparison.take(records[0].clone()).unwrap();
    assert_eq!(comparison.take(Record::Gap { missing: 2 }), Err(ReplayError::Gap { missing: 2 }));
    assert_eq!(comparison.take(records[1].clone()), Err(ReplayError::NotStarted));
    assert_eq!(comparison.take(records[0].clone()), Ok(None));
    assert_eq!(comparison.take(records[1].clone()), Ok(None));
}
