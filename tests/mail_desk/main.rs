//! Mail that comes in: acknowledged once, routed by what it says, never lost, never harmful.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

#[path = "../support/mod.rs"]
mod support;

mod acknowledgement;
mod backlog;
mod hostile;
mod intent;
mod outgoing;
mod parked;
mod verified;
