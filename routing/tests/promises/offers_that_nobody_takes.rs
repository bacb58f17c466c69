//! Story 5: an ignored offer is not a rejected one, and late answers change nothing.

use model::Channel;
use model::task::ReservationEnd;
use routing::*;

use crate::support::*;

fn two_agents() -> World {
    let mut world = World::new(configuration([("q", Queue::default())]));
    for name in ["ana", "ben"] {
        world.log_in(profile(name, &[], &[(Channel::Chat, Capacity::of(2))], &["q"]));
    }
    world
}

#[test]
fn a_task_that_rings_out_goes_on_at_its_place_and_the_agent_gets_nothing_more() {
    let mut world = two_agents();
    let held = world.chat(1, "q");
    assert_offered(&held, &[(1, "ana")]);
    world.accept(&held);
    let ben = world.chat(2, "q");
    world.accept(&ben);
    world.until(at(1.0));
    assert_offered(&world.chat(3, "q"), &[(3, "ana")]);
    world.until(at(2.0));
    let last = world.chat(4, "q");
    world.accept(&last);
    world.until(at(3.0));
    assert_offered(&world.chat(5, "q"), &[]);
    world.until(at(20.0));
    assert_offered(&world.complete(4), &[(5, "ben")]);
    world.feed(Input::TaskCanceled { task: task(5), reason: model::task::CancelReason::Abandoned });
    assert_offered(&world.chat(6, "q"), &[(6, "ben")]);
    world.complete(2);

    let happened = world.until(at(31.0));
    let outputs: Vec<_> = happened.iter().map(|(_, output)| output.clone()).collect();
    let ended = |output: &Output| matches!(output, Output::ReservationEnded { outcome: ReservationEnd::TimedOut, task: id, .. } if *id == task(3));
    let silent = |output: &Output| {
        matches!(output, Output::AgentNotResponding { agent: by, presence: to, .. }
            if *by == agent("ana") && *to == presence("not_responding"))
    };
    assert!(ended(&outputs[0]) && silent(&outputs[1]), "{outputs:?}");
    assert_offered_at(&happened, &[(31.0, 3, "ben")]);
    world.accept(&outputs);
    assert_offered(&world.chat(7, "q"), &[]);
    let board = world.router.board(world.now);
    assert_eq!(board.agents[0].tasks.len(), 1, "the other chat is untouched");
    assert_eq!(board.agents[0].routability, Routability::NotRoutable);
    assert_offered(&world.presence("ana", "available"), &[(7, "ana")]);
}

#[test]
fn an_agent_who_rings_out_loses_the_other_offers_too() {
    let mut world = two_agents();
    world.presence("ben", "break");
    world.chat(1, "q");
    world.until(at(10.0));
    world.chat(2, "q");
    let happened = world.until(at(30.0));
    let ended: Vec<_> = happened
        .iter()
        .filter_map(|(_, output)| match output {
            Output::ReservationEnded { task, outcome, .. } => Some((*task, *outcome)),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [(task(1), ReservationEnd::TimedOut), (task(2), ReservationEnd::Canceled)]);
    assert_offered(&world.presence("ben", "available"), &[(1, "ben"), (2, "ben")]);
}

#[test]
fn a_rejected_task_comes_back_to_the_same_agent_only_after_the_delay() {
    let mut world = two_agents();
    world.presence("ben", "offline");
    let offered = world.chat(1, "q");
    assert_offered(&world.reject(&offered), &[]);
    let again = PassedOver::RejectedRecently { until: at(20.0) };
    assert_eq!(world.passed_over(1, "ana"), Some(again));
    let other = world.chat(2, "q");
    assert_offered(&other, &[(2, "ana")]);
    world.accept(&other);
    assert_offered_at(&world.until(at(25.0)), &[(20.0, 1, "ana")]);
    assert_eq!(world.router.board(world.now).agents[0].routability, Routability::Routable);
}

#[test]
fn a_rejected_task_goes_to_another_agent_at_once() {
    let mut world = two_agents();
    let offered = world.chat(1, "q");
    assert_offered(&world.reject(&offered), &[(1, "ben")]);
}

#[test]
fn an_acceptance_after_the_ring_time_is_late_however_slow_the_timer_was() {
    let mut world = two_agents();
    let (reservation, ..) = only_offer(&world.chat(1, "q"));
    world.now = at(30.0);
    let outputs = world.feed(Input::Accept { reservation, agent: agent("ana") });
    let refusal = Refusal::OfferOver { reservation, agent: agent("ana") };
    assert_eq!(outputs.last(), Some(&Output::Refused { refusal }));
    assert_offered(&outputs, &[(1, "ben")]);
}

#[test]
fn only_the_agent_who_is_asked_can_accept_and_twice_is_once() {
    let mut world = two_agents();
    let offered = world.chat(1, "q");
    let (reservation, ..) = only_offer(&offered);
    let outputs = world.feed(Input::Accept { reservation, agent: agent("ben") });
    let refusal = Refusal::NotYourOffer { reservation, agent: agent("ben") };
    assert_eq!(outputs, [Output::Refused { refusal }]);
    assert!(matches!(world.accept(&offered)[..], [Output::Assigned { .. }]));
    let refusal = Refusal::AlreadyAccepted { reservation, agent: agent("ana") };
    assert_eq!(world.accept(&offered), [Output::Refused { refusal: refusal.clone() }]);
    assert_eq!(world.reject(&offered), [Output::Refused { refusal }]);
}

#[test]
fn what_becomes_possible_at_one_moment_is_served_in_order() {
    let six = seconds(6.0);
    let settings = Queue { reject_delay: six, wrap_up_limit: Some(six), ..Queue::default() };
    let mut world = World::new(configuration([("q", settings)]));
    let chat = [(Channel::Chat, Capacity::of(1))];
    world.log_in(profile("ana", &[], &chat, &["q"]));
    let wrapped = world.chat(0, "q");
    world.accept(&wrapped);
    world.feed(Input::WrapUpStarted { task: task(0) });
    world.log_in(profile("ben", &[("rare", 1)], &chat, &["q"]));
    let mut urgent = request(2, "q", Channel::Chat, world.now);
    urgent.requirements = needs(&[("rare", 1)]);
    urgent.priority = model::task::Priority(1);
    let offered = world.arrive(urgent);
    world.reject(&offered);
    let offered = world.chat(1, "q");
    world.reject(&offered);
    assert_offered_at(&world.until(at(10.0)), &[(6.0, 2, "ben"), (6.0, 1, "ana")]);
}
