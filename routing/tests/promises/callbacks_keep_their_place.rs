//! Story 9: a callback is served at the place its customer had, and tried again as often as was said.

use model::task::{Callback, CallbackMode, CancelReason, ReservationEnd};
use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

const CALLS: [(Channel, Capacity); 1] = [(Channel::Voice, Capacity::of(1))];

const MINUTE: f64 = 60.0;

fn callback(mode: CallbackMode) -> Callback {
    Callback { mode, attempts: 2, interval_seconds: 600, ring_seconds: 25 }
}

fn chosen(number: u32, mode: CallbackMode) -> Input {
    Input::CallbackChosen { task: task(number), callback: callback(mode), not_before: None }
}

fn failed(number: u32) -> Input {
    Input::CallFailed { task: task(number) }
}

/// Ten o'clock is the beginning. One calls then, another at two minutes past; at five past the first
/// chooses a callback. Nobody is free.
fn ten_o_clock(mode: CallbackMode) -> World {
    let queue = Queue { ring: [(Channel::Voice, seconds(15.0))].into(), ..Queue::default() };
    let chats = Queue { ring: [(Channel::Chat, seconds(15.0))].into(), ..Queue::default() };
    let mut world = World::new(configuration([("support", queue), ("chats", chats)]));
    world.arrive(request(1, "support", Channel::Voice, at(0.0)));
    world.until(at(2.0 * MINUTE));
    world.arrive(request(2, "support", Channel::Voice, world.now));
    world.until(at(5.0 * MINUTE));
    assert_eq!(world.feed(chosen(1, mode)), [], "it is not an abandonment: nothing ends");
    assert_eq!(world.router.place(world.now, task(1)).unwrap().position, 1);
    world.until(at(6.0 * MINUTE));
    world
}

fn log_in(world: &mut World, name: &str) -> Vec<Output> {
    world.log_in(profile(name, &[], &CALLS, &["support"]))
}

fn only_call(outputs: &[Output]) -> (model::ReservationId, Timestamp) {
    let call = |output: &Output| match output {
        Output::CallCustomer { reservation, until, .. } => Some((*reservation, *until)),
        _ => None,
    };
    let calls: Vec<_> = outputs.iter().filter_map(call).collect();
    assert_eq!(calls.len(), 1, "one call is expected in {outputs:?}");
    calls[0]
}

#[test]
fn an_agent_first_callback_is_offered_before_who_called_later() {
    let mut world = ten_o_clock(CallbackMode::AgentFirst);
    let offered = log_in(&mut world, "ana");
    assert_offered(&offered, &[(1, "ana")]);
    assert!(matches!(world.accept(&offered)[..], [Output::Assigned { .. }]));
    assert_offered(&world.complete(1), &[(2, "ana")]);
}

#[test]
fn a_customer_first_callback_is_called_before_who_called_later_and_then_offered_to_the_agent_held() {
    let mut world = ten_o_clock(CallbackMode::CustomerFirst);
    let outputs = log_in(&mut world, "ana");
    assert_offered(&outputs, &[]);
    let (reservation, until) = only_call(&outputs);
    assert_eq!(until, at(6.0 * MINUTE + 25.0));
    assert!(matches!(world.explain(1).standing, Standing::Calling { until: at, .. } if at == until));
    let board = world.router.board(world.now);
    assert_eq!((board.queues[1].reserved, board.queues[1].waiting), (1, 1), "the slot is held");
    world.until(at(6.0 * MINUTE + 10.0));
    let answered = world.feed(Input::CustomerAnswered { task: task(1) });
    assert_eq!(only_offer(&answered), (reservation, task(1), agent("ana")));
    assert!(matches!(world.accept(&answered)[..], [Output::Assigned { .. }]));
    assert_eq!(world.feed(failed(1)), [Output::Refused { refusal: Refusal::NotCalling { task: task(1) } }]);
}

#[test]
fn a_customer_who_answered_and_whose_agent_does_not_is_offered_to_the_next_without_another_call() {
    let mut world = ten_o_clock(CallbackMode::CustomerFirst);
    log_in(&mut world, "ana");
    world.feed(Input::CustomerAnswered { task: task(1) });
    log_in(&mut world, "ben");
    world.complete(2);
    let happened = world.until(at(6.0 * MINUTE + 15.0));
    assert_offered_at(&happened, &[(6.0 * MINUTE + 15.0, 1, "ben")]);
}

#[test]
fn attempts_and_intervals_are_honoured_agent_first() {
    let mut world = ten_o_clock(CallbackMode::AgentFirst);
    let offered = log_in(&mut world, "ana");
    world.accept(&offered);
    world.until(at(7.0 * MINUTE));
    assert_offered(&world.feed(failed(1)), &[(2, "ana")]);
    let standing = Standing::Scheduled { not_before: at(17.0 * MINUTE), attempts: Some(1) };
    assert_eq!(world.explain(1).standing, standing);
    assert_eq!(world.router.place(world.now, task(1)), None, "it is not in line meanwhile");
    world.complete(2);
    // One who called before the next attempt does not come before it.
    world.until(at(16.0 * MINUTE));
    world.presence("ana", "break");
    world.arrive(request(3, "support", Channel::Voice, world.now));
    assert_offered_at(&world.until(at(17.0 * MINUTE)), &[]);
    let offered = world.presence("ana", "available");
    assert_offered(&offered, &[(1, "ana")]);
    world.accept(&offered);
    let over = world.feed(failed(1));
    assert!(over.contains(&Output::CallbackOver { task: task(1), queue: queue("support") }), "{over:?}");
    assert_offered(&over, &[(3, "ana")]);
    assert_eq!(world.router.open_tasks(), 1);
}

#[test]
fn attempts_and_intervals_are_honoured_customer_first() {
    let mut world = ten_o_clock(CallbackMode::CustomerFirst);
    world.feed(Input::TaskCanceled { task: task(2), reason: CancelReason::Abandoned });
    only_call(&log_in(&mut world, "ana"));
    let happened = world.until(at(16.0 * MINUTE + 24.999));
    let ended = |output: &Output| {
        matches!(output, Output::ReservationEnded { outcome: ReservationEnd::Canceled, .. })
    };
    assert_eq!(happened.len(), 1);
    assert!(happened[0].0 == at(6.0 * MINUTE + 25.0) && ended(&happened[0].1), "{happened:?}");
    let happened = world.until(at(16.0 * MINUTE + 25.0));
    only_call(&[happened[0].1.clone()]);
    let over = world.feed(failed(1));
    assert!(ended(&over[0]));
    assert_eq!(over[1..], [Output::CallbackOver { task: task(1), queue: queue("support") }]);
}

#[test]
fn an_agent_not_accepting_is_no_attempt() {
    let mut world = ten_o_clock(CallbackMode::AgentFirst);
    let offered = log_in(&mut world, "ana");
    world.reject(&offered);
    let offered = log_in(&mut world, "ben");
    assert_offered(&offered, &[(1, "ben")]);
    world.until(at(6.0 * MINUTE + 15.0));
    let offered = log_in(&mut world, "cem");
    assert_offered(&offered, &[(1, "cem")]);
    world.accept(&offered);
    world.feed(failed(1));
    let attempts = Some(1);
    assert!(
        matches!(world.explain(1).standing, Standing::Scheduled { attempts: left, .. } if left == attempts)
    );
}

#[test]
fn an_agent_who_leaves_while_the_customer_is_called_ends_the_call_and_no_attempt() {
    let mut world = ten_o_clock(CallbackMode::CustomerFirst);
    log_in(&mut world, "ana");
    log_in(&mut world, "ben");
    let outputs = world.presence("ana", "break");
    assert!(matches!(outputs[..], [Output::ReservationEnded { .. }]), "{outputs:?}");
    assert!(matches!(world.explain(1).standing, Standing::Waiting { position: 1, .. }));
    let late = world.feed(Input::CustomerAnswered { task: task(1) });
    assert_eq!(late, [Output::Refused { refusal: Refusal::NotCalling { task: task(1) } }]);
}

#[test]
fn a_call_that_rang_out_at_the_moment_its_agent_leaves_was_an_attempt() {
    let mut world = ten_o_clock(CallbackMode::CustomerFirst);
    world.feed(Input::TaskCanceled { task: task(2), reason: CancelReason::Abandoned });
    let calls_and_chats = [(Channel::Voice, Capacity::of(1)), (Channel::Chat, Capacity::of(1))];
    let both = ["support", "chats"];
    let (_, until) = only_call(&world.log_in(profile("ana", &[], &calls_and_chats, &both)));
    world.until(Timestamp(until.as_millis() - 15_000));
    assert_offered(&world.chat(3, "chats"), &[(3, "ana")]);
    world.until(until);
    let attempts = Some(1);
    assert!(
        matches!(world.explain(1).standing, Standing::Scheduled { attempts: left, .. } if left == attempts)
    );
}

#[test]
fn a_callback_outlasts_the_queues_deadline_and_waits_while_it_is_closed() {
    let queue = Queue {
        deadline: Some(seconds(60.0)),
        overflow: Some(Overflow::Message),
        when_closed: WhenClosed::Overflow,
        ..Queue::default()
    };
    let mut world = World::new(configuration([("support", queue)]));
    world.arrive(request(1, "support", Channel::Voice, at(0.0)));
    world.feed(chosen(1, CallbackMode::AgentFirst));
    let closed = Input::QueueClosed { queue: None, reason: "fire".into(), since: world.now, until: None };
    assert_eq!(world.feed(closed), []);
    assert_eq!(world.until(at(3_600.0)), []);
    assert_offered(&log_in(&mut world, "ana"), &[]);
    assert_offered(&world.feed(Input::QueueReopened { queue: None }), &[(1, "ana")]);
}

#[test]
fn who_is_spoken_with_already_chooses_no_callback() {
    let mut world = World::new(configuration([("support", Queue::default())]));
    log_in(&mut world, "ana");
    let offered = world.arrive(request(1, "support", Channel::Voice, at(0.0)));
    world.accept(&offered);
    let refused = world.feed(chosen(1, CallbackMode::AgentFirst));
    assert_eq!(refused, [Output::Refused { refusal: Refusal::NotWaiting { task: task(1) } }]);
}

#[test]
fn a_chat_becomes_a_call_and_goes_to_who_takes_calls() {
    let mut world = World::new(configuration([("support", Queue::default())]));
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &["support"]));
    assert_offered(&world.chat(1, "support"), &[(1, "ana")]);
    let outputs = world.feed(chosen(1, CallbackMode::AgentFirst));
    assert!(matches!(outputs[..], [Output::ReservationEnded { .. }]), "the chat rings no more: {outputs:?}");
    assert_offered(&log_in(&mut world, "ben"), &[(1, "ben")]);
}

#[test]
fn scheduled_work_is_offered_at_its_time_and_at_the_place_of_its_age() {
    let queue = Queue { deadline: Some(seconds(60.0)), ..Queue::default() };
    let mut world = World::new(configuration([("support", queue)]));
    world.now = at(100.0);
    let at_five =
        TaskRequest { not_before: Some(at(300.0)), ..request(1, "support", Channel::Voice, at(100.0)) };
    assert_eq!(world.arrive(at_five), []);
    log_in(&mut world, "ana");
    assert_offered_at(&world.until(at(299.999)), &[]);
    assert_eq!(world.explain(1).needs, [Need::Time { at: at(300.0) }]);
    assert_eq!(world.passed_over(1, "ana"), Some(PassedOver::NotYet { until: at(300.0) }));
    assert_offered_at(&world.until(at(300.0)), &[(300.0, 1, "ana")]);
}

#[test]
fn the_queues_times_of_scheduled_work_begin_at_its_time() {
    let queue_settings = Queue { deadline: Some(seconds(60.0)), ..Queue::default() };
    let mut world = World::new(configuration([("support", queue_settings)]));
    let later = TaskRequest { not_before: Some(at(300.0)), ..request(1, "support", Channel::Voice, at(0.0)) };
    world.arrive(later);
    let expired = Output::Expired { task: task(1), queue: queue("support") };
    assert_eq!(world.until(at(1_000.0)), [(at(360.0), expired)]);
}

#[test]
fn a_restart_keeps_the_attempts_the_time_and_the_place() {
    let mut world = World::new(configuration([("support", Queue::default())]));
    world.now = at(500.0);
    world.feed(Input::AgentUpserted { profile: profile("ana", &[], &CALLS, &["support"]) });
    let left = Callback { attempts: 1, ..callback(CallbackMode::AgentFirst) };
    let called = TaskRequest {
        callback: Some(left),
        not_before: Some(at(600.0)),
        ..request(1, "support", Channel::Voice, at(0.0))
    };
    let waiting = request(2, "support", Channel::Voice, at(10.0));
    for (request, since) in [(called, at(0.0)), (waiting, at(10.0))] {
        let state = RestoredState::Pending;
        assert_eq!(world.feed(Input::TaskRestored { task: request, queued_since: since, state }), []);
    }
    assert_eq!(world.until(at(600.0)), []);
    let offered = world.presence("ana", "available");
    assert_offered(&offered, &[(1, "ana")]);
    world.accept(&offered);
    assert!(world.feed(failed(1)).contains(&Output::CallbackOver { task: task(1), queue: queue("support") }));
}

#[test]
fn another_age_is_another_place() {
    let mut world = World::new(configuration([("support", Queue::default())]));
    for (number, since) in [(1, 0.0), (2, 10.0), (3, 20.0)] {
        world.arrive(request(number, "support", Channel::Voice, at(since)));
    }
    world.now = at(30.0);
    world.feed(Input::TaskAged { task: task(3), waiting_since: at(5.0) });
    world.feed(Input::TaskAged { task: task(1), waiting_since: at(15.0) });
    let order = [3, 2, 1].map(|number| world.router.place(world.now, task(number)).unwrap().position);
    assert_eq!(order, [1, 2, 3]);
    assert_offered(&log_in(&mut world, "ana"), &[(3, "ana")]);
}
