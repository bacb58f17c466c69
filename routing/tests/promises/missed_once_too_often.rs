//! Who lets offer after offer ring out is logged out, if the organisation says after how many.

use std::num::NonZeroU32;

use model::Channel;
use routing::*;

use crate::support::*;

fn world(log_out_after_misses: Option<u32>) -> World {
    let log_out_after_misses = log_out_after_misses.and_then(NonZeroU32::new);
    let configuration = Configuration { log_out_after_misses, ..configuration([("q", Queue::default())]) };
    let mut world = World::new(configuration);
    world.log_in(profile("ana", &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
    world
}

/// Lets one offer to ana ring out; what the router says of her.
fn miss(world: &mut World, number: u32) -> Vec<Output> {
    assert_offered(&world.chat(number, "q"), &[(number, "ana")]);
    let happened = world.until(world.now + seconds(30.0));
    world.feed(Input::TaskCanceled { task: task(number), reason: model::task::CancelReason::Abandoned });
    let of_ana =
        |output: &Output| matches!(output, Output::AgentNotResponding { .. } | Output::AgentLoggedOut { .. });
    happened.into_iter().map(|(_, output)| output).filter(of_ana).collect()
}

fn routability(world: &World) -> Routability {
    world.router.board(world.now).agents[0].routability
}

#[test]
fn the_last_miss_of_a_row_logs_the_agent_out() {
    let mut world = world(Some(3));
    for number in 1..3 {
        assert!(matches!(miss(&mut world, number)[..], [Output::AgentNotResponding { .. }]));
        assert_eq!(routability(&world), Routability::NotRoutable);
        world.presence("ana", "available");
    }
    let out = miss(&mut world, 3);
    assert!(
        matches!(&out[..], [Output::AgentLoggedOut { agent: by, presence: to, misses: 3, .. }]
            if *by == agent("ana") && *to == presence("offline")),
        "{out:?}"
    );
    assert_eq!(routability(&world), Routability::LoggedOut);
    assert_offered(&world.chat(4, "q"), &[]);
    assert_offered(&world.presence("ana", "available"), &[(4, "ana")]);
}

#[test]
fn an_accepted_offer_begins_the_row_anew() {
    let mut world = world(Some(2));
    miss(&mut world, 1);
    world.presence("ana", "available");
    let offered = world.chat(2, "q");
    world.accept(&offered);
    world.complete(2);
    assert!(matches!(miss(&mut world, 3)[..], [Output::AgentNotResponding { .. }]));
    world.presence("ana", "available");
    assert!(matches!(miss(&mut world, 4)[..], [Output::AgentLoggedOut { misses: 2, .. }]));
}

#[test]
fn nobody_is_logged_out_where_the_organisation_says_nothing() {
    let mut world = world(None);
    for number in 1..20 {
        assert!(matches!(miss(&mut world, number)[..], [Output::AgentNotResponding { .. }]));
        world.presence("ana", "available");
    }
}

#[test]
fn what_waits_for_an_agent_who_is_logged_out_goes_to_the_others() {
    let mut world = world(Some(1));
    world.log_in(profile("ben", &[], &[(Channel::Chat, Capacity::of(1))], &["q"]));
    world.presence("ben", "break");
    world.chat(1, "q");
    world.chat(2, "q");
    let to = model::task::TransferTarget::Agent { agent: agent("ana"), queue: queue("q") };
    world.transfer(2, to);
    world.until(at(30.0));
    assert_offered(&world.presence("ben", "available"), &[(1, "ben")]);
    assert_offered(&world.complete(1), &[(2, "ben")]);
}

#[test]
fn a_restart_does_not_begin_the_row_anew() {
    let mut world = world(Some(3));
    let restored = Input::AgentRestored { agent: agent("ana"), presence: presence("available"), misses: 2 };
    world.feed(restored);
    world.presence("ana", "available");
    assert!(matches!(miss(&mut world, 1)[..], [Output::AgentLoggedOut { misses: 3, .. }]));
}
