//! Erasing: the words of a session and the names of its customer leave the log, the index and every
//! table in the transaction of the event that says so (the append takes them out of the outbox). The
//! events stay, without words and names.
//!
//! Here is what to read and what to write; the engine reads page by page and takes texts out of its own
//! index.

use model::SessionEvent;

use super::{IndexEntry, Place, blob, customer, redact};
use crate::codec::{self, integer};
use crate::error::StoreError;
use crate::sql::{Query, Statement, values};

/// Events read at a time.
const PAGE: i64 = 256;

/// An event that is older than its session's erasure.
pub(crate) struct OldEvent {
    pub sequence: i64,
    position: i64,
    event: SessionEvent,
}

/// What becomes of an [`OldEvent`].
pub(crate) struct Erased {
    pub update: Statement,
    /// Was in the index, and is to leave it.
    pub indexed: Option<IndexEntry>,
}

impl OldEvent {
    /// None if there is nothing in it to erase.
    pub fn erase(mut self) -> Result<Option<Erased>, StoreError> {
        let indexed = IndexEntry::of(self.position, &self.event);
        let before = self.event.clone();
        redact(&mut self.event);
        if self.event == before {
            return Ok(None);
        }
        let update = Statement::new(
            "UPDATE events SET body = ?2 WHERE position = ?1",
            values![self.position, codec::to_json(&self.event)?],
        );
        Ok(Some(Erased { update, indexed }))
    }
}

/// The next events before the one that erases; the end is reached when there are none.
pub(crate) fn page(place: &Place, after: i64) -> Query<OldEvent> {
    Query::new(
        "SELECT sequence, position, body FROM events
        WHERE stream = ?1 AND sequence > ?2 AND sequence < ?3 ORDER BY sequence LIMIT ?4",
        values![place.stream, after, integer(place.sequence.0), PAGE],
        |row| Ok(OldEvent { sequence: row.integer(0)?, position: row.integer(1)?, event: row.json(2)? }),
    )
}

/// What forgets everything that was made of the old events.
pub(crate) fn forget(place: &Place) -> Vec<Statement> {
    let mut statements = vec![customer::forget(place)];
    statements.extend(blob::forget(place));
    statements.push(Statement::new("DELETE FROM mail_ids WHERE session = ?1", values![place.session.0]));
    statements
}

/// Afterwards: what makes the customer known again by sessions that are not erased.
pub(crate) fn remember(place: &Place) -> Query<Statement> {
    customer::known_by(place)
}
