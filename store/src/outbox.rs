//! What has to leave the house: mails and webhooks, written with the events that cause them.

use model::Timestamp;
use uuid::Uuid;

/// Who carries an entry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutboxKind {
    Mail,
    Webhook,
}

/// Something to send, once its append is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    /// Also the key by which the far side can tell a repetition; an id already known is ignored.
    pub id: Uuid,
    pub kind: OutboxKind,
    /// Entries of one kind and target leave in the order they were written, one at a time.
    pub target: String,
    pub payload: serde_json::Value,
    pub not_before: Timestamp,
}

/// An entry whose time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct DueEntry {
    pub id: Uuid,
    pub target: String,
    pub payload: serde_json::Value,
    /// Tries so far that failed.
    pub attempts: u32,
    pub created_at: Timestamp,
}

/// What became of a try to send an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxMark {
    /// Done; its payload is dropped.
    Sent,
    /// Try again from `at`; entries of the same target wait behind it.
    Retry { at: Timestamp, error: String },
    /// Given up; entries of the same target go on.
    Failed { error: String },
}

/// Entries by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    pub pending: u64,
    pub sent: u64,
    pub failed: u64,
}
