//! What goes wrong around a server: its clock, its process, its machine. Each test prints its figure;
//! `TANDEM_ROUNDS` plays more rounds than continuous integration does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod clocks;
mod kills;
mod pauses;

/// How often something is done over: so often unless `TANDEM_ROUNDS` says otherwise.
fn rounds(usually: usize) -> usize {
    std::env::var("TANDEM_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usually)
}
