//! A new router that is told everything the log has goes on where the old one was.

use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];
const AGENTS: [&str; 3] = ["ana", "ben", "cem"];

fn organisation() -> Configuration {
    configuration([("q", Queue { wrap_up_limit: Some(seconds(100.0)), ..Queue::default() })])
}

fn restore(world: &mut World, number: u32, since: f64, state: RestoredState) -> Vec<Output> {
    let task = request(number, "q", Channel::Chat, at(since));
    world.feed(Input::TaskRestored { task, queued_since: at(since), state })
}

/// Task 1 rings at ana, ben has task 2, cem wraps up task 3, tasks 4 to 8 wait.
fn restored() -> (World, model::ReservationId) {
    let mut old = World::new(organisation());
    for name in AGENTS {
        old.log_in(profile(name, &[], &CHAT, &["q"]));
    }
    let (reservation, ..) = only_offer(&old.chat(1, "q"));

    let mut world = World { router: Router::new(organisation(), 8), now: at(20.0) };
    for name in AGENTS {
        world.feed(Input::AgentUpserted { profile: profile(name, &[], &CHAT, &["q"]) });
    }
    for number in [7, 5, 8, 4, 6] {
        assert_eq!(restore(&mut world, number, f64::from(number), RestoredState::Pending), []);
    }
    let ringing = RestoredState::Reserved { reservation, agent: agent("ana"), expires_at: at(30.0) };
    assert_eq!(restore(&mut world, 1, 1.0, ringing), []);
    let assigned = RestoredState::Assigned { agent: agent("ben"), reservation: None, is_held: false };
    assert_eq!(restore(&mut world, 2, 2.0, assigned), []);
    let wrapping = RestoredState::Wrapping { agent: agent("cem"), since: at(10.0) };
    assert_eq!(restore(&mut world, 3, 3.0, wrapping), []);
    (world, reservation)
}

#[test]
fn nobody_is_offered_more_than_fits_after_a_restart() {
    let (mut world, _) = restored();
    for name in AGENTS {
        assert_eq!(world.presence(name, "available"), []);
    }
    let board = world.router.board(world.now);
    let queue = &board.queues[0];
    assert_eq!((queue.waiting, queue.reserved, queue.assigned, queue.wrapping), (5, 1, 1, 1));
    assert_eq!(queue.waiting_since, Some(at(4.0)));
}

#[test]
fn the_waiting_are_served_in_the_same_order() {
    let (mut world, _) = restored();
    world.presence("ben", "available");
    let mut served = Vec::new();
    let mut outputs = world.complete(2);
    while let [offer] = &offers(&outputs)[..] {
        let id = offer.1;
        served.push(id);
        world.accept(&outputs);
        outputs = world.feed(Input::Completed { task: id });
    }
    assert_eq!(served, [4, 5, 6, 7, 8].map(task));
}

#[test]
fn a_ringing_offer_keeps_its_id_and_the_time_it_has_left() {
    let (mut world, reservation) = restored();
    world.presence("ana", "available");
    let outputs = world.feed(Input::Accept { reservation, agent: agent("ana") });
    assert_eq!(outputs, [Output::Assigned { task: task(1), reservation, agent: agent("ana"), by: None }]);

    let (mut world, reservation) = restored();
    world.presence("ana", "available");
    let happened = world.until(at(40.0));
    assert!(matches!(&happened[0], (when, Output::ReservationEnded { reservation: ended, .. })
        if *when == at(30.0) && *ended == reservation));
}

#[test]
fn an_offer_that_rang_out_meanwhile_is_made_again_and_is_nobodys_fault() {
    let mut world = World::new(organisation());
    world.now = at(50.0);
    world.feed(Input::AgentUpserted { profile: profile("ana", &[], &CHAT, &["q"]) });
    let reservation = model::ReservationId(uuid::Uuid::from_u128(99));
    let ringing = RestoredState::Reserved { reservation, agent: agent("ana"), expires_at: at(30.0) };
    let outputs = restore(&mut world, 1, 1.0, ringing);
    assert!(matches!(outputs[..], [Output::ReservationEnded { .. }]), "{outputs:?}");
    assert_offered(&world.presence("ana", "available"), &[(1, "ana")]);
}

#[test]
fn what_an_agent_has_in_hand_counts_even_if_offline_and_unknown() {
    let mut world = World::new(organisation());
    let assigned = RestoredState::Assigned { agent: agent("ana"), reservation: None, is_held: false };
    assert_eq!(restore(&mut world, 1, 0.0, assigned), []);
    world.chat(2, "q");
    assert_offered(&world.log_in(profile("ana", &[], &CHAT, &["q"])), &[]);
    assert_offered(&world.complete(1), &[(2, "ana")]);
}

#[test]
fn a_wrap_up_ends_when_it_would_have() {
    let (mut world, _) = restored();
    let ended = Output::WrapUpEnded { task: task(3), agent: agent("cem") };
    assert!(world.until(at(200.0)).contains(&(at(110.0), ended)));
}

#[test]
fn a_task_told_twice_is_there_once() {
    let (mut world, _) = restored();
    let refused = [Output::Refused { refusal: Refusal::DuplicateTask { task: task(2) } }];
    assert_eq!(restore(&mut world, 2, 2.0, RestoredState::Pending), refused);
    assert_eq!(world.chat(2, "q"), refused);
    assert_eq!(world.router.open_tasks(), 8);
}

#[test]
fn reservations_of_another_start_have_other_ids() {
    let ids = |seed| {
        let mut world = World { router: Router::new(organisation(), seed), now: Timestamp::EPOCH };
        world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(100))], &["q"]));
        (0..100)
            .map(|number| only_offer(&world.chat(number, "q")).0)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let (one, other) =
        (ids(0x1234_5678_9abc_def0_1122_3344_5566_7788), ids(0x8877_6655_4433_2211_0fed_cba9_8765_4321));
    assert_eq!((one.len(), one.intersection(&other).count()), (100, 0));
    assert_eq!(one.first().unwrap().0.get_version_num(), 8);
    assert_eq!(ids(5), ids(5));
}

/// A router to which two agents and task 1, waiting for ana, were told.
fn waiting_for_ana(task: TaskRequest, state: RestoredState) -> World {
    let mut world = World { router: Router::new(organisation(), 8), now: at(20.0) };
    for name in ["ana", "ben"] {
        world.feed(Input::AgentUpserted { profile: profile(name, &[], &CHAT, &["q"]) });
    }
    assert_eq!(world.feed(Input::TaskRestored { task, queued_since: at(15.0), state }), []);
    world
}

fn sent_to_ana() -> World {
    let task = request(1, "q", Channel::Chat, at(15.0));
    waiting_for_ana(task, RestoredState::WaitingFor { agent: agent("ana") })
}

#[test]
fn a_task_sent_to_one_agent_goes_on_waiting_for_that_agent() {
    let mut world = sent_to_ana();
    assert_offered(&world.presence("ben", "available"), &[]);
    assert_offered(&world.presence("ana", "break"), &[]);
    assert_offered(&world.presence("ana", "available"), &[(1, "ana")]);
}

#[test]
fn a_task_sent_to_an_agent_who_is_not_back_goes_to_the_others() {
    let mut world = sent_to_ana();
    assert_offered(&world.presence("ben", "available"), &[]);
    assert_offered(&world.presence("ana", "offline"), &[(1, "ben")]);
}

#[test]
fn the_agent_of_last_time_is_still_asked_first_after_a_restart() {
    let wish = PreferredAgent { agent: agent("ana"), last_contact: at(1.0), at_most: Some(seconds(30.0)) };
    let task = TaskRequest { preferred_agent: Some(wish), ..request(1, "q", Channel::Chat, at(15.0)) };
    let mut world = waiting_for_ana(task.clone(), RestoredState::Pending);
    assert_offered(&world.presence("ben", "available"), &[]);
    assert_offered(&world.presence("ana", "available"), &[(1, "ana")]);
    let mut world = waiting_for_ana(task, RestoredState::Pending);
    world.presence("ben", "available");
    assert_offered_at(&world.until(at(100.0)), &[(45.0, 1, "ben")]);
}
