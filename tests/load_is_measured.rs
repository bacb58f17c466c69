//! `tandem load` against servers of its own, with a handful of sockets: it measures what it says.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::process::Command;

/// Runs a measurement to its end; answers what it printed.
fn load(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tandem")).arg("load").args(arguments).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}{complaints}");
    told
}

#[test]
fn all_messages_of_a_steady_load_are_seen() {
    let told = load(&["messages", "--sessions", "12", "--rate", "40", "--seconds", "1"]);
    assert!(told.contains("messages not seen: 0"), "{told}");
    assert!(told.contains("refused: 0"), "{told}");
    assert!(told.contains("message to console: p50"), "{told}");
    assert!(told.contains("memory of a live session"), "{told}");
}

#[test]
fn agents_who_become_free_have_a_next_offer() {
    let told = load(&["offers", "--waiting", "8", "--agents", "2", "--hold-ms", "20", "--seconds", "1"]);
    assert!(told.contains("the next offer on the socket: p50"), "{told}");
    assert!(told.contains("refused: 0"), "{told}");
}

#[test]
fn every_task_that_waited_before_a_restart_is_assigned_after_it() {
    let told = load(&["restart", "--waiting", "30", "--agents", "3"]);
    assert!(told.contains("not assigned: 0"), "{told}");
}

#[test]
fn a_burst_is_compared_with_the_store_alone() {
    let told = load(&["burst", "--customers", "8", "--seconds", "1"]);
    assert!(told.contains("the store alone"), "{told}");
    assert!(told.contains("refused: 0"), "{told}");
}

#[test]
fn a_check_fails_where_an_aim_is_missed() {
    let missed = ["messages", "--sessions", "1", "--rate", "1", "--seconds", "1", "--check"];
    let output = Command::new(env!("CARGO_BIN_EXE_tandem")).arg("load").args(missed).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_ne!(told.contains("NOT reached"), output.status.success(), "{told}");
}
