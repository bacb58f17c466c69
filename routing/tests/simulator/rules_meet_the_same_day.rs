use routing::simulator::*;
use routing::{Configuration, Queue, Step, StepRequirements};

use crate::support::*;

fn day() -> (Vec<routing::AgentProfile>, Scenario) {
    let hurried = Segment {
        patience: Some(Distribution::Exponential { mean: 120.0 }),
        handling: Distribution::LogNormal { mean: 180.0, variation: 1.0 },
        wrap_up: Distribution::Exponential { mean: 30.0 },
        asks: vec![Asked { weight: 1.0, skills: vec![skill("billing")], handling: None }],
        ..segment("a")
    };
    let streams = vec![
        stream(&[(0, 60, 60), (60, 120, 90)], vec![hurried]),
        stream(&[(0, 120, 30)], vec![segment("b")]),
    ];
    let mut members: Vec<_> =
        ["ana", "ben", "chloe", "dora"].map(|name| staff(name, 0, 120, &[(50, 60)])).into();
    for member in &mut members {
        member.answering = Answering {
            delay: Distribution::Exponential { mean: 3.0 },
            unanswered: 0.05,
            rejected: 0.05,
            returns_after: minutes(2),
        };
    }
    let profiles = vec![
        profile("ana", &["a"], &["billing"]),
        profile("ben", &["a"], &["billing"]),
        profile("chloe", &["a"], &[]),
        profile("dora", &["b"], &[]),
    ];
    (profiles, scenario(120, streams, members))
}

fn strict() -> Configuration {
    rules(&[("a", Queue::default()), ("b", Queue::default())])
}

fn relaxed() -> Configuration {
    let steps = vec![
        Step { duration: Some(std::time::Duration::from_secs(20)), ..Step::default() },
        Step { requirements: StepRequirements::Anyone, ..Step::default() },
    ];
    rules(&[("a", Queue { steps, ..Queue::default() }), ("b", Queue::default())])
}

fn played(configuration: &Configuration, seed: u64) -> Results {
    let (profiles, scenario) = day();
    let options = Options { seed, replications: 8, confidence: Confidence::Percent95 };
    simulate(configuration, &profiles, &scenario, &options, &Bounds::default()).unwrap()
}

#[test]
fn the_same_seed_plays_the_same_day_and_another_seed_another() {
    assert_eq!(played(&strict(), 1), played(&strict(), 1));
    assert_ne!(played(&strict(), 1), played(&strict(), 2));
    let results = played(&strict(), 1);
    assert_ne!(results.replications[0], results.replications[1]);
}

#[test]
fn what_a_rule_does_in_one_queue_moves_nobody_in_another() {
    let (strict, relaxed) = (played(&strict(), 3), played(&relaxed(), 3));
    for (one, other) in strict.replications.iter().zip(&relaxed.replications) {
        assert_eq!(one.queues[&queue("b")], other.queues[&queue("b")]);
        assert_eq!(one.contacts, other.contacts);
        assert_ne!(one.queues[&queue("a")], other.queues[&queue("a")]);
    }
}

#[test]
fn pairs_show_what_single_figures_cannot() {
    let (strict, relaxed) = (played(&strict(), 4), played(&relaxed(), 4));
    let scope = Scope::Queue(queue("a"));
    let compared = strict.against(&relaxed, &scope, Measure::Abandonment).unwrap();
    assert_eq!(compared.better, Some(Preferred::Other), "{compared:?}");
    let paired = compared.difference.half_width.unwrap();
    let alone = compared.this.half_width.unwrap() + compared.other.half_width.unwrap();
    assert!(paired < alone, "{compared:?}");
    let same = strict.against(&strict, &scope, Measure::Abandonment).unwrap();
    assert_eq!((same.difference.mean, same.better), (0.0, None));
    let calm = strict.against(&relaxed, &Scope::Queue(queue("b")), Measure::SpeedOfAnswer).unwrap();
    assert_eq!(calm.better, None);
}
