//! The history of sessions that were merged, and of all sessions together.

use model::{SessionId, StreamId};

use crate::codec::{self, count, integer};
use crate::history::HistoryEvent;
use crate::sql::{Query, Sql, values};

/// The session's own events and those of sessions absorbed in it, each as far as it was absorbed, in
/// the order in which they happened. `UNION` ends also where sessions absorb each other in a circle.
const HISTORY: &str = "
WITH RECURSIVE parts (session, through) AS (
    SELECT session, 9223372036854775807 FROM sessions WHERE session = ?1
    UNION
    SELECT absorption.other, absorption.through FROM absorptions AS absorption
    JOIN parts ON absorption.session = parts.session
),
bounds (session, through) AS (SELECT session, max(through) FROM parts GROUP BY session)
SELECT bounds.session, event.position, event.sequence, event.at, event.body
FROM bounds
JOIN sessions AS session ON session.session = bounds.session
JOIN events AS event ON event.stream = session.stream AND event.sequence <= bounds.through
WHERE event.position > ?2 ORDER BY event.position LIMIT ?3";

pub(crate) fn of_session(session: SessionId, after: u64, limit: usize) -> Query<HistoryEvent> {
    let values = values![session.0, integer(after), count(limit)];
    Query::new(HISTORY, values, |row| {
        Ok(HistoryEvent {
            session: SessionId(row.uuid(0)?),
            position: row.natural(1)?,
            recorded: codec::recorded_session(row, 2)?,
        })
    })
}

/// SQLite's `CROSS JOIN` is for its planner: events first, in their order.
const OF_ALL: Sql = Sql::Each {
    sqlite: "SELECT stream.name, event.position, event.sequence, event.at, event.body
        FROM events AS event CROSS JOIN streams AS stream ON stream.id = event.stream
        WHERE event.position > ?1 AND stream.name LIKE 'session/%'
        ORDER BY event.position LIMIT ?2",
    postgres: "SELECT stream.name, event.position, event.sequence, event.at, event.body
        FROM events AS event JOIN streams AS stream ON stream.id = event.stream
        WHERE event.position > ?1 AND stream.name LIKE 'session/%'
        ORDER BY event.position LIMIT ?2",
};

/// Of all sessions, in the order in which they became durable.
pub(crate) fn of_all(after: u64, limit: usize) -> Query<HistoryEvent> {
    Query::folding(OF_ALL, values![integer(after), count(limit)], |row, events| {
        if let StreamId::Session(session) = row.name(0)? {
            let position = row.natural(1)?;
            events.push(HistoryEvent { session, position, recorded: codec::recorded_session(row, 2)? });
        }
        Ok(())
    })
}
