//! The wire format of mails, read: [`parse`] turns any bytes into a [`ParsedMail`].
//!
//! It never panics, never recurses into what it reads, and its time grows with the size of the mail
//! alone. A mail is split into its leaves by our own [`entity`] walk, which keeps no tree; mails
//! inside the mail (`message/rfc822`) stay opaque files. Only single header blocks and leaves reach
//! the decoders.

mod attachment;
mod authenticity;
mod automatic;
mod body;
mod bounce;
mod bounce_reason;
mod bounce_text;
mod entity;
mod header;
mod html;
mod limits;
mod mail;
mod quote;

pub use attachment::Attachment;
pub use automatic::Automatic;
pub use bounce::{Bounce, DeliveryStatus, Severity};
pub use bounce_reason::BounceReason;
pub(crate) use html::escape as escape_html;
pub use limits::Limits;
pub use mail::{Parked, ParsedMail, Problem, parse};
pub use quote::visible_length;
