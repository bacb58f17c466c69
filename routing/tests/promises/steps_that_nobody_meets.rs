//! A step is passed over when nobody is there for it, and then takes no time.

use model::Channel;
use routing::*;

use crate::support::*;

const CHAT: [(Channel, Capacity); 1] = [(Channel::Chat, Capacity::of(1))];

fn only(skill: &str, seconds: Option<f64>, skip_when: SkipWhen) -> Step {
    Step { skip_when, ..step(StepRequirements::Only(needs(&[(skill, 1)])), seconds) }
}

/// Experts for 30 s, seniors for 30 s, then anyone.
fn world(experts: SkipWhen, seniors: SkipWhen) -> World {
    let steps = vec![
        only("expert", Some(30.0), experts),
        only("senior", Some(30.0), seniors),
        step(StepRequirements::Anyone, None),
    ];
    World::new(configuration([("q", Queue { steps, ..Queue::default() })]))
}

fn standing(world: &World) -> (u32, Option<model::Timestamp>, Vec<u32>) {
    match world.explain(1).standing {
        Standing::Waiting { step, until, skipped, .. } => (step, until, skipped),
        other => panic!("it waits in a step, not {other:?}"),
    }
}

#[test]
fn a_step_for_which_nobody_is_logged_in_takes_no_time() {
    let mut world = world(SkipWhen::NobodyLoggedIn, SkipWhen::Never);
    world.log_in(profile("max", &[], &CHAT, &["q"]));
    world.chat(1, "q");
    assert_eq!(standing(&world), (2, Some(at(30.0)), vec![1]));
    assert_offered_at(&world.until(at(100.0)), &[(30.0, 1, "max")]);
}

#[test]
fn somebody_at_work_but_not_available_is_waited_for() {
    let mut world = world(SkipWhen::NobodyLoggedIn, SkipWhen::NobodyAvailable);
    world.log_in(profile("eva", &[("expert", 5)], &CHAT, &["q"]));
    world.log_in(profile("sam", &[("senior", 5)], &CHAT, &["q"]));
    world.presence("eva", "break");
    world.presence("sam", "break");
    world.chat(1, "q");
    assert_eq!(standing(&world), (1, Some(at(30.0)), vec![]));
    world.until(at(30.0));
    assert_eq!(standing(&world), (3, None, vec![2]), "nobody is available for the second");
}

#[test]
fn the_last_to_log_out_ends_the_step_and_later_ones_begin_earlier() {
    let mut world = world(SkipWhen::NobodyLoggedIn, SkipWhen::Never);
    for name in ["eva", "eli"] {
        world.log_in(profile(name, &[("expert", 5)], &CHAT, &["q"]));
        world.presence(name, "break");
    }
    world.chat(1, "q");
    world.until(at(10.0));
    world.presence("eva", "offline");
    assert_eq!(standing(&world).0, 1);
    world.presence("eli", "offline");
    assert_eq!(standing(&world), (2, Some(at(30.0)), vec![1]));
}

#[test]
fn an_agent_who_is_removed_or_loses_the_skill_is_no_more_there() {
    let mut world = world(SkipWhen::NobodyLoggedIn, SkipWhen::NobodyLoggedIn);
    world.log_in(profile("eva", &[("expert", 5)], &CHAT, &["q"]));
    world.log_in(profile("sam", &[("senior", 5)], &CHAT, &["q"]));
    world.presence("eva", "break");
    world.presence("sam", "break");
    world.chat(1, "q");
    world.feed(Input::AgentRemoved { agent: agent("eva") });
    assert_eq!(standing(&world), (2, Some(at(30.0)), vec![1]));
    world.feed(Input::AgentUpserted { profile: profile("sam", &[], &CHAT, &["q"]) });
    assert_eq!(standing(&world), (3, None, vec![1, 2]));
}

#[test]
fn what_was_passed_over_is_not_taken_back() {
    let mut world = world(SkipWhen::NobodyLoggedIn, SkipWhen::Never);
    world.chat(1, "q");
    assert_offered(&world.log_in(profile("eva", &[("expert", 5)], &CHAT, &["q"])), &[]);
    assert_eq!(standing(&world), (2, Some(at(30.0)), vec![1]));
    world.chat(2, "q");
    assert_offered_at(&world.until(at(60.0)), &[]);
}

#[test]
fn availability_is_judged_only_as_the_task_enters() {
    let mut world = world(SkipWhen::NobodyAvailable, SkipWhen::Never);
    world.log_in(profile("eva", &[("expert", 5)], &CHAT, &["q"]));
    let other = world.chat(7, "q");
    world.accept(&other);
    world.chat(1, "q");
    world.presence("eva", "break");
    assert_eq!(standing(&world), (1, Some(at(30.0)), vec![]));
}

#[test]
fn the_last_step_is_never_passed_over() {
    let steps = vec![
        only("expert", Some(5.0), SkipWhen::NobodyLoggedIn),
        only("guru", None, SkipWhen::NobodyLoggedIn),
    ];
    let mut world = World::new(configuration([("q", Queue { steps, ..Queue::default() })]));
    world.chat(1, "q");
    assert_eq!(standing(&world), (2, None, vec![1]));
}

/// Starts anew where eva, who can do the first step, was last in a presence; the steps of task 1.
fn restarted(presence: Option<&str>, skip_when: SkipWhen) -> World {
    let mut world = world(skip_when, SkipWhen::Never);
    world.feed(Input::AgentUpserted { profile: profile("eva", &[("expert", 5)], &CHAT, &["q"]) });
    world.now = at(10.0);
    if let Some(name) = presence {
        let (agent, presence) = (agent("eva"), crate::support::presence(name));
        world.feed(Input::AgentRestored { agent, presence, misses: 0 });
    }
    let task = request(1, "q", Channel::Chat, at(0.0));
    let restored = Input::TaskRestored { task, queued_since: at(0.0), state: RestoredState::Pending };
    assert_offered(&world.feed(restored), &[]);
    world
}

#[test]
fn after_a_restart_an_agent_is_where_the_log_says_before_anything_is_told() {
    use SkipWhen::{NobodyAvailable, NobodyLoggedIn};
    let (waits, passes) = ((1, Some(at(30.0)), vec![]), (2, Some(at(30.0)), vec![1]));
    for (presence, logged_in, available) in [
        (Some("available"), &waits, &waits),
        (Some("break"), &waits, &passes),
        (Some("offline"), &passes, &passes),
        (None, &passes, &passes),
    ] {
        assert_eq!(standing(&restarted(presence, NobodyLoggedIn)), *logged_in, "{presence:?}");
        assert_eq!(standing(&restarted(presence, NobodyAvailable)), *available, "{presence:?}");
    }
}

#[test]
fn who_was_there_before_a_restart_and_does_not_come_back_ends_the_step() {
    let mut world = restarted(Some("available"), SkipWhen::NobodyLoggedIn);
    assert_offered(&world.presence("eva", "offline"), &[]);
    assert_eq!(standing(&world), (2, Some(at(30.0)), vec![1]));
    let mut world = restarted(Some("available"), SkipWhen::NobodyLoggedIn);
    assert_offered(&world.presence("eva", "available"), &[(1, "eva")]);
}

#[test]
fn the_same_holds_for_tasks_that_are_picked() {
    let steps =
        vec![only("expert", Some(30.0), SkipWhen::NobodyLoggedIn), step(StepRequirements::Anyone, None)];
    let settings = Queue { steps, delivery: Delivery::Pull, ..Queue::default() };
    let mut world = World::new(configuration([("q", settings)]));
    world.log_in(profile("eva", &[("expert", 5)], &CHAT, &["q"]));
    world.log_in(profile("ben", &[], &CHAT, &["q"]));
    world.chat(1, "q");
    assert!(world.router.pickable(&agent("ben")).is_empty());
    world.presence("eva", "offline");
    let on_the_list: Vec<_> = world.router.pickable(&agent("ben")).iter().map(|found| found.task).collect();
    assert_eq!(on_the_list, [task(1)]);
}
