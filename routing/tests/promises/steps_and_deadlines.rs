//! Stories 3 and 4: steps relax on time, and a queue's times add up.

use model::task::{Requirements, ReservationEnd};
use model::{Channel, Timestamp};
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

/// `french>=4 and billing>=5` for 30 s, then `french>=3 and billing>=5` for 30 s, then anyone.
fn relaxing() -> World {
    let queue = Queue {
        steps: vec![
            step(StepRequirements::AsRequested, Some(30.0)),
            step(StepRequirements::Only(needs(&[("french", 3), ("billing", 5)])), Some(30.0)),
            step(StepRequirements::Anyone, None),
        ],
        ring: [(Channel::Chat, seconds(300.0))].into(),
        ..Queue::default()
    };
    World::new(configuration([("billing", queue)]))
}

fn french_billing(since: Timestamp) -> TaskRequest {
    TaskRequest {
        requirements: needs(&[("french", 4), ("billing", 5)]),
        ..request(1, "billing", Channel::Chat, since)
    }
}

#[test]
fn a_lesser_agent_is_offered_the_task_when_the_step_ends_and_not_before() {
    let mut world = relaxing();
    world.log_in(profile("lea", &[("french", 3), ("billing", 5)], &CHAT, &["billing"]));
    assert_offered(&world.arrive(french_billing(at(0.0))), &[]);
    let skill = PassedOver::MissingSkill {
        skill: model::Skill::new("french").unwrap(),
        level: model::task::Level::new(4).unwrap(),
        has: Some(model::task::Level::new(3).unwrap()),
    };
    assert_eq!(world.passed_over(1, "lea"), Some(skill));
    assert_offered_at(&world.until(at(29.999)), &[]);
    assert_offered_at(&world.until(at(30.1)), &[(30.0, 1, "lea")]);
}

#[test]
fn a_fitting_agent_who_appears_meanwhile_gets_it_at_once() {
    let mut world = relaxing();
    world.log_in(profile("lea", &[("french", 3), ("billing", 5)], &CHAT, &["billing"]));
    world.arrive(french_billing(at(0.0)));
    assert_offered_at(&world.until(at(12.0)), &[]);
    let offered = world.log_in(profile("zoe", &[("french", 5), ("billing", 5)], &CHAT, &["billing"]));
    assert_offered(&offered, &[(1, "zoe")]);
}

#[test]
fn the_last_step_takes_any_agent_of_the_queue() {
    let mut world = relaxing();
    world.log_in(profile("max", &[], &CHAT, &["billing"]));
    world.log_in(profile("tim", &[], &CHAT, &[]));
    world.arrive(french_billing(at(0.0)));
    assert_offered_at(&world.until(at(100.0)), &[(60.0, 1, "max")]);
}

#[test]
fn levels_can_be_lowered_by_a_step() {
    let lowering = Queue {
        steps: vec![
            step(StepRequirements::AsRequested, Some(10.0)),
            step(StepRequirements::LevelsLowerBy(2), None),
        ],
        ..Queue::default()
    };
    let mut world = World::new(configuration([("billing", lowering)]));
    world.log_in(profile("lea", &[("french", 2), ("billing", 3)], &CHAT, &["billing"]));
    world.arrive(french_billing(at(0.0)));
    assert_offered_at(&world.until(at(20.0)), &[(10.0, 1, "lea")]);
}

fn with_language(language: &str, profile: AgentProfile) -> AgentProfile {
    AgentProfile { languages: [model::Language::new(language).unwrap()].into(), ..profile }
}

/// A queue of one step, with a task that asks for `french>=2`, `billing>=2` and German.
fn asking(besides: Besides) -> World {
    let step = step(StepRequirements::Besides(besides), None);
    let mut world = World::new(configuration([("q", Queue { steps: vec![step], ..Queue::default() })]));
    let requirements = in_language("de", needs(&[("french", 2), ("billing", 2)]));
    world.arrive(TaskRequest { requirements, ..request(1, "q", Channel::Chat, world.now) });
    world
}

#[test]
fn a_step_asks_its_own_skills_besides_the_task_s_at_the_higher_level() {
    let mut world = asking(besides(&[("french", 4), ("senior", 1)], OfTask::Required));
    let asked = in_language("de", needs(&[("billing", 2), ("french", 4), ("senior", 1)]));
    assert_eq!(world.explain(1).requirements, asked);
    for (name, skills) in [
        ("low", &[("french", 3), ("billing", 5), ("senior", 1)][..]),
        ("new", &[("french", 5), ("billing", 5)]),
        ("elsewhere", &[("french", 5), ("senior", 5)]),
    ] {
        let profile = with_language("de", profile(name, skills, &CHAT, &["q"]));
        assert_offered(&world.log_in(profile), &[]);
        assert!(matches!(world.passed_over(1, name), Some(PassedOver::MissingSkill { .. })), "{name}");
    }
    let fit = [("french", 4), ("billing", 2), ("senior", 1)];
    assert_offered(&world.log_in(profile("mute", &fit, &CHAT, &["q"])), &[]);
    let fit = with_language("de", profile("fit", &fit, &CHAT, &["q"]));
    assert_offered(&world.log_in(fit), &[(1, "fit")]);
}

#[test]
fn a_step_may_ask_its_own_skills_instead_of_the_task_s() {
    let mut world = asking(besides(&[("senior", 2)], OfTask::Ignored));
    assert_eq!(world.explain(1).requirements, in_language("de", needs(&[("senior", 2)])));
    let senior = with_language("de", profile("zoe", &[("senior", 2)], &CHAT, &["q"]));
    assert_offered(&world.log_in(senior), &[(1, "zoe")]);
}

#[test]
fn a_step_may_ask_another_language_or_none() {
    let none = Besides { task_language: OfTask::Ignored, ..Besides::default() };
    assert_eq!(asking(none.clone()).explain(1).requirements, needs(&[("french", 2), ("billing", 2)]));
    let english = in_language("en", Requirements::NONE);
    let own = Besides { own: english, ..none };
    let asked = in_language("en", needs(&[("french", 2), ("billing", 2)]));
    assert_eq!(asking(own).explain(1).requirements, asked);
}

/// Three steps of 10 s, ring time 5 s.
fn three_steps() -> Queue {
    Queue {
        steps: vec![
            step(StepRequirements::Only(needs(&[("first", 1)])), Some(10.0)),
            step(StepRequirements::Only(needs(&[("second", 1)])), Some(10.0)),
            step(StepRequirements::Only(needs(&[("third", 1)])), Some(10.0)),
        ],
        ring: [(Channel::Chat, seconds(5.0))].into(),
        ..Queue::default()
    }
}

#[test]
fn time_spent_ringing_counts_towards_the_steps() {
    let mut world = World::new(configuration([("q", three_steps())]));
    world.chat(1, "q");
    world.until(at(3.0));
    assert_offered(&world.log_in(profile("ana", &[("first", 1)], &CHAT, &["q"])), &[(1, "ana")]);
    world.until(at(8.0));
    assert!(matches!(
        world.explain(1).standing,
        Standing::Waiting { step: 1, until: Some(until), .. } if until == at(10.0)
    ));
    world.until(at(10.0));
    assert!(matches!(
        world.explain(1).standing,
        Standing::Waiting { step: 2, until: Some(until), .. } if until == at(20.0)
    ));
    world.log_in(profile("tom", &[("third", 1)], &CHAT, &["q"]));
    assert_offered_at(&world.until(at(24.0)), &[(20.0, 1, "tom")]);
}

#[test]
fn a_task_nobody_answers_overflows_at_its_deadline_and_expires_at_the_next() {
    let first =
        Queue { deadline: Some(seconds(10.0)), overflow: Some(queue("second").into()), ..Queue::default() };
    let second = Queue { deadline: Some(seconds(10.0)), ..Queue::default() };
    let mut world = World::new(configuration([("first", first), ("second", second)]));
    world.chat(1, "first");
    let happened = world.until(at(60.0));
    let reason = OverflowReason::Deadline;
    let overflowed =
        Output::Overflowed { task: task(1), from: queue("first"), to: queue("second"), agent: None, reason };
    let expired = Output::Expired { task: task(1), queue: queue("second") };
    assert_eq!(happened, [(at(10.0), overflowed), (at(20.0), expired)]);
    assert_eq!(world.router.open_tasks(), 0);
}

#[test]
fn a_deadline_that_passes_while_ringing_counts_when_the_ring_is_over() {
    let first =
        Queue { deadline: Some(seconds(10.0)), overflow: Some(queue("second").into()), ..Queue::default() };
    let second = Queue { deadline: Some(seconds(30.0)), ..Queue::default() };
    let mut world = World::new(configuration([("first", first), ("second", second)]));
    world.log_in(profile("ana", &[], &CHAT, &["first"]));
    assert_offered(&world.chat(1, "first"), &[(1, "ana")]);
    let happened = world.until(at(100.0));
    let overflow = happened.iter().find(|(_, output)| matches!(output, Output::Overflowed { .. })).unwrap();
    assert_eq!(overflow.0, at(30.0), "not before the offer has ended");
    let expired = happened.iter().find(|(_, output)| matches!(output, Output::Expired { .. })).unwrap();
    assert_eq!(expired.0, at(40.0), "the second queue's time began when the first queue's was over");
}

#[test]
fn queues_that_overflow_into_each_other_do_not_pass_a_task_round_for_ever() {
    let to =
        |name| Queue { deadline: Some(seconds(0.0)), overflow: Some(queue(name).into()), ..Queue::default() };
    let mut world = World::new(configuration([("a", to("b")), ("b", to("a"))]));
    let outputs = world.chat(1, "a");
    assert!(matches!(outputs[..], [Output::Overflowed { .. }, Output::Expired { .. }]), "{outputs:?}");
}

#[test]
fn a_new_configuration_judges_the_waiting_anew_and_keeps_their_age() {
    let strict = Queue { steps: vec![step(StepRequirements::AsRequested, None)], ..Queue::default() };
    let mut world = World::new(configuration([("billing", strict)]));
    world.log_in(profile("max", &[], &CHAT, &["billing"]));
    for number in 1..=3 {
        let mut chat = french_billing(world.now);
        chat.id = task(number);
        world.arrive(chat);
        world.until(at(f64::from(number)));
    }
    let relaxed = Queue { steps: vec![step(StepRequirements::Anyone, None)], ..Queue::default() };
    let new = Box::new(configuration([("billing", relaxed)]));
    let offered = world.feed(Input::Configure { configuration: new });
    assert_offered(&offered, &[(1, "max")]);
    assert_eq!(world.router.place(world.now, task(2)).unwrap().position, 1);
}

#[test]
fn tasks_of_a_removed_queue_overflow_or_expire() {
    let first = Queue { overflow: Some(queue("second").into()), ..Queue::default() };
    let mut world = World::new(configuration([("first", first), ("second", Queue::default())]));
    world.chat(1, "first");
    world.chat(2, "second");
    let outputs = world
        .feed(Input::Configure { configuration: Box::new(configuration([("second", Queue::default())])) });
    assert!(matches!(&outputs[..], [Output::Overflowed { reason: OverflowReason::QueueRemoved, .. }]));
    let outputs = world.feed(Input::Configure { configuration: Box::new(configuration([])) });
    assert_eq!(outputs.len(), 2, "both expire: {outputs:?}");
}

#[test]
fn canceling_ends_the_waiting_and_the_ringing() {
    let mut world = World::new(configuration([("q", Queue::default())]));
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    world.chat(1, "q");
    world.chat(2, "q");
    let cancel =
        |number| Input::TaskCanceled { task: task(number), reason: model::task::CancelReason::Abandoned };
    let outputs = world.feed(cancel(1));
    assert!(matches!(outputs[0], Output::ReservationEnded { outcome: ReservationEnd::Canceled, .. }));
    assert_offered(&outputs, &[(2, "ana")]);
    let outputs = world.feed(cancel(1));
    assert_eq!(outputs, [Output::Refused { refusal: Refusal::UnknownTask { task: task(1) } }]);
}
