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
    let voice = Capacity { together: beside_email, ..Capacity::of(1) };
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

/// Story 7, by weight: the whole is 100.
fn weighed() -> World {
    world(&[(Channel::Voice, Capacity::weighing(100, 1)), (Channel::Chat, Capacity::weighing(20, 9))])
}

#[test]
fn by_weight_five_chats_fit_or_one_call_and_never_both() {
    let mut world = weighed();
    for number in 1..=5 {
        let chat = world.chat(number, "q");
        world.accept(&chat);
    }
    assert_offered(&world.chat(6, "q"), &[]);
    let sixth = PassedOver::TooHeavy { weighs: 20, in_hand: 100, whole: 100 };
    assert_eq!(world.passed_over(6, "ana"), Some(sixth));
    world.feed(Input::TaskCanceled { task: task(6), reason: model::task::CancelReason::Abandoned });
    assert_offered(&world.arrive(of(7, Channel::Voice, &world)), &[]);
    for number in 1..=4 {
        assert_offered(&world.complete(number), &[]);
    }
    let call = world.complete(5);
    assert_offered(&call, &[(7, "ana")]);
    world.accept(&call);
    assert_offered(&world.chat(8, "q"), &[]);
    assert_offered(&world.complete(7), &[(8, "ana")]);
}

/// Email gives way to calls; a call is alone otherwise.
fn interruptible() -> World {
    let email = Capacity { yields_to: BTreeSet::from([Channel::Voice]), ..Capacity::of(2) };
    world(&[
        (Channel::Voice, Capacity::exclusive(1)),
        (Channel::Email, email),
        (Channel::Chat, Capacity::of(2)),
    ])
}

fn held(number: u32) -> Output {
    Output::Held { task: task(number), agent: agent("ana") }
}

fn resumed(number: u32) -> Output {
    Output::Resumed { task: task(number), agent: agent("ana") }
}

#[test]
fn a_call_is_offered_over_email_which_is_held_and_goes_on_after_the_wrap_up() {
    let mut world = interruptible();
    for number in 1..=2 {
        let email = world.arrive(of(number, Channel::Email, &world));
        world.accept(&email);
    }
    let call = world.arrive(of(3, Channel::Voice, &world));
    assert_offered(&call, &[(3, "ana")]);
    assert!(!call.iter().any(|output| matches!(output, Output::Held { .. })), "not while it only rings");
    let answered = world.accept(&call);
    assert!(matches!(answered[..], [Output::Assigned { .. }, _, _]), "{answered:?}");
    assert_eq!(answered[1..], [held(1), held(2)]);
    let board = world.router.board(world.now);
    let holds: Vec<_> = board.agents[0].tasks.iter().map(|one| one.hold).collect();
    assert_eq!(holds, [Hold::Held, Hold::Held, Hold::Assigned]);
    assert_eq!(world.feed(Input::WrapUpStarted { task: task(3) }), []);
    assert_eq!(world.complete(3), [resumed(1), resumed(2)]);
}

#[test]
fn nothing_is_offered_over_a_call_and_a_chat_keeps_the_call_waiting() {
    let mut world = interruptible();
    let call = world.arrive(of(1, Channel::Voice, &world));
    world.accept(&call);
    assert_offered(&world.arrive(of(2, Channel::Email, &world)), &[]);
    let email = world.complete(1);
    world.accept(&email);
    let chat = world.chat(3, "q");
    world.accept(&chat);
    assert_offered(&world.arrive(of(4, Channel::Voice, &world)), &[]);
    assert_eq!(world.passed_over(4, "ana"), Some(PassedOver::NotBeside { channel: Channel::Chat }));
    assert_offered(&world.complete(3), &[(4, "ana")]);
}

#[test]
fn what_was_held_is_judged_anew_after_a_restart_once_the_agent_is_back() {
    let mut world = interruptible();
    world.presence("ana", "offline");
    let assigned = |is_held| RestoredState::Assigned { agent: agent("ana"), reservation: None, is_held };
    for (number, channel, is_held) in [(1, Channel::Email, true), (2, Channel::Email, false)] {
        let task = of(number, channel, &world);
        let restored = Input::TaskRestored { task, queued_since: world.now, state: assigned(is_held) };
        assert_eq!(world.feed(restored), []);
    }
    assert_eq!(world.presence("ana", "available"), [resumed(1)], "the call ended meanwhile");
}
