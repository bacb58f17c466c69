//! The widget, the agents' console and the supervisors' board in real browsers, on a whole server.
//! Pictures are kept in `test-output/browser`.

#![cfg(feature = "web")]
#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use support::House;
use support::browser::play;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_an_agent_and_a_supervisor_see_the_same_story() {
    play(&House::open().await, "story").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_in_the_way_of_those_who_cannot_see_or_use_a_mouse() {
    play(&House::open().await, "accessible").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_needs_no_mouse() {
    play(&House::open().await, "keyboard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widget_speaks_the_customers_language_and_runs_its_way() {
    play(&House::open().await, "languages").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_both_ways() {
    play(&House::open().await, "files").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_listens_whispers_joins_and_takes_over() {
    play(&House::open().await, "supervising").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_why_and_why_it_was_so_a_moment_ago() {
    play(&House::open().await, "why").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_plays_the_day_again_with_other_rules() {
    play(&House::open().await, "simulation").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_from_the_keyboard_and_in_their_language() {
    play(&House::open().await, "desk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallboard_is_read_from_five_metres() {
    play(&House::open().await, "wallboard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_of_one_agent_agree() {
    play(&House::open().await, "two_tabs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_loaded_anew_miss_nothing_and_repeat_nothing() {
    play(&House::open().await, "reload").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_without_a_connection_goes_out_by_itself() {
    play(&House::open().await, "away").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_fit_a_small_window_and_a_large_zoom() {
    play(&House::open().await, "windows").await;
}
