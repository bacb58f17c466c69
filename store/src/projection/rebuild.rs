//! Makes every projection anew from the log, in one transaction.

use model::{Sequence, SessionEvent, StreamId, Timestamp};
use rusqlite::params;

use super::{Place, apply, write_index};
use crate::error::StoreError;
use crate::sqlite::codec::{self, natural};
use crate::sqlite::writer::Scope;

/// Events read at a time.
const PAGE: i64 = 1_000;

const CLEAR: &str = "
DELETE FROM sessions;
DELETE FROM tasks;
DELETE FROM waits;
DELETE FROM identities;
DELETE FROM handlings;
DELETE FROM absorptions;
DELETE FROM blobs;
DELETE FROM unanswered;
DELETE FROM misses;
INSERT INTO search (search) VALUES ('delete-all');
";

/// Returns how many session events were read.
pub(crate) fn rebuild(scope: &mut Scope<'_>) -> Result<u64, StoreError> {
    scope.connection.execute_batch(CLEAR)?;
    let mut after = 0;
    let mut events = 0;
    loop {
        let page = page(scope, after)?;
        let Some((place, _)) = page.last() else { return Ok(events) };
        after = place.position;
        events += page.len() as u64;
        for (place, event) in &page {
            apply(scope, place, event)?;
        }
        write_index(scope.connection, &mut scope.index)?;
    }
}

fn page(scope: &Scope<'_>, after: i64) -> Result<Vec<(Place, SessionEvent)>, StoreError> {
    let mut statement = scope.connection.prepare_cached(
        "SELECT event.position, event.stream, event.sequence, event.at, event.body, stream.name
        FROM events AS event JOIN streams AS stream ON stream.id = event.stream
        WHERE event.position > ?1 AND stream.name GLOB 'session/*'
        ORDER BY event.position LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, PAGE])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let StreamId::Session(session) = codec::name(row, 5)? else { continue };
        let place = Place {
            session,
            position: row.get(0)?,
            stream: row.get(1)?,
            sequence: Sequence(natural(row.get(2)?)?),
            at: Timestamp(row.get(3)?),
        };
        events.push((place, codec::json(row.get_ref(4)?.as_str().map_err(StoreError::corrupt)?)?));
    }
    Ok(events)
}
