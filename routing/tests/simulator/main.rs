//! What the simulator promises.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod bad_scenarios_are_refused;
mod days_are_played_by_the_rules;
mod it_agrees_with_the_closed_forms;
mod rules_meet_the_same_day;
mod support;
