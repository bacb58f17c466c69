//! The shared live state: one contract on both kinds of cluster, and Redis being broken in every way
//! that it breaks. Needs Debian's redis-server and redis-sentinel (or Redis 6.2 and later).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod contract;
mod faults;
mod layouts;
mod refused;
mod server;
mod support;
