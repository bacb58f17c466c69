//! An append: events for one stream, all or none, with what has to be written together with them.

use model::{Epoch, Event, Sequence, StreamId, Timestamp};
use uuid::Uuid;

use crate::error::StoreError;
use crate::outbox::OutboxEntry;

/// Most events in one append.
pub const MAX_EVENTS: usize = 1_000;
/// Longest Message-ID kept for threading, in bytes (RFC 5322's line length).
pub const MAX_MAIL_ID: usize = 998;

/// Events to record at the end of a stream, together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    pub stream: StreamId,
    /// The owner's epoch, from [`Claim`]. A stream nobody has claimed takes any.
    pub epoch: Epoch,
    /// The stream's last sequence as the owner knows it.
    pub expected: Sequence,
    pub at: Timestamp,
    /// 1 to [`MAX_EVENTS`], of the stream's kind.
    pub events: Vec<Event>,
    /// What has to leave the house because of these events.
    pub outbox: Vec<OutboxEntry>,
    /// Message-IDs by which later mails find this session; only for session streams, each at most
    /// [`MAX_MAIL_ID`] bytes.
    pub mail_ids: Vec<String>,
}

impl Append {
    pub fn new(
        stream: StreamId,
        epoch: Epoch,
        expected: Sequence,
        at: Timestamp,
        events: Vec<Event>,
    ) -> Self {
        Self { stream, epoch, expected, at, events, outbox: Vec::new(), mail_ids: Vec::new() }
    }
}

/// Where the events now are. They are durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub first: Sequence,
    pub last: Sequence,
    /// Of the last event, in the order of all streams.
    pub position: u64,
}

/// The ownership of a stream: every owner before it is fenced from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub epoch: Epoch,
    /// The stream's last event; [`Sequence::START`] if it has none.
    pub last: Sequence,
}

/// Why events were not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else owns the stream, with `epoch`. Never retry: stop, and let the owner answer.
    #[error("the stream has a newer owner, with epoch {}", .epoch.0)]
    Fenced { epoch: Epoch },
    /// The stream ends at `last`. Load what is missing, decide anew, then retry.
    #[error("the stream ends at {last}")]
    Conflict { last: Sequence },
    /// The event at `sequence` already has this deduplication key: an earlier try succeeded.
    /// Never retry; acknowledge with `sequence`.
    #[error("event {sequence} already has the key {key}")]
    Duplicate { key: Uuid, sequence: Sequence },
    /// The append contradicts itself. Retrying is pointless.
    #[error("cannot append: {reason}")]
    Invalid { reason: &'static str },
    /// The queue is full. Retrying later is safe: nothing was done.
    #[error("the store is busy")]
    Busy,
    /// A full disk, an I/O error, or the store is closing; nothing was acknowledged. Retrying the same
    /// append is safe: should it have become durable after all, the answer is `Duplicate` or `Conflict`.
    #[error("the store is unavailable: {reason}")]
    Unavailable { reason: String },
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable { reason } | StoreError::Corrupt { reason } => {
                Self::Unavailable { reason }
            }
        }
    }
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}
