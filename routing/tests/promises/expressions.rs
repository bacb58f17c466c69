//! Expressions decide who is offered what, in steps and by tasks, and say so when asked.

use model::task::{Condition, Priority, Requirements};
use model::{AttributeValue, Channel, Intent, Name, TaskFacts};
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

fn condition(text: &str) -> Requirements {
    Requirements::NONE.with_conditions([Condition::new(text).unwrap()])
}

fn only(text: &str, duration: Option<f64>) -> Step {
    step(StepRequirements::Only(condition(text)), duration)
}

fn world(steps: Vec<Step>) -> World {
    let ring = [(Channel::Chat, seconds(300.0))].into();
    World::new(configuration([("q", Queue { steps, ring, ..Queue::default() })]))
}

fn of_team(name: &str, team: &str, skills: &[(&str, u8)]) -> AgentProfile {
    let mut profile = profile(name, skills, &CHAT, &["q"]);
    profile.attributes.insert(Name::new("team").unwrap(), AttributeValue::Text(team.into())).unwrap();
    profile
}

fn about(number: u32, intent: &str, requirements: Requirements, world: &World) -> TaskRequest {
    TaskRequest {
        facts: TaskFacts { intent: Some(Intent::new(intent).unwrap()), ..TaskFacts::default() },
        requirements,
        ..request(number, "q", Channel::Chat, world.now)
    }
}

/// Story 3, with its steps as expressions.
#[test]
fn steps_written_as_expressions_relax_on_time() {
    let mut world = world(vec![
        only("agent.skills.french >= 4 && agent.skills.billing >= 5", Some(30.0)),
        only("agent.skills.french >= 3 && agent.skills.billing >= 5", Some(30.0)),
        step(StepRequirements::Anyone, None),
    ]);
    world.log_in(profile("lea", &[("french", 3), ("billing", 5)], &CHAT, &["q"]));
    assert_offered(&world.chat(1, "q"), &[]);
    assert!(matches!(world.passed_over(1, "lea"), Some(PassedOver::MissingSkill { .. })));
    assert_offered_at(&world.until(at(29.999)), &[]);
    assert_offered_at(&world.until(at(30.1)), &[(30.0, 1, "lea")]);
    assert_offered(&world.chat(2, "q"), &[]);
    assert_offered_at(&world.until(at(42.0)), &[]);
    let zoe = profile("zoe", &[("french", 5), ("billing", 5)], &CHAT, &["q"]);
    assert_offered(&world.log_in(zoe), &[(2, "zoe")]);
}

#[test]
fn an_attribute_decides_and_the_part_that_fails_is_named() {
    let mut world = world(vec![only("agent.skills.billing >= 2 && agent.attributes.team == 'north'", None)]);
    world.log_in(of_team("sue", "south", &[("billing", 3)]));
    world.log_in(profile("tim", &[("billing", 3)], &CHAT, &["q"]));
    assert_offered(&world.chat(1, "q"), &[]);
    let text = "agent.attributes.team == 'north'".to_owned();
    let other = PassedOver::Expression { text: text.clone(), unknown: None };
    assert_eq!(world.passed_over(1, "sue"), Some(other));
    let unknown = Some("agent.attributes.team".to_owned());
    assert_eq!(world.passed_over(1, "tim"), Some(PassedOver::Expression { text, unknown }));
    let offered = world.log_in(of_team("noa", "north", &[("billing", 3)]));
    assert_offered(&offered, &[(1, "noa")]);
}

#[test]
fn a_new_profile_and_a_transfer_are_judged_by_the_expression_anew() {
    let mut world = world(Vec::new());
    world.log_in(of_team("ana", "south", &[]));
    let asked = condition("task.intent != 'refund' || agent.attributes.team == 'north'");
    let refund = about(1, "refund", asked.clone(), &world);
    assert_offered(&world.arrive(refund), &[]);
    let moved = world.feed(Input::AgentUpserted { profile: of_team("ana", "north", &[]) });
    assert_offered(&moved, &[(1, "ana")]);
    world.complete(1);
    world.feed(Input::AgentUpserted { profile: of_team("ana", "south", &[]) });
    let refund = about(2, "refund", asked.clone(), &world);
    assert_offered(&world.arrive(refund), &[]);
    let known = TaskFacts { intent: Some(Intent::new("order").unwrap()), ..TaskFacts::default() };
    let outputs = world.feed(Input::TaskTransferred {
        task: task(2),
        target: model::task::TransferTarget::Queue { queue: queue("q") },
        requirements: asked,
        preferred_agent: None,
        facts: Some(known),
    });
    assert_offered(&outputs, &[(2, "ana")]);
}

#[test]
fn a_task_whose_priority_changes_is_judged_anew() {
    let mut world = world(vec![only("task.priority >= 5 || agent.skills.vip >= 1", None)]);
    world.log_in(profile("ana", &[], &CHAT, &["q"]));
    assert_offered(&world.chat(1, "q"), &[]);
    let raised = world.feed(Input::TaskReprioritised { task: task(1), priority: Priority(5) });
    assert_offered(&raised, &[(1, "ana")]);
}

#[test]
fn what_is_learned_of_a_waiting_task_counts_at_once_and_its_place_in_line_stays() {
    let asked = "task.intent == 'refund' || agent.attributes.team == 'north'";
    let mut world = world(vec![only(asked, None)]);
    world.log_in(of_team("sue", "south", &[]));
    for number in [1, 2] {
        assert_offered(&world.chat(number, "q"), &[]);
    }
    let learn = |world: &mut World, number, intent: &str| {
        let facts = TaskFacts { intent: Some(Intent::new(intent).unwrap()), ..TaskFacts::default() };
        world.feed(Input::FactsLearned { task: task(number), facts })
    };
    assert_offered(&learn(&mut world, 2, "order"), &[]);
    assert_offered(&learn(&mut world, 2, "refund"), &[(2, "sue")]);
    assert_offered(&learn(&mut world, 1, "refund"), &[]);
    assert_offered(&world.chat(3, "q"), &[]);
    assert_offered(&world.complete(2), &[(1, "sue")]);
    // What is known no more does not count, and while an agent has it nothing moves.
    let forgotten = world.feed(Input::FactsLearned { task: task(1), facts: TaskFacts::default() });
    assert_offered(&forgotten, &[]);
}

#[test]
fn the_first_in_line_whom_the_expression_admits_is_served_first() {
    let mut world = world(vec![only("task.intent != 'refund' || agent.attributes.team == 'north'", None)]);
    for (number, intent) in [(1, "refund"), (2, "order"), (3, "refund")] {
        let asked = about(number, intent, Requirements::NONE, &world);
        assert_offered(&world.arrive(asked), &[]);
    }
    assert_offered(&world.log_in(of_team("sue", "south", &[])), &[(2, "sue")]);
    assert_offered(&world.log_in(of_team("noa", "north", &[])), &[(1, "noa")]);
    assert_offered(&world.log_in(of_team("nia", "north", &[])), &[(3, "nia")]);
}
