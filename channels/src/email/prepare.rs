//! All that is pure about an incoming mail, in one call.

use super::envelope::Envelope;
use super::thread::{ThreadKeys, candidates};
use super::token::Tokens;
use super::wire::{Limits, ParsedMail, parse};

/// A mail that is ready for [`super::thread::decide`].
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    pub mail: ParsedMail,
    pub keys: ThreadKeys,
}

/// Reads a mail and finds what it points to. Never panics; call it off the async workers.
pub fn prepare(raw: &[u8], envelope: &Envelope, limits: &Limits, tokens: &Tokens) -> Prepared {
    let mail = parse(raw, limits);
    let keys = candidates(&mail, envelope, tokens);
    Prepared { mail, keys }
}
