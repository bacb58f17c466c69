//! Takes mail in over LMTP and SMTP.

mod budget;
mod command;
mod data;
mod listener;
mod session;
mod sink;

pub use budget::Budget;
pub use listener::{Listener, ListenerSettings};
pub use session::{Action, Protocol, Session, SessionSettings};
pub use sink::{MailSink, Recipient, SinkError};
