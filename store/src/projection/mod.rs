//! Tables derived from the log, one noun a file. An event becomes statements here, without reading
//! anything; the engine runs them in the transaction of the event they show. Everything they write can
//! be thrown away and made anew from the log.
//!
//! A projection never refuses an event: what it does not understand it leaves out.

mod absorption;
mod blob;
mod customer;
pub(crate) mod erasure;
mod handling;
mod offer;
mod redaction;
mod session;
mod task;
mod text;
mod unanswered;
mod wait;

use model::{Sequence, SessionEvent, SessionId, Timestamp};

use crate::error::StoreError;
use crate::sql::Statement;

pub(crate) use customer::verification_rank;
use redaction::redact;
pub(crate) use session::channel_bit;
pub(crate) use text::IndexEntry;
pub(crate) use wait::outcome_of;

/// The tables that [`statements`] writes.
pub(crate) const TABLES: [&str; 10] = [
    "sessions",
    "tasks",
    "offers",
    "waits",
    "identities",
    "handlings",
    "absorptions",
    "blobs",
    "unanswered",
    "misses",
];

/// Where the event at hand stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub session: SessionId,
    /// The stream's number in the log.
    pub stream: i64,
    pub sequence: Sequence,
    pub at: Timestamp,
}

/// What brings every projection up to this event, in this order.
pub(crate) fn statements(place: &Place, event: &SessionEvent) -> Result<Vec<Statement>, StoreError> {
    let mut all = Vec::new();
    all.extend(session::statement(place, event)?);
    all.extend(customer::statement(place, event));
    // Before the task moves on: a wait ends by the state it was in.
    all.extend(wait::statement(place, event));
    all.extend(task::statements(place, event)?);
    all.extend(handling::statement(place, event));
    all.extend(absorption::statement(place, event));
    all.extend(unanswered::statements(place, event));
    all.extend(blob::statements(place, event));
    Ok(all)
}
