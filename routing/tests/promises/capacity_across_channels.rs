//! Story 7, by count: what may be handled beside what.

use std::collections::BTreeSet;

use model::Channel;
use routing::*;

use crate::support::*;

fn world(capacity: &[(Channel, Capacity)]) -> World {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.log_in(profile("ana", &[], capacity, &["q"]));
    world
}

fn of(number: u32, channel: Channel, world: &World) -> TaskRequest {
    request(number, "q", channel, world.now)
}

#[test]
fn a_call_waits_for_a_chat_that_allows_no_other_channel_and_comes_as_soon_as_it_ends() {
    let mut world = world(&[(Channel::Chat, Capacity::exclusive(2)), (Channel::Voice, Capacity::of(1))]);
    for number in 1..=2 {
        let chat = world.chat(number, "q");
        world.accept(&chat);
    }
    assert_offered(&world.arrive(of(3, Channel::Voice, &world)), &[]);
    assert_eq!(world.passed_over(3, "ana"), Some(PassedOver::NotBeside { channel: Channel::Chat }));
    assert_offered(&world.complete(1), &[]);
    assert_offered(&world.complete(2), &[(3, "ana")]);
}

#[test]
fn a_chat_that_allows_no_other_channel_waits_for_the_call_as_well() {
    let mut world = world(&[(Channel::Chat, Capacity::exclusive(2)), (Channel::Voice, Capacity::of(1))]);
    let call = world.arrive(of(1, Channel::Voice, &world));
    world.accept(&call);
    assert_offered(&world.chat(2, "q"), &[]);
    assert_offered(&world.complete(1), &[(2, "ana")]);
}

#[test]
fn email_may_go_beside_a_call_that_names_it() {
    let beside_email = Together::With(BTreeSet::from([Channel::Email]));
    let voice = Capacity { most: 1, together: beside_email };
    let mut world = world(&[
        (Channel::Voice, voice),
        (Channel::Email, Capacity::of(2)),
        (Channel::Chat, Capacity::of(2)),
    ]);
    assert_offered(&world.arrive(of(1, Channel::Voice, &world)), &[(1, "ana")]);
    assert_offered(&world.arrive(of(2, Channel::Email, &world)), &[(2, "ana")]);
    assert_offered(&world.chat(3, "q"), &[]);
}

#[test]
fn a_channel_without_capacity_is_never_offered() {
    let mut world = world(&[(Channel::Chat, Capacity::of(1))]);
    assert_offered(&world.arrive(of(1, Channel::Email, &world)), &[]);
    assert_eq!(world.passed_over(1, "ana"), Some(PassedOver::ChannelNotHandled { channel: Channel::Email }));
}

#[test]
fn more_capacity_counts_at_once_and_less_takes_nothing_away() {
    let mut world = world(&[(Channel::Chat, Capacity::of(1))]);
    let first = world.chat(1, "q");
    world.accept(&first);
    world.chat(2, "q");
    world.chat(3, "q");
    let with = |most| Input::AgentUpserted {
        profile: profile("ana", &[], &[(Channel::Chat, Capacity::of(most))], &["q"]),
    };
    assert_offered(&world.feed(with(2)), &[(2, "ana")]);
    assert_eq!(world.feed(with(1)), []);
    assert_offered(&world.complete(1), &[]);
}
