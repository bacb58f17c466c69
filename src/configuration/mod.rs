//! Configuration: the server's settings and the organisation.
//!
//! Two things, kept apart: [`Settings`] say how this server runs and are read at start;
//! [`Organisation`] says who works here and how, is imported and then lives in the log. Whatever is
//! wrong in a file is reported in one go, each fault with file, line, column and the nearest known
//! name. Files are hostile until parsed: size, depth and the number of faults are bounded.

mod check;
pub(crate) mod document;
pub mod duration;
mod fault;
mod flaw;
mod message;
pub(crate) mod nearest;
pub mod organisation;
pub mod secret;
pub mod settings;
pub(crate) mod source;

pub use check::{Report, check};
pub use fault::{Fault, Origin, Position};
pub use flaw::{Flaw, Path, Step};
pub use organisation::Organisation;
pub use secret::{SecretError, SecretRef, Secrets};
pub use settings::Settings;
