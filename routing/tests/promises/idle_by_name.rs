//! Story 6: longest idle, four ways. Three agents with one history; each definition picks its own.

use model::Channel;
use routing::*;

use crate::support::*;

/// All log in at 0 s, with room for two chats.
/// - ana: an inbound chat from 10 to 20 s.
/// - ben: an inbound chat from 12 to 15 s, an outbound one from 30 to 40 s.
/// - cem: a break from 50 to 60 s, after an inbound chat from 1 to 18 s.
/// - dua: an inbound chat from 2 s on.
fn after_history(longest_idle: LongestIdle) -> World {
    let solo = ["ana", "ben", "cem", "dua"].map(|name| (name, Queue::default()));
    let mut configuration = configuration(solo);
    configuration
        .queues
        .insert(queue("all"), Queue { selection: Selection::LongestIdle(longest_idle), ..Queue::default() });
    let mut world = World::new(configuration);
    for name in ["ana", "ben", "cem", "dua"] {
        world.log_in(profile(name, &[], &[(Channel::Chat, Capacity::of(2))], &[name, "all"]));
    }
    let begin = |world: &mut World, when: f64, number, name, direction| {
        world.until(at(when));
        let offered =
            world.arrive(TaskRequest { direction, ..request(number, name, Channel::Chat, world.now) });
        world.accept(&offered);
    };
    let end = |world: &mut World, when: f64, number| {
        world.until(at(when));
        world.complete(number);
    };
    begin(&mut world, 1.0, 3, "cem", Direction::Inbound);
    begin(&mut world, 2.0, 4, "dua", Direction::Inbound);
    begin(&mut world, 10.0, 1, "ana", Direction::Inbound);
    begin(&mut world, 12.0, 2, "ben", Direction::Inbound);
    end(&mut world, 15.0, 2);
    end(&mut world, 18.0, 3);
    end(&mut world, 20.0, 1);
    begin(&mut world, 30.0, 5, "ben", Direction::Outbound);
    end(&mut world, 40.0, 5);
    world.until(at(50.0));
    world.presence("cem", "break");
    world.until(at(60.0));
    world.presence("cem", "available");
    world
}

fn order(longest_idle: LongestIdle) -> Vec<String> {
    let mut world = after_history(longest_idle);
    let mut chosen = Vec::new();
    for number in 10..14 {
        let offered = world.chat(number, "all");
        let (_, _, by) = only_offer(&offered);
        world.presence(by.as_str(), "offline");
        chosen.push(by.as_str().to_owned());
        world.feed(Input::TaskCanceled { task: task(number), reason: model::task::CancelReason::Abandoned });
    }
    chosen
}

#[test]
fn unoccupied_counts_since_the_last_task_and_a_break_does_not_matter() {
    assert_eq!(order(LongestIdle::Unoccupied)[0], "cem");
}

#[test]
fn since_available_counts_presence_and_not_what_was_handled() {
    assert_eq!(order(LongestIdle::SinceAvailable)[0], "ana", "ana, ben and dua since 0 s: the first by id");
}

#[test]
fn since_last_inbound_is_not_touched_by_outbound_work() {
    assert_eq!(order(LongestIdle::SinceLastInbound)[0], "ben");
}

#[test]
fn since_last_interaction_counts_work_of_either_direction() {
    assert_eq!(order(LongestIdle::SinceLastInteraction)[0], "cem");
}

#[test]
fn agents_with_nothing_in_hand_come_before_those_who_have() {
    for definition in
        [LongestIdle::Unoccupied, LongestIdle::SinceLastInbound, LongestIdle::SinceLastInteraction]
    {
        let mut world = after_history(definition);
        let chosen: Vec<_> = (10..13).map(|number| only_offer(&world.chat(number, "all")).2).collect();
        assert!(!chosen.contains(&agent("dua")), "{definition:?}: {chosen:?}");
    }
}

#[test]
fn ties_break_by_id_every_time() {
    for _ in 0..5 {
        let mut world = World::new(configuration([("q", Queue::default())]));
        for name in ["dua", "ana", "cem", "ben"] {
            world.log_in(profile(name, &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
        }
        let chosen: Vec<_> = (0..4).map(|number| only_offer(&world.chat(number, "q")).2).collect();
        assert_eq!(chosen, ["ana", "ben", "cem", "dua"].map(agent));
    }
}

/// `after_history`, and two more queues of the same four agents that go by other definitions.
fn with_queues_of_other_minds() -> World {
    let mut world = after_history(LongestIdle::SinceAvailable);
    let mut queues = ["ana", "ben", "cem", "dua"].map(|name| (queue(name), Queue::default())).to_vec();
    let other = |longest_idle| Queue { selection: Selection::LongestIdle(longest_idle), ..Queue::default() };
    queues.push((queue("all"), other(LongestIdle::SinceAvailable)));
    queues.push((queue("inbound"), other(LongestIdle::SinceLastInbound)));
    queues.push((queue("unoccupied"), other(LongestIdle::Unoccupied)));
    let configuration = Configuration { queues: queues.into_iter().collect(), ..Configuration::default() };
    world.feed(Input::Configure { configuration: Box::new(configuration) });
    for name in ["ana", "ben", "cem", "dua"] {
        let served = [name, "all", "inbound", "unoccupied"];
        let profile = profile(name, &[], &[(Channel::Chat, Capacity::of(2))], &served);
        world.feed(Input::AgentUpserted { profile });
    }
    world
}

#[test]
fn each_queue_goes_by_its_own_definition_over_the_same_agents() {
    for (name, definition, first) in [
        ("all", LongestIdle::SinceAvailable, "ana"),
        ("inbound", LongestIdle::SinceLastInbound, "ben"),
        ("unoccupied", LongestIdle::Unoccupied, "cem"),
    ] {
        let mut world = with_queues_of_other_minds();
        assert_offered(&world.chat(10, name), &[(10, first)]);
        let Standing::Offered { choice: Some(choice), .. } = world.explain(10).standing else { panic!() };
        assert_eq!(choice.rule, Rule::Selected { by: Selection::LongestIdle(definition) });
    }
}

#[test]
fn a_new_definition_holds_from_the_next_task_on() {
    let mut world = after_history(LongestIdle::SinceLastInbound);
    let mut queues = ["ana", "ben", "cem", "dua"].map(|name| (queue(name), Queue::default())).to_vec();
    queues.push((
        queue("all"),
        Queue { selection: Selection::LongestIdle(LongestIdle::SinceAvailable), ..Queue::default() },
    ));
    let configuration = Configuration { queues: queues.into_iter().collect(), ..Configuration::default() };
    world.feed(Input::Configure { configuration: Box::new(configuration) });
    assert_offered(&world.chat(10, "all"), &[(10, "ana")]);
}
