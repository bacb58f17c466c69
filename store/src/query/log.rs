//! Questions to the log itself.

use std::num::NonZeroU64;

use model::{Epoch, Event, Recorded, Sequence, SessionEvent, SessionId, StreamId};
use uuid::Uuid;

use crate::codec::{self, count, integer};
use crate::error::StoreError;
use crate::log::Head;
use crate::projection::Place;
use crate::sql::{Query, Statement, values};

pub(crate) fn head(stream: &StreamId) -> Query<Head> {
    Query::new("SELECT id, epoch, last FROM streams WHERE name = ?1", values![stream.to_string()], |row| {
        let epoch = NonZeroU64::new(row.natural(1)?).ok_or_else(|| StoreError::corrupt("an epoch is 0"))?;
        Ok(Head { id: row.integer(0)?, epoch: Epoch(epoch), last: Sequence(row.natural(2)?) })
    })
}

/// Where a stream holds a deduplication key.
pub(crate) fn find_key(stream: &StreamId, key: Uuid) -> Query<Sequence> {
    Query::new(
        "SELECT sequence FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND key = ?2",
        values![stream.to_string(), key],
        |row| row.natural(0).map(Sequence),
    )
}

const LOAD: &str = "SELECT sequence, at, body FROM events
    WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND sequence > ?2
    ORDER BY sequence LIMIT ?3";

pub(crate) fn load(stream: &StreamId, after: Sequence, limit: usize) -> Query<Recorded<Event>> {
    let values = values![stream.to_string(), integer(after.0), count(limit)];
    let stream = stream.clone();
    Query::new(LOAD, values, move |row| {
        Ok(Recorded {
            sequence: Sequence(row.natural(0)?),
            at: row.time(1)?,
            event: codec::decode(&stream, row.text(2)?)?,
        })
    })
}

pub(crate) fn load_session(
    session: SessionId,
    after: Sequence,
    limit: usize,
) -> Query<Recorded<SessionEvent>> {
    let stream = StreamId::Session(session).to_string();
    let values = values![stream, integer(after.0), count(limit)];
    Query::new(LOAD, values, |row| codec::recorded_session(row, 0))
}

/// Deletes the first events of a stream, those before `before` and at most `most`. Only for streams whose
/// events have no projection.
pub(crate) fn cut(stream: &StreamId, before: Sequence, most: usize) -> Statement {
    Statement::new(
        "DELETE FROM events WHERE position IN (
            SELECT position FROM events
            WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND sequence < ?2
            ORDER BY sequence LIMIT ?3)",
        values![stream.to_string(), integer(before.0), count(most)],
    )
}

/// Session events in the order of all streams, each with its stream's number: what projections are made
/// anew from.
pub(crate) fn places(after: i64, limit: i64) -> Query<(i64, Place, SessionEvent)> {
    Query::folding(
        "SELECT stream.name, event.position, event.stream, event.sequence, event.at, event.body
        FROM events AS event JOIN streams AS stream ON stream.id = event.stream
        WHERE event.position > ?1 AND stream.name LIKE 'session/%'
        ORDER BY event.position LIMIT ?2",
        values![after, limit],
        |row, places| {
            if let StreamId::Session(session) = row.name(0)? {
                let recorded = codec::recorded_session(row, 3)?;
                let place =
                    Place { session, stream: row.integer(2)?, sequence: recorded.sequence, at: recorded.at };
                places.push((row.integer(1)?, place, recorded.event));
            }
            Ok(())
        },
    )
}

/// A session stream whose events are not as many as its end says.
pub(crate) fn broken_streams() -> Query<String> {
    Query::new(
        "SELECT stream.name FROM streams AS stream WHERE stream.name LIKE 'session/%'
            AND stream.last <> (SELECT count(*) FROM events WHERE events.stream = stream.id)
        LIMIT 1",
        Vec::new(),
        |row| Ok(row.text(0)?.to_owned()),
    )
}
