//! The vocabulary of Tandem: ids, identities, channels, tasks, events, and the session itself.
//!
//! A session is a fold of events. [`session::decide`] says what a command would make happen,
//! [`session::State::evolve`] folds what has happened; both are pure. This crate has no I/O, no
//! async, no clock and no randomness: time and new ids come with the command.

pub mod attributes;
pub mod channel;
pub mod event;
pub mod id;
pub mod identity;
pub mod session;
pub mod stream;
pub mod task;
pub mod time;

pub use attributes::{AttributeValue, Attributes, InvalidAttribute, Number, TaskFacts};
pub use channel::Channel;
pub use event::{Event, Recorded, SessionEvent};
pub use id::*;
pub use identity::{Identity, Verification};
pub use stream::{Epoch, Sequence, StreamId};
pub use time::Timestamp;
