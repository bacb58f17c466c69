//! Webhooks out: events of sessions, sent to addresses the organisation names, signed as in the
//! Standard Webhooks convention.
//!
//! What is to be sent stands in the store's outbox, written with the events that cause it, so it is
//! sent at least once; the far side tells repetitions by `webhook-id`. Calls of one session to one
//! webhook leave in order. A call never reaches into the house's own network.

mod allowed;
mod backoff;
mod delivery;

mod resolver;
mod sender;
mod signature;

pub use allowed::Allowed;
pub use backoff::next_try;
pub use delivery::{Delivery, wanted};
pub use sender::{Sender, SenderError};
pub use signature::sign;
