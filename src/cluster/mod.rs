//! Several nodes that stand in for one another.
//!
//! One node leads: its process holds the live sessions, the router and the agents' desks. Every node
//! takes connections; one that does not lead carries them, byte for byte, to the one that does. So a
//! customer or an agent may connect anywhere, and meets the same session everywhere.

mod answering;
mod introduction;
mod relay;

pub use answering::{Answering, Desk};
pub use introduction::{Introductions, NotIntroduced};
pub use relay::receive;
