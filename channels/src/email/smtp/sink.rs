//! Where accepted mail goes: what the engine implements.

use async_trait::async_trait;
use bytes::Bytes;

use crate::email::envelope::Envelope;

/// Whether an address is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    Known,
    /// Answered 550: the far side tells its sender.
    Unknown,
    /// Answered 451: cannot say now.
    Busy,
}

/// Why a mail is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// Answered 452: the far side keeps it and tries again.
    #[error("busy")]
    Busy,
    /// Answered 552: do not retry.
    #[error("the mail is too large")]
    TooLarge,
    /// Answered 554: do not retry.
    #[error("the mail is refused")]
    Refused,
}

/// Takes mails from the listener.
#[async_trait]
pub trait MailSink: Send + Sync + 'static {
    /// Whether mail to this address (lower case) is taken.
    async fn recipient(&self, address: &str) -> Recipient;

    /// Returns `Ok` only when the raw mail is durable: the far side forgets it then. Called once a
    /// mail, whatever the number of its recipients.
    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError>;
}
