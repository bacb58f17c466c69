//! What agents and supervisors work with: the console protocol and its sockets.

mod access;
mod answer;
mod connection;
mod organisation;
mod snapshot;
mod steering;
mod welcome;
pub mod wire;

pub use access::Access;
pub use answer::requirements_for;
pub use connection::{Identity, Works, serve};
pub use welcome::works;
