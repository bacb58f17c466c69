//! Tables derived from the log, written in the transaction of the events they show, one noun a file.
//! Everything here can be thrown away and made anew from the log (`rebuild`).
//!
//! A projection never refuses an event: what it does not understand it leaves out.

mod absorption;
mod blobs;
mod customer;
mod erasure;
mod handling;
mod offers;
mod rebuild;
mod session;
mod task;
mod text;
mod unanswered;
mod wait;

use model::{Sequence, SessionEvent, SessionId, Timestamp};

use crate::error::StoreError;
use crate::sqlite::writer::Scope;

pub(crate) use customer::verification_rank;
pub(crate) use rebuild::rebuild;
pub(crate) use session::channel_bit;
pub(crate) use text::{IndexEntry, write_index};
pub(crate) use wait::outcome_of;

/// Where the event at hand stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub session: SessionId,
    /// The stream's number in the log.
    pub stream: i64,
    pub sequence: Sequence,
    pub position: i64,
    pub at: Timestamp,
}

impl Place {
    fn session_key(&self) -> &[u8; 16] {
        self.session.0.as_bytes()
    }
}

/// Brings every projection up to this event.
pub(crate) fn apply(scope: &mut Scope<'_>, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let connection = scope.connection;
    session::apply(connection, place, event)?;
    customer::apply(connection, place, event)?;
    // Before the task moves on: a wait ends by the state it was in.
    wait::apply(connection, place, event)?;
    task::apply(connection, place, event)?;
    handling::apply(connection, place, event)?;
    absorption::apply(connection, place, event)?;
    unanswered::apply(connection, place, event)?;
    blobs::apply(connection, place, event)?;
    text::apply(&mut scope.index, place, event);
    if matches!(event, SessionEvent::Erased { .. }) {
        // Words of this very append have to be in the index before they can be taken out.
        write_index(connection, &mut scope.index)?;
        erasure::erase(connection, place)?;
    }
    Ok(())
}
