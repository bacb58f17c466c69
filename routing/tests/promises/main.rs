//! What the router promises, seen only from outside: inputs in, outputs out.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod a_burst_is_held_to_capacity;
mod agents_and_tasks_come_and_go;
mod answered_for_the_agent;
mod callbacks_keep_their_place;
mod capacity_across_channels;
mod checker;
mod choice_of_agent;
mod closed_by_hand;
mod decisions_are_verified;
mod ends_of_a_queue;
mod expressions;
mod given_to_an_agent;
mod histories_keep_every_promise;
mod idle_by_name;
mod missed_once_too_often;
mod naive;
mod offers_that_nobody_takes;
mod opening_hours;
mod order_and_share;
mod other_rules_are_compared;
mod picked_from_a_list;
mod random;
mod recordings_replay;
mod rejected_for_a_reason;
mod restart;
mod several_agents_at_once;
mod steps_and_deadlines;
mod steps_that_nobody_meets;
mod support;
mod the_agent_of_last_time;
mod the_same_as_a_naive_router;
mod why;
