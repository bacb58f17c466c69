//! What agents and supervisors work with: the console protocol and its sockets.

mod answer;
mod connection;
mod organisation;
mod snapshot;
pub mod wire;

pub use connection::{Identity, Works, serve};
