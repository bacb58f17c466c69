//! Email: a translator between mails and the session's vocabulary. It knows neither the store nor
//! the engine.
//!
//! Wire formats are pure: [`wire`] reads a mail, [`compose`] writes one, [`thread`] says where it
//! belongs, [`loops`] whether it may be answered by a machine, [`smtp::Session`] speaks LMTP and
//! SMTP without I/O. Transports stand apart: [`smtp::Listener`] takes mail in, [`send`] gives it to
//! a smarthost.
//!
//! ```text
//! Listener → MailSink (the engine: raw mail durable, then 250)
//!          → prepare (pure, on a blocking thread) → thread::decide → a command to a session
//! session event → compose → outbox (the engine) → Smarthost → Sent, Temporary or Permanent
//! ```

mod address;
pub mod compose;
mod envelope;
pub mod loops;
mod prepare;
pub mod send;
pub mod smtp;
pub mod thread;
pub mod token;
pub mod wire;

pub use address::{Mailbox, normalise_address};
pub use envelope::Envelope;
pub use prepare::{Prepared, prepare};
pub use token::Tokens;
pub use wire::{Limits, ParsedMail, parse};
