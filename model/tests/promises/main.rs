//! What a session promises, seen only from outside: commands in, events out, and their fold.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod acts;
mod checker;
mod commands_in_particular;
mod histories_keep_every_promise;
mod log;
mod stored_events_still_read;
mod support;
