//! Whether a machine of ours may answer, and whether a sender may open yet another session.
//!
//! Two machines that answer each other never stop, and some set no header that tells. So besides the
//! signs there are rates, and what is not known counts as no.

use model::Timestamp;
use std::time::Duration;

use super::envelope::Envelope;
use super::wire::{Automatic, ParsedMail};

/// New sessions are counted over this time.
pub const OPEN_WINDOW: Duration = Duration::from_secs(10 * 60);
/// New sessions for a sender in [`OPEN_WINDOW`].
pub const OPEN_AT_MOST: usize = 5;

/// What is remembered of a sender at an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SenderHistory {
    pub acknowledged: Option<Timestamp>,
    /// When the sender's newest sessions were opened; [`OPEN_AT_MOST`] of them are enough.
    pub opened: Vec<Timestamp>,
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// The envelope's sender is null: answers are not wanted.
    NullSender,
    Automatic(Automatic),
    /// Nobody to answer, or it is ourselves.
    NoAddress,
    OwnAddress,
    /// The envelope names another sender than the header: somebody's list or service, or a forged one.
    SendersDiffer,
    /// One was sent not long ago.
    Recently,
    /// The body was not read, so signs may have been missed.
    Parked,
    /// What is remembered could not be looked up.
    NotKnown,
}

/// Whether an automatic answer may go to the sender of `mail`, and if not, why. `own_domains` are ours,
/// lower case; `history` is none when it could not be looked up; a sender is answered once in `every`.
pub fn may_auto_reply(
    mail: &ParsedMail,
    envelope: &Envelope,
    own_domains: &[&str],
    history: Option<&SenderHistory>,
    every: Duration,
    now: Timestamp,
) -> Result<(), Silence> {
    let sender = envelope.sender.as_deref().ok_or(Silence::NullSender)?;
    if let Some(automatic) = mail.automatic {
        return Err(Silence::Automatic(automatic));
    }
    if mail.parked.is_some() {
        return Err(Silence::Parked);
    }
    let from = mail.from.as_ref().ok_or(Silence::NoAddress)?;
    if own_domains.contains(&from.domain()) {
        return Err(Silence::OwnAddress);
    }
    if !sender.eq_ignore_ascii_case(&from.address) {
        return Err(Silence::SendersDiffer);
    }
    let history = history.ok_or(Silence::NotKnown)?;
    let recently = history.acknowledged.is_some_and(|last| now.since(last) < every);
    if recently { Err(Silence::Recently) } else { Ok(()) }
}

/// A sender opens sessions faster than people do: hold the mail for a person to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many new sessions of one sender")]
pub struct TooManySessions;

/// Whether the sender may open another session now.
pub fn may_open_session(history: Option<&SenderHistory>, now: Timestamp) -> Result<(), TooManySessions> {
    let history = history.ok_or(TooManySessions)?;
    let recent = history.opened.iter().filter(|&&opened| now.since(opened) < OPEN_WINDOW).count();
    if recent < OPEN_AT_MOST { Ok(()) } else { Err(TooManySessions) }
}
