//! Story 10: the same agent as last time, with a way out.

use model::task::TransferTarget;
use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

const HOUR: f64 = 3_600.0;

fn world() -> World {
    let mut world = World::new(configuration([("q", Queue::default()), ("bots", Queue::default())]));
    world.now = at(30.0 * HOUR);
    for name in ["ana", "ben"] {
        world.log_in(profile(name, &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
    }
    world
}

fn returning(number: u32, last_contact: Timestamp, now: Timestamp) -> TaskRequest {
    let preferred_agent = Some(PreferredAgent { agent: agent("ana"), last_contact, at_most: None });
    TaskRequest { preferred_agent, ..request(number, "q", Channel::Chat, now) }
}

/// Ana has a chat; ben is free.
fn with_ana_busy() -> World {
    let mut world = world();
    let first = world.arrive(returning(1, world.now, world.now));
    assert_offered(&first, &[(1, "ana")]);
    world.accept(&first);
    world
}

#[test]
fn a_returning_customer_waits_thirty_seconds_for_the_last_agent_then_for_anyone() {
    let mut world = with_ana_busy();
    assert_offered(&world.arrive(returning(2, at(20.0 * HOUR), world.now)), &[]);
    assert!(matches!(world.explain(2).standing, Standing::WaitingForAgent { .. }));
    let then = 30.0 * HOUR + 30.0;
    assert_offered_at(&world.until(at(then + 5.0)), &[(then, 2, "ben")]);
}

#[test]
fn the_last_agent_gets_the_customer_when_free_in_time() {
    let mut world = with_ana_busy();
    world.arrive(returning(2, world.now, world.now));
    world.until(at(30.0 * HOUR + 10.0));
    assert_offered(&world.complete(1), &[(2, "ana")]);
    let choice = match world.explain(2).standing {
        Standing::Offered { choice, .. } => choice.unwrap(),
        standing => panic!("{standing:?}"),
    };
    assert_eq!(choice.rule, Rule::PreferredAgent);
}

#[test]
fn nobody_waits_for_an_agent_who_is_logged_off_or_on_a_break() {
    for away in ["offline", "break"] {
        let mut world = world();
        world.presence("ana", away);
        assert_offered(&world.arrive(returning(1, world.now, world.now)), &[(1, "ben")]);
    }
}

#[test]
fn an_agent_who_leaves_is_waited_for_no_longer() {
    let mut world = with_ana_busy();
    world.arrive(returning(2, world.now, world.now));
    assert_offered(&world.presence("ana", "break"), &[(2, "ben")]);
}

#[test]
fn a_contact_of_the_day_before_yesterday_counts_no_more() {
    let mut world = with_ana_busy();
    assert_offered(&world.arrive(returning(2, at(5.0 * HOUR), world.now)), &[(2, "ben")]);
}

#[test]
fn a_last_agent_who_says_no_is_not_insisted_on() {
    let mut world = world();
    let offered = world.arrive(returning(1, world.now, world.now));
    assert_offered(&world.reject(&offered), &[(1, "ben")]);
}

#[test]
fn a_task_sent_to_an_agent_waits_for_that_agent_while_logged_in() {
    let mut world = with_ana_busy();
    let chat = world.chat(2, "q");
    world.accept(&chat);
    let to_ana = TransferTarget::Agent { agent: agent("ana"), queue: queue("q") };
    assert_offered(&world.transfer(2, to_ana.clone()), &[]);
    assert_offered_at(&world.until(at(31.0 * HOUR)), &[]);
    world.presence("ana", "break");
    assert_offered(&world.presence("ana", "offline"), &[(2, "ben")]);
    assert_offered(&world.transfer(2, to_ana), &[(2, "ben")]);
}

#[test]
fn a_task_that_a_virtual_agent_hands_over_goes_to_the_agent_of_last_time_with_the_same_way_out() {
    let hand_over = |world: &mut World| {
        let wish = PreferredAgent { agent: agent("ana"), last_contact: world.now, at_most: None };
        world.feed(Input::TaskTransferred {
            task: task(2),
            target: TransferTarget::Queue { queue: queue("q") },
            requirements: model::task::Requirements::NONE,
            preferred_agent: Some(wish),
            facts: None,
        })
    };
    let bot = || {
        let mut world = with_ana_busy();
        world.log_in(profile("bot", &[], &[(Channel::Chat, Capacity::of(9))], &["bots"]));
        let talk = world.chat(2, "bots");
        world.accept(&talk);
        world
    };
    let mut world = bot();
    assert_offered(&hand_over(&mut world), &[]);
    let then = 30.0 * HOUR + 30.0;
    assert_offered_at(&world.until(at(then + 5.0)), &[(then, 2, "ben")]);
    let mut world = bot();
    hand_over(&mut world);
    assert_offered(&world.complete(1), &[(2, "ana")]);
    let mut world = bot();
    world.presence("ana", "offline");
    assert_offered(&hand_over(&mut world), &[(2, "ben")]);
}

#[test]
fn a_task_given_back_to_the_queue_does_not_return_to_the_giver_at_once() {
    let mut world = with_ana_busy();
    world.presence("ben", "break");
    assert_offered(&world.transfer(1, TransferTarget::Queue { queue: queue("q") }), &[]);
    let then = 30.0 * HOUR + 20.0;
    assert_offered_at(&world.until(at(then)), &[(then, 1, "ana")]);
}
