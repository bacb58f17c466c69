//! A task may ring at several agents at once: the first who accepts has it, and the others hear so before.

use model::task::{Priority, ReservationEnd};
use model::{Channel, ReservationId};
use routing::*;

use crate::support::*;

const AGENTS: [&str; 4] = ["ana", "ben", "cem", "dua"];

fn at_once(offers_at_once: u8, queue: Queue) -> Queue {
    Queue { offers_at_once, ..queue }
}

fn chats(name: &str, most: u16) -> AgentProfile {
    profile(name, &[], &[(Channel::Chat, Capacity::of(most))], &["q"])
}

/// Four agents with one chat each, `away` of them on a break.
fn world(settings: Queue, away: &[&str]) -> World {
    let mut world = World::new(configuration([("q", settings)]));
    for name in AGENTS {
        world.log_in(chats(name, 1));
        if away.contains(&name) {
            world.presence(name, "break");
        }
    }
    world
}

fn accept(world: &mut World, offered: &[Output], name: &str) -> Vec<Output> {
    let reservation = reservation(offered, name);
    world.feed(Input::Accept { reservation, agent: agent(name) })
}

fn reject(world: &mut World, offered: &[Output], name: &str) -> Vec<Output> {
    let reservation = reservation(offered, name);
    world.feed(Input::Reject { reservation, agent: agent(name), reason: None })
}

fn reservation(offered: &[Output], name: &str) -> ReservationId {
    offers(offered).into_iter().find(|(.., to)| *to == agent(name)).unwrap().0
}

fn ended(outputs: &[Output]) -> Vec<(u32, String, ReservationEnd)> {
    let end = |output: &Output| match output {
        Output::ReservationEnded { task, agent, outcome, .. } => {
            Some((u32::try_from(task.0.as_u128()).unwrap(), agent.to_string(), *outcome))
        }
        _ => None,
    };
    outputs.iter().filter_map(end).collect()
}

fn rescinded(number: u32, name: &str) -> (u32, String, ReservationEnd) {
    (number, name.to_owned(), ReservationEnd::Rescinded)
}

#[test]
fn the_first_who_accepts_has_it_and_the_others_hear_before_anybody_else_does() {
    let mut world = world(at_once(3, Queue::default()), &[]);
    let offered = world.chat(1, "q");
    assert_offered(&offered, &[(1, "ana"), (1, "ben"), (1, "cem")]);
    let outputs = accept(&mut world, &offered, "ben");
    assert_eq!(ended(&outputs[..2]), [rescinded(1, "ana"), rescinded(1, "cem")]);
    let reservation = reservation(&offered, "ben");
    let assigned = Output::Assigned { task: task(1), reservation, agent: agent("ben"), by: None };
    assert_eq!(outputs[2..], [assigned]);
    let late = accept(&mut world, &offered, "ana");
    let over = Refusal::OfferOver { reservation: self::reservation(&offered, "ana"), agent: agent("ana") };
    assert_eq!(late, [Output::Refused { refusal: over }]);
    assert!(world.until(at(100.0)).is_empty(), "nothing rings any more");
}

#[test]
fn each_offer_takes_a_slot_and_gives_it_back() {
    let mut world = world(at_once(50, Queue::default()), &["dua"]);
    let first = world.chat(1, "q");
    assert_offered(&first, &[(1, "ana"), (1, "ben"), (1, "cem")]);
    assert_offered(&world.chat(2, "q"), &[]);
    let board = world.router.board(world.now);
    assert_eq!((board.queues[0].waiting, board.queues[0].reserved), (1, 1));
    assert!(board.agents.iter().take(3).all(|agent| agent.tasks[0].hold == Hold::Reserved));
    let outputs = accept(&mut world, &first, "ana");
    assert_offered(&outputs, &[(2, "ben"), (2, "cem")]);
}

#[test]
fn each_rings_its_own_time_and_a_silent_agent_is_only_silent_for_itself() {
    let mut world = world(at_once(2, Queue::default()), &["ben", "cem", "dua"]);
    let offered = world.chat(1, "q");
    assert_offered(&offered, &[(1, "ana")]);
    world.until(at(10.0));
    assert_offered(&world.presence("ben", "available"), &[(1, "ben")]);
    let happened: Vec<_> = world.until(at(30.0)).into_iter().map(|(_, output)| output).collect();
    assert_eq!(ended(&happened), [(1, "ana".to_owned(), ReservationEnd::TimedOut)]);
    assert!(matches!(&happened[1], Output::AgentNotResponding { agent: by, .. } if *by == agent("ana")));
    assert_offered(&happened, &[]);
    assert_offered(&world.presence("cem", "available"), &[(1, "cem")]);
    let happened: Vec<_> = world.until(at(40.0)).into_iter().map(|(_, output)| output).collect();
    assert_eq!(ended(&happened), [(1, "ben".to_owned(), ReservationEnd::TimedOut)]);
}

#[test]
fn who_rejects_leaves_the_others_ringing_and_another_is_asked_instead() {
    let mut world = world(at_once(2, Queue { reject_delay: seconds(5.0), ..Queue::default() }), &["dua"]);
    let offered = world.chat(1, "q");
    assert_offered(&offered, &[(1, "ana"), (1, "ben")]);
    let outputs = reject(&mut world, &offered, "ana");
    assert_eq!(ended(&outputs), [(1, "ana".to_owned(), ReservationEnd::Rejected)]);
    assert_offered(&outputs, &[(1, "cem")]);
    let outputs = reject(&mut world, &outputs, "cem");
    assert_offered(&outputs, &[]);
    assert_offered_at(&world.until(at(6.0)), &[(5.0, 1, "ana")]);
    assert!(matches!(accept(&mut world, &offered, "ben")[..], [_, Output::Assigned { .. }]));
}

#[test]
fn who_becomes_free_is_asked_too_while_the_step_lasts_and_not_after() {
    let steps = vec![step(StepRequirements::AsRequested, Some(10.0)), step(StepRequirements::Anyone, None)];
    let mut world = world(at_once(4, Queue { steps, ..Queue::default() }), &["ben", "cem", "dua"]);
    assert_offered(&world.chat(1, "q"), &[(1, "ana")]);
    world.until(at(5.0));
    assert_offered(&world.presence("ben", "available"), &[(1, "ben")]);
    assert!(world.until(at(12.0)).is_empty());
    assert_offered(&world.presence("cem", "available"), &[]);
    let happened: Vec<_> = world.until(at(35.0)).into_iter().map(|(_, output)| output).collect();
    assert_eq!(ended(&happened).len(), 2);
    assert_offered(&happened, &[(1, "cem")]);
    assert_offered(&world.presence("dua", "available"), &[(1, "dua")]);
}

#[test]
fn the_first_in_line_rings_at_as_many_as_it_may_before_the_next_rings_at_all() {
    let mut world = world(at_once(3, Queue::default()), &AGENTS);
    world.chat(1, "q");
    let urgent = request(2, "q", Channel::Chat, world.now);
    world.arrive(TaskRequest { priority: Priority(1), ..urgent });
    let mut outputs = Vec::new();
    for name in AGENTS {
        outputs.extend(world.presence(name, "available"));
    }
    assert_offered(&outputs, &[(2, "ana"), (2, "ben"), (2, "cem"), (1, "dua")]);
}

#[test]
fn an_agent_who_goes_away_takes_only_its_own_offer_along() {
    let mut world = world(at_once(2, Queue::default()), &["dua"]);
    let offered = world.chat(1, "q");
    let outputs = world.presence("ana", "break");
    assert_eq!(ended(&outputs), [(1, "ana".to_owned(), ReservationEnd::Canceled)]);
    assert_offered(&outputs, &[(1, "cem")]);
    world.feed(Input::AgentRemoved { agent: agent("cem") });
    assert!(matches!(accept(&mut world, &offered, "ben")[..], [Output::Assigned { .. }]));
}

#[test]
fn what_is_canceled_or_sent_elsewhere_stops_ringing_everywhere() {
    let mut world = world(at_once(3, Queue::default()), &["dua"]);
    world.chat(1, "q");
    let reason = model::task::CancelReason::Abandoned;
    let outputs = world.feed(Input::TaskCanceled { task: task(1), reason });
    assert_eq!(ended(&outputs).len(), 3);
    assert_offered(&world.chat(2, "q"), &[(2, "ana"), (2, "ben"), (2, "cem")]);
    let to = model::task::TransferTarget::Agent { agent: agent("dua"), queue: queue("q") };
    assert_eq!(ended(&world.transfer(2, to)).len(), 3);
    assert_offered(&world.presence("dua", "available"), &[(2, "dua")]);
    assert_eq!(world.router.open_tasks(), 1);
}

#[test]
fn a_task_given_to_somebody_stops_ringing_at_the_others() {
    let mut world = world(at_once(3, Queue::default()), &["dua"]);
    let offered = world.chat(1, "q");
    let give = |to| Input::Assign {
        task: task(1),
        agent: agent(to),
        capacity: CapacityRule::Respected,
        by: Some(agent("sam")),
    };
    let outputs = world.feed(give("ben"));
    assert_eq!(ended(&outputs), [rescinded(1, "ana"), rescinded(1, "cem")]);
    let under = reservation(&offered, "ben");
    assert!(matches!(&outputs[2..], [Output::Assigned { reservation, .. }] if *reservation == under));

    let mut world = self::world(at_once(3, Queue::default()), &["dua"]);
    world.chat(1, "q");
    let outputs = world.feed(give("dua"));
    assert_eq!(ended(&outputs).len(), 3);
    assert!(
        matches!(&outputs[3..], [Output::Offered { .. }, Output::Assigned { agent: to, .. }] if *to == agent("dua"))
    );
}

#[test]
fn who_is_answered_for_has_it_before_it_rings_at_more() {
    let mut world = World::new(configuration([("q", at_once(3, Queue::default()))]));
    world.log_in(chats("ana", 1));
    let ben = AgentProfile { answering: Answering::Automatic, ..chats("ben", 1) };
    world.log_in(ben);
    world.log_in(chats("cem", 1));
    let outputs = world.chat(1, "q");
    assert_offered(&outputs, &[(1, "ana"), (1, "ben")]);
    assert_eq!(ended(&outputs), [rescinded(1, "ana")]);
    assert!(matches!(outputs[..], [_, _, Output::Offered { .. }, Output::Assigned { .. }]), "{outputs:?}");
}

/// Whoever hears that somebody was faster is free for the next at once, in the order of choice.
#[test]
fn who_was_withdrawn_is_chosen_for_the_next_by_the_queues_choice() {
    let mut world = World::new(configuration([("q", at_once(2, Queue::default()))]));
    world.log_in(chats("ana", 1));
    let offered = world.chat(1, "q");
    assert_offered(&offered, &[(1, "ana")]);
    world.until(at(5.0));
    world.chat(2, "q");
    let ben = AgentProfile { answering: Answering::Automatic, ..chats("ben", 2) };
    let outputs = world.log_in(ben);
    assert_offered(&outputs, &[(1, "ben"), (2, "ana"), (2, "ben")]);
}

#[test]
fn an_offer_that_could_not_be_recorded_is_taken_back_alone() {
    let mut world = world(at_once(2, Queue::default()), &["dua"]);
    let offered = world.chat(1, "q");
    let reservation = Some(reservation(&offered, "ana"));
    let outputs = world.feed(Input::TaskReleased { task: task(1), reservation });
    assert_eq!(ended(&outputs), [(1, "ana".to_owned(), ReservationEnd::Canceled)]);
    assert_offered(&outputs, &[(1, "cem")]);
    let again = world.feed(Input::TaskReleased { task: task(1), reservation });
    assert_eq!(again, [Output::Refused { refusal: Refusal::NotAssigned { task: task(1) } }]);
}

#[test]
fn a_change_of_the_rules_lets_ring_what_rings_and_asks_nobody_else_meanwhile() {
    let mut world = world(at_once(3, Queue::default()), &["cem", "dua"]);
    let offered = world.chat(1, "q");
    let changed = configuration([("q", at_once(4, Queue::default()))]);
    assert_eq!(world.feed(Input::Configure { configuration: Box::new(changed) }), []);
    assert_offered(&world.presence("cem", "available"), &[]);
    assert!(matches!(accept(&mut world, &offered, "ben")[..], [_, Output::Assigned { .. }]));
}

#[test]
fn a_new_place_in_line_counts_for_what_rings_still_to_come() {
    let mut world = world(at_once(2, Queue::default()), &["ben", "cem", "dua"]);
    world.chat(1, "q");
    world.chat(2, "q");
    world.feed(Input::TaskReprioritised { task: task(1), priority: Priority(-1) });
    assert_offered(&world.presence("ben", "available"), &[(2, "ben")]);
    assert_offered(&world.presence("cem", "available"), &[(2, "cem")]);
    assert_offered(&world.presence("dua", "available"), &[(1, "dua")]);
}

#[test]
fn the_explanation_names_all_who_are_asked_and_why() {
    let mut world = world(at_once(2, Queue::default()), &["dua"]);
    world.chat(1, "q");
    let Standing::Offered { agent: first, others, choice, .. } = world.explain(1).standing else { panic!() };
    assert_eq!((first, others.len(), &others[0].agent), (agent("ana"), 1, &agent("ben")));
    assert_eq!(choice.unwrap().runner_up, Some(agent("ben")));
    assert_eq!(others[0].choice.as_ref().unwrap().runner_up, Some(agent("cem")));
    assert_eq!((world.passed_over(1, "ana"), world.passed_over(1, "ben")), (None, None));
    assert!(matches!(world.passed_over(1, "cem"), Some(PassedOver::NotSelected { .. })));
    world.chat(2, "q");
    assert_eq!(world.passed_over(2, "ana"), Some(PassedOver::OfferedAnother { task: task(1) }));
}

#[test]
fn what_rings_at_several_rings_on_after_a_restart_for_the_time_it_has_left() {
    let offer = |number: u128, name: &str, expires: f64| RestoredOffer {
        reservation: ReservationId(uuid::Uuid::from_u128(number)),
        agent: agent(name),
        expires_at: at(expires),
    };
    let mut world =
        World { router: Router::new(configuration([("q", at_once(4, Queue::default()))]), 9), now: at(20.0) };
    for name in AGENTS {
        world.feed(Input::AgentUpserted { profile: chats(name, 1) });
    }
    let offers = vec![offer(1, "ana", 10.0), offer(2, "ben", 30.0), offer(3, "cem", 35.0)];
    let (task, state) = (request(1, "q", Channel::Chat, at(1.0)), RestoredState::Ringing { offers });
    let outputs = world.feed(Input::TaskRestored { task, queued_since: at(1.0), state });
    assert_eq!(ended(&outputs), [(1, "ana".to_owned(), ReservationEnd::Canceled)]);
    for name in AGENTS {
        assert_offered(&world.presence(name, "available"), &[]);
    }
    let happened: Vec<_> = world.until(at(30.0)).into_iter().map(|(_, output)| output).collect();
    assert_eq!(ended(&happened), [(1, "ben".to_owned(), ReservationEnd::TimedOut)]);
    let reservation = ReservationId(uuid::Uuid::from_u128(3));
    let outputs = world.feed(Input::Accept { reservation, agent: agent("cem") });
    assert!(matches!(outputs[..], [Output::Assigned { .. }]), "{outputs:?}");
}
