//! Where tasks go that their queue has no room or no time for.

use model::task::TransferTarget;
use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

fn limited(overflow: Overflow) -> Queue {
    Queue { deadline: Some(seconds(60.0)), overflow: Some(overflow), ..Queue::default() }
}

fn world(overflow: Overflow) -> World {
    World::new(configuration([("q", limited(overflow)), ("night", Queue::default())]))
}

fn to_bot() -> Overflow {
    Overflow::Agent { agent: agent("bot"), queue: queue("night") }
}

fn ended(number: u32, end: End, reason: OverflowReason) -> Output {
    Output::Ended { task: task(number), queue: queue("q"), end, reason }
}

fn asked(number: u32, until: Timestamp, reason: OverflowReason) -> Output {
    Output::CallbackOffered { task: task(number), queue: queue("q"), until, reason }
}

#[test]
fn a_queue_ends_in_a_message_or_voicemail_at_its_deadline() {
    for (overflow, end) in [(Overflow::Message, End::Message), (Overflow::Voicemail, End::Voicemail)] {
        let mut world = world(overflow);
        world.chat(1, "q");
        assert_eq!(world.until(at(100.0)), [(at(60.0), ended(1, end, OverflowReason::Deadline))]);
        assert_eq!(world.router.open_tasks(), 0);
    }
}

#[test]
fn a_task_that_overflows_to_a_virtual_agent_waits_for_it_while_it_is_logged_in() {
    let mut world = world(to_bot());
    world.log_in(profile("bot", &[], &CHAT, &["night"]));
    world.log_in(profile("ana", &[], &CHAT, &["night"]));
    world.presence("ana", "break");
    let first = world.chat(7, "night");
    world.accept(&first);
    world.chat(1, "q");
    let happened = world.until(at(60.0));
    let [(_, Output::Overflowed { to, agent: Some(bot), .. })] = &happened[..] else {
        panic!("{happened:?}")
    };
    assert_eq!((to, bot), (&queue("night"), &agent("bot")));
    assert_offered(&world.presence("ana", "available"), &[]);
    assert_offered(&world.complete(7), &[(1, "bot")]);
}

#[test]
fn a_virtual_agent_who_is_gone_is_not_waited_for() {
    let mut world = world(to_bot());
    world.log_in(profile("bot", &[], &CHAT, &["night"]));
    world.log_in(profile("ana", &[], &CHAT, &["night"]));
    world.presence("bot", "offline");
    world.chat(1, "q");
    assert_offered_at(&world.until(at(60.0)), &[(60.0, 1, "ana")]);
}

#[test]
fn a_customer_asked_about_a_callback_waits_on_until_the_time_to_answer_is_over() {
    let mut world = world(Overflow::Callback { answer_within: seconds(45.0) });
    world.chat(1, "q");
    let happened = world.until(at(200.0));
    let expired = Output::Expired { task: task(1), queue: queue("q") };
    assert_eq!(happened, [(at(60.0), asked(1, at(105.0), OverflowReason::Deadline)), (at(105.0), expired)]);
}

#[test]
fn an_agent_who_is_free_meanwhile_gets_the_customer_who_is_asked() {
    let mut world = world(Overflow::Callback { answer_within: seconds(45.0) });
    world.chat(1, "q");
    world.until(at(70.0));
    let offered = world.log_in(profile("ana", &[], &CHAT, &["q"]));
    assert_offered(&offered, &[(1, "ana")]);
    world.accept(&offered);
    assert_eq!(world.until(at(200.0)), []);
}

#[test]
fn who_does_not_want_to_be_called_back_leaves_as_without_the_question() {
    let mut world = world(Overflow::Callback { answer_within: seconds(45.0) });
    world.chat(1, "q");
    let declined = Input::CallbackDeclined { task: task(1) };
    let unasked = [Output::Refused { refusal: Refusal::NotAsked { task: task(1) } }];
    assert_eq!(world.feed(declined.clone()), unasked);
    world.until(at(70.0));
    assert_eq!(world.feed(declined), [Output::Expired { task: task(1), queue: queue("q") }]);
}

#[test]
fn nobody_is_asked_about_an_email_which_waits_on() {
    let mut world = world(Overflow::Callback { answer_within: seconds(45.0) });
    world.arrive(request(1, "q", Channel::Email, at(0.0)));
    assert_eq!(world.until(at(10_000.0)), []);
    assert_eq!(world.router.open_tasks(), 1);
}

#[test]
fn a_closed_queue_ends_as_it_says() {
    let mut world = World::new(configuration([(
        "q",
        Queue { when_closed: WhenClosed::Overflow, ..limited(Overflow::Message) },
    )]));
    world.chat(1, "q");
    let closed = Input::QueueClosed { queue: None, reason: "storm".into(), since: world.now, until: None };
    assert_eq!(world.feed(closed), [ended(1, End::Message, OverflowReason::Closed)]);
    assert_eq!(world.chat(2, "q"), [ended(2, End::Message, OverflowReason::Closed)]);
}

fn full(when_full: Option<Overflow>, overflow: Option<Overflow>) -> World {
    let settings = Queue { most_waiting: Some(2), when_full, overflow, ..Queue::default() };
    let mut world = World::new(configuration([("q", settings), ("night", Queue::default())]));
    for number in 1..=2 {
        assert_eq!(world.chat(number, "q"), []);
    }
    world
}

#[test]
fn who_comes_to_a_full_queue_goes_its_way_at_once() {
    let overflowed = Output::Overflowed {
        task: task(3),
        from: queue("q"),
        to: queue("night"),
        agent: None,
        reason: OverflowReason::Full,
    };
    let mut by_overflow = full(None, Some(queue("night").into()));
    assert_eq!(by_overflow.chat(3, "q"), [overflowed]);
    let mut by_its_own = full(Some(Overflow::Message), Some(queue("night").into()));
    assert_eq!(by_its_own.chat(3, "q"), [ended(3, End::Message, OverflowReason::Full)]);
    let mut without = full(None, None);
    assert_eq!(without.chat(3, "q"), [Output::Expired { task: task(3), queue: queue("q") }]);
}

#[test]
fn a_queue_has_room_again_when_somebody_has_left_it() {
    let mut world = full(Some(Overflow::Message), None);
    world.complete(1);
    assert_eq!(world.chat(3, "q"), []);
    assert_eq!(world.chat(4, "q"), [ended(4, End::Message, OverflowReason::Full)]);
}

#[test]
fn a_transfer_and_an_overflow_find_the_queue_full_too() {
    let mut world = full(Some(Overflow::Message), None);
    world.chat(3, "night");
    let moved = world.transfer(3, TransferTarget::Queue { queue: queue("q") });
    assert_eq!(moved, [ended(3, End::Message, OverflowReason::Full)]);
    let settings = Queue { most_waiting: Some(2), when_full: Some(Overflow::Message), ..Queue::default() };
    let first = Queue { deadline: Some(seconds(5.0)), overflow: Some(queue("q").into()), ..Queue::default() };
    let mut world = World::new(configuration([("first", first), ("q", settings)]));
    for number in 1..=3 {
        world.arrive(request(number, "first", Channel::Chat, at(0.0)));
    }
    let happened: Vec<_> = world.until(at(5.0)).into_iter().map(|(_, output)| output).collect();
    assert_eq!(
        happened.last(),
        Some(&ended(3, End::Message, OverflowReason::Full)),
        "the first in line get in"
    );
    assert_eq!(happened.len(), 4);
}

#[test]
fn what_comes_back_to_its_place_finds_room() {
    let mut world = full(Some(Overflow::Message), None);
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    assert_eq!(world.chat(3, "q"), []);
    let happened = world.until(at(30.0));
    assert!(happened.iter().all(|(_, output)| !matches!(output, Output::Ended { .. })), "{happened:?}");
    assert_eq!(world.router.place(world.now, task(1)).unwrap().position, 1);
}

#[test]
fn an_earlier_recording_that_names_a_queue_still_reads() {
    let text = r#"{"deadline": 10, "overflow": "night"}"#;
    let read: Queue = serde_json::from_str(text).unwrap();
    assert_eq!(read.overflow, Some(queue("night").into()));
    let written = serde_json::to_string(&limited(to_bot())).unwrap();
    assert_eq!(serde_json::from_str::<Queue>(&written).unwrap(), limited(to_bot()));
}
