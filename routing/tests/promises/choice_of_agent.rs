//! Who of several free agents is offered a task, by each of the named selections.

use model::Channel;
use routing::*;

use crate::support::*;

fn world(selection: Selection) -> World {
    World::new(configuration([("q", Queue { selection, ..Queue::default() })]))
}

fn log_in(world: &mut World, name: &str, skills: &[(&str, u8)], queues: &[&str]) {
    world.log_in(profile(name, skills, &[(Channel::Chat, Capacity::of(2))], queues));
}

/// Who is offered a task that asks for this; it is withdrawn again.
fn offered_first(world: &mut World, number: u32, skills: &[(&str, u8)]) -> String {
    let asked = TaskRequest { requirements: needs(skills), ..request(number, "q", Channel::Chat, world.now) };
    let (_, _, by) = only_offer(&world.arrive(asked));
    world.feed(Input::TaskCanceled { task: task(number), reason: model::task::CancelReason::Abandoned });
    by.as_str().to_owned()
}

fn billing_people(selection: Selection) -> World {
    let mut world = world(selection);
    log_in(&mut world, "ana", &[("billing", 3)], &["q"]);
    log_in(&mut world, "ben", &[("billing", 5)], &["q"]);
    log_in(&mut world, "cem", &[("billing", 2), ("french", 5)], &["q"]);
    log_in(&mut world, "dua", &[("billing", 2)], &["q"]);
    world
}

#[test]
fn the_most_proficient_in_what_is_asked_comes_first() {
    let mut world = billing_people(Selection::MostProficient);
    assert_eq!(offered_first(&mut world, 1, &[("billing", 2)]), "ben");
    assert_eq!(offered_first(&mut world, 2, &[("billing", 1), ("french", 1)]), "cem");
    let chat = world.chat(3, "q");
    assert_offered(&chat, &[(3, "ana")]);
    let rule = Rule::Selected { by: Selection::MostProficient };
    let Standing::Offered { choice: Some(choice), .. } = world.explain(3).standing else { panic!() };
    assert_eq!((choice.rule, choice.runner_up), (rule, Some(agent("ben"))));
    assert_eq!(world.passed_over(3, "dua"), Some(PassedOver::NotSelected { by: Selection::MostProficient }));
}

#[test]
fn the_least_proficient_who_is_good_enough_comes_first_and_the_versatile_stay_free() {
    let mut world = billing_people(Selection::LeastProficient);
    assert_eq!(offered_first(&mut world, 1, &[("billing", 2)]), "dua", "cem has french besides");
    assert_eq!(offered_first(&mut world, 2, &[("billing", 3)]), "ana");
    assert_eq!(offered_first(&mut world, 3, &[("billing", 4)]), "ben");
    world.presence("dua", "offline");
    let first = offered_first(&mut world, 4, &[("billing", 2)]);
    assert_eq!(first, "ana", "cem is of a lower level, and the only one who has french");
}

#[test]
fn a_new_profile_and_a_new_rule_count_at_once() {
    let mut world = billing_people(Selection::MostProficient);
    assert_eq!(offered_first(&mut world, 1, &[("billing", 2)]), "ben");
    log_in(&mut world, "ben", &[("billing", 2), ("sales", 1)], &["q"]);
    assert_eq!(offered_first(&mut world, 2, &[("billing", 2)]), "ana");
    let least = Queue { selection: Selection::LeastProficient, ..Queue::default() };
    world.feed(Input::Configure { configuration: Box::new(configuration([("q", least)])) });
    assert_eq!(offered_first(&mut world, 3, &[("billing", 2)]), "dua");
}

#[test]
fn the_fewest_active_come_first_then_who_accepted_longest_ago() {
    let mut world = world(Selection::FewestActive);
    for name in ["ana", "ben", "cem"] {
        log_in(&mut world, name, &[], &["q"]);
    }
    let mut taken = Vec::new();
    for number in 1..=6 {
        world.until(at(f64::from(number)));
        let offered = world.chat(number, "q");
        taken.push(only_offer(&offered).2.as_str().to_owned());
        world.accept(&offered);
    }
    assert_eq!(taken, ["ana", "ben", "cem", "ana", "ben", "cem"]);
    world.until(at(10.0));
    world.complete(6);
    world.complete(2);
    assert_offered(&world.chat(7, "q"), &[(7, "ben")]);
}

#[test]
fn round_robin_asks_in_turn_whoever_was_asked_longest_ago() {
    let mut world = world(Selection::RoundRobin);
    for name in ["ana", "ben", "cem"] {
        log_in(&mut world, name, &[], &["q"]);
    }
    let turns: Vec<_> = (1..=4).map(|number| offered_first(&mut world, number, &[])).collect();
    assert_eq!(turns, ["ana", "ben", "cem", "ana"], "also when an offer comes to nothing");
    world.presence("ben", "offline");
    world.presence("ben", "available");
    assert_eq!(offered_first(&mut world, 5, &[]), "ben", "logging in again changes no turn");
}

#[test]
fn a_lot_falls_the_same_way_for_the_same_seed_and_spreads_over_all() {
    let names = ["ana", "ben", "cem", "dua"];
    let draw = |seed| {
        let mut world = World {
            router: Router::new(
                configuration([("q", Queue { selection: Selection::Random, ..Queue::default() })]),
                seed,
            ),
            now: at(0.0),
        };
        names.iter().for_each(|name| log_in(&mut world, name, &[], &["q"]));
        (1..=400).map(|number| offered_first(&mut world, number, &[])).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    for name in names {
        let share = draw(3).iter().filter(|drawn| *drawn == name).count();
        assert!((60..=140).contains(&share), "{name} was drawn {share} times of 400");
    }
}
