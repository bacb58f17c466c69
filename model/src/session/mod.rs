//! One customer's session: what a command would make happen, and what has happened folded up.
//!
//! [`decide`] looks at the [`State`] and says which events follow from a [`Command`], or why none
//! may; it changes nothing. [`State::evolve`] folds an event that is in the log. Whoever owns the
//! session makes the events durable in between. So the state is always the fold of the log.

mod calls;
mod closing;
mod command;
mod contact;
mod decide;
mod entries;
mod evolve;
mod merge;
mod refusal;
mod state;
mod supervise;
mod talk;
mod tasks;

pub use calls::Calls;
pub use command::{Command, Contact, NewTask};
pub use decide::decide;
pub use entries::Entries;
pub use refusal::Refusal;
pub use state::{Handover, Leg, State, Status, Task, Wanted};

/// The most bytes of one message, note or whisper.
pub const MAX_TEXT: usize = 64 * 1024;
/// The most bytes of a fact's value.
pub const MAX_FACT: usize = 1024;
/// The most attachments of one message.
pub const MAX_ATTACHMENTS: usize = 20;
/// The most facts, identities, supervisors, absorbed sessions and attached legs of one session; more are
/// refused. Legs that are detached are forgotten, the oldest first, before there are more.
pub const MAX_ENTRIES: usize = 200;
/// Transcripts sent of one session.
pub const MAX_TRANSCRIPTS: u8 = 5;
