//! The event log and its history.
//!
//! [`Store::append`] records events at the end of a stream: durable, gapless, fenced by epoch, each
//! deduplication key once. Everything else a store answers (open tasks, past sessions, search, waits)
//! is a projection, written in the same transaction and made anew from the log at any time.
//!
//! ```no_run
//! # async fn example(session: model::SessionId, events: Vec<model::Event>) -> Result<(), Box<dyn std::error::Error>> {
//! use store::{Append, SqliteOptions, Store};
//!
//! let store = Store::open_sqlite("data".as_ref(), SqliteOptions::default())?;
//! let stream = model::StreamId::Session(session);
//! let owner = store.claim(&stream).await?;
//! let append = Append::new(stream, owner.epoch, owner.last, model::Timestamp(1), events);
//! let appended = store.append(append).await?; // durable from here on
//! # let _ = appended; Ok(()) }
//! ```

mod append;
mod blob;
pub mod cluster;
mod codec;
mod error;
mod history;
mod log;
mod outbox;
mod postgres;
mod projection;
mod query;
mod sql;
mod sqlite;
mod store;
mod transfer;

pub use append::{Append, AppendError, Appended, Claim, MAX_EVENTS, MAX_MAIL_ID};
pub use blob::{BlobError, Blobs};
pub use error::{OpenError, StoreError};
pub use history::{
    FinishedWait, HistoryEvent, Hit, LAST_TEXT, MAX_HITS, MAX_QUERY, OpenTask, SearchQuery, SearchScope,
    SessionSummary, WaitOutcome,
};
pub use outbox::{DueEntry, OutboxCounts, OutboxEntry, OutboxKind, OutboxMark};
pub use postgres::{PostgresOptions, PostgresStore, PostgresTls};
pub use sqlite::{DATABASE, SqliteOptions, SqliteStore};
pub use store::{Store, backup_folder};
pub use transfer::{MovedStream, TransferError, Transferred, transfer};
