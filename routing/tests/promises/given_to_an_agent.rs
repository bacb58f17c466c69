//! Who may, gives a task to an agent: at once, whatever the queue asks, and refused for one reason.

use model::Channel;
use model::task::{ReservationEnd, TransferTarget};
use routing::*;

use crate::support::*;

fn one_chat(name: &str) -> AgentProfile {
    profile(name, &[], &[(Channel::Chat, Capacity::of(1))], &["q"])
}

fn world() -> World {
    let mut world = World::new(configuration([("q", Queue::default()), ("other", Queue::default())]));
    world.log_in(one_chat("ana"));
    world.log_in(one_chat("ben"));
    world
}

fn give(world: &mut World, number: u32, to: &str, capacity: CapacityRule) -> Vec<Output> {
    world.feed(Input::Assign { task: task(number), agent: agent(to), capacity, by: Some(agent("sam")) })
}

/// Offered and assigned in one, by sam.
fn assert_given(outputs: &[Output], number: u32, to: &str) {
    let [Output::Offered { reservation: one, .. }, Output::Assigned { reservation: other, .. }] = outputs
    else {
        panic!("not given: {outputs:?}")
    };
    assert_eq!(one, other);
    let assigned =
        Output::Assigned { task: task(number), reservation: *one, agent: agent(to), by: Some(agent("sam")) };
    assert_eq!(outputs[1], assigned);
}

fn because(outputs: &[Output]) -> PassedOver {
    match outputs {
        [Output::Refused { refusal: Refusal::NotForAgent { because, .. } }] => because.clone(),
        other => panic!("not refused for the agent: {other:?}"),
    }
}

#[test]
fn a_waiting_task_is_the_agents_at_once_whatever_its_queue_asks() {
    let mut world = world();
    let mut rare = request(1, "other", Channel::Chat, world.now);
    rare.requirements = needs(&[("rare", 5)]);
    assert_offered(&world.arrive(rare), &[]);
    assert_given(&give(&mut world, 1, "ana", CapacityRule::Respected), 1, "ana");
    let choice = match world.explain(1).standing {
        Standing::Assigned { choice, .. } => choice.unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(choice.rule, Rule::GivenToAgent);
    assert_offered(&world.chat(2, "q"), &[(2, "ben")]);
}

#[test]
fn what_rings_elsewhere_ends_and_the_slot_goes_to_the_next() {
    let mut world = world();
    assert_offered(&world.chat(1, "q"), &[(1, "ana")]);
    assert_offered(&world.chat(2, "q"), &[(2, "ben")]);
    world.chat(3, "q");
    let outputs = give(&mut world, 1, "ben", CapacityRule::Ignored);
    assert!(
        matches!(&outputs[0], Output::ReservationEnded { outcome: ReservationEnd::Rescinded, agent: by, .. }
            if *by == agent("ana")),
        "{outputs:?}"
    );
    assert_given(&outputs[1..3], 1, "ben");
    assert_offered(&outputs[3..], &[(3, "ana")]);
}

#[test]
fn what_rings_at_that_agent_is_answered_under_its_own_reservation() {
    let mut world = world();
    let (reservation, ..) = only_offer(&world.chat(1, "q"));
    let outputs = give(&mut world, 1, "ana", CapacityRule::Respected);
    let by = Some(agent("sam"));
    assert_eq!(outputs, [Output::Assigned { task: task(1), reservation, agent: agent("ana"), by }]);
    assert!(world.until(at(100.0)).is_empty(), "nothing rings any more");
}

#[test]
fn capacity_is_respected_unless_it_is_said_to_be_ignored() {
    let mut world = world();
    let held = world.chat(1, "q");
    world.accept(&held);
    world.presence("ben", "break");
    world.chat(2, "q");
    let full = PassedOver::NoCapacity { in_hand: 1, most: 1 };
    assert_eq!(because(&give(&mut world, 2, "ana", CapacityRule::Respected)), full);
    assert_given(&give(&mut world, 2, "ana", CapacityRule::Ignored), 2, "ana");
    world.chat(3, "q");
    assert_offered(&world.complete(1), &[]);
    assert_offered(&world.complete(2), &[(3, "ana")]);
}

#[test]
fn an_agent_on_a_break_can_be_given_a_task_and_one_who_is_logged_out_cannot() {
    let mut world = world();
    world.presence("ana", "break");
    world.presence("ben", "offline");
    world.chat(1, "q");
    let offline = PassedOver::Presence { presence: presence("offline") };
    assert_eq!(because(&give(&mut world, 1, "ben", CapacityRule::Ignored)), offline);
    assert_given(&give(&mut world, 1, "ana", CapacityRule::Respected), 1, "ana");
}

#[test]
fn a_channel_the_agent_does_not_handle_is_refused_even_beyond_capacity() {
    let mut world = world();
    world.arrive(request(1, "q", Channel::Voice, world.now));
    let voice = PassedOver::ChannelNotHandled { channel: Channel::Voice };
    assert_eq!(because(&give(&mut world, 1, "ana", CapacityRule::Ignored)), voice);
}

#[test]
fn what_somebody_has_or_nobody_knows_is_refused() {
    let mut world = world();
    let held = world.chat(1, "q");
    world.accept(&held);
    let taken = Refusal::AlreadyTaken { task: task(1), by: agent("ana") };
    assert_eq!(give(&mut world, 1, "ben", CapacityRule::Ignored), [Output::Refused { refusal: taken }]);
    let unknown = Refusal::UnknownTask { task: task(9) };
    assert_eq!(give(&mut world, 9, "ben", CapacityRule::Ignored), [Output::Refused { refusal: unknown }]);
    let unknown = Refusal::UnknownAgent { agent: agent("zoe") };
    world.chat(2, "other");
    assert_eq!(give(&mut world, 2, "zoe", CapacityRule::Ignored), [Output::Refused { refusal: unknown }]);
}

#[test]
fn a_task_that_waits_for_another_agent_can_be_given_away() {
    let mut world = world();
    world.presence("ana", "break");
    let held = world.chat(1, "q");
    world.accept(&held);
    world.transfer(1, TransferTarget::Agent { agent: agent("ana"), queue: queue("q") });
    assert_given(&give(&mut world, 1, "ben", CapacityRule::Respected), 1, "ben");
    assert_offered(&world.presence("ana", "available"), &[]);
}
