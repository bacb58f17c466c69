//! Thousands of fates, none of which breaks a promise. `CLUSTER_CASES` sets how many (1,000).

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};

use super::checker::Sharing;
use super::world::{Act, World};

const NODES: usize = 3;

fn act() -> impl Strategy<Value = Act> {
    let node = 0..3_u8;
    let subject = 0..4_u8;
    let long = 0..20_000_u16;
    prop_oneof![
        3 => (0..12_000_u16).prop_map(|millis| Act::Wait { millis }),
        6 => (node.clone(), subject.clone()).prop_map(|(node, subject)| Act::Claim { node, subject }),
        1 => (node.clone(), subject).prop_map(|(node, subject)| Act::Release { node, subject }),
        2 => (node.clone(), node.clone()).prop_map(|(from, to)| Act::Send { from, to }),
        1 => node.clone().prop_map(|node| Act::Crash { node }),
        2 => (node.clone(), long.clone()).prop_map(|(node, millis)| Act::Freeze { node, millis }),
        2 => (node.clone(), long.clone()).prop_map(|(node, millis)| Act::Cut { node, millis }),
        2 => (node, long).prop_map(|(node, millis)| Act::Slow { node, millis }),
        1 => Just(Act::Forget),
    ]
}

fn cases() -> u32 {
    std::env::var("CLUSTER_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

fn all_fates(sharing: Sharing) {
    let config =
        Config { cases: cases(), max_shrink_iters: 20_000, failure_persistence: None, ..Config::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let fates = (any::<u64>(), prop::collection::vec(act(), 0..60));
    let totals = std::cell::Cell::new((0, 0, 0));
    let outcome = runner.run(&fates, |(seed, script)| {
        let mut world = World::new(NODES, seed, sharing);
        let played = world.play(&script).map_err(TestCaseError::fail);
        let (appended, fenced, handled) = totals.get();
        let handled = handled + world.checker.handled.len();
        totals.set((appended + world.checker.appended, fenced + world.checker.fenced, handled));
        played
    });
    let (appended, fenced, handled) = totals.get();
    println!("{} runs: {appended} appends taken, {fenced} fenced, {handled} letters handled", cases());
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(appended > u64::from(cases()) && handled > cases() as usize, "hardly anything happened");
}

#[test]
fn no_two_nodes_are_safe_owners_and_no_letter_is_lost_while_redis_remembers() {
    all_fates(Sharing::Faithful);
}

#[test]
fn a_redis_that_forgets_gives_epochs_above_the_log_and_only_one_owner_writes() {
    all_fates(Sharing::Forgetful);
}

/// The checker itself: it must see two safe owners where there are two.
#[test]
fn the_checker_sees_a_lease_that_is_trusted_for_too_long() {
    use super::node::{Node, Owned};
    use crate::cluster::lease::Lease;
    use crate::cluster::names::{Incarnation, NodeId, Subject};
    use std::time::Duration;

    let now = Duration::from_secs(10);
    let owner = |name: &str, number: u128| {
        let mut node = Node::new(NodeId::new(name).unwrap(), 1_000);
        let by = Incarnation(uuid::Uuid::from_u128(number));
        node.lease = Some(Lease::granted(by, super::world::LEASE, now));
        node.own(Subject::Outbox, Owned { epoch: model::Epoch::FIRST, by });
        node
    };
    let nodes = [owner("a", 1), owner("b", 2)];
    let checker = super::checker::Checker::default();
    assert!(checker.owners(now, &nodes[..1]).is_ok());
    assert!(checker.owners(now, &nodes).is_err());
}
