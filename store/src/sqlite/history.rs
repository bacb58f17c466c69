//! Questions about open work, finished waits, and the history of sessions that were merged.

use std::time::Duration;

use model::task::{Priority, TaskState};
use model::{AgentId, QueueId, ReservationId, SessionId, StreamId, TaskId, Timestamp};
use rusqlite::{Connection, Row, params};

use super::codec::{self, count, integer, natural};
use crate::error::StoreError;
use crate::history::{FinishedWait, HistoryEvent, OpenTask};
use crate::projection::outcome_of;

/// One query, longest waiting first.
pub(crate) fn open_tasks(connection: &Connection) -> Result<Vec<OpenTask>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT session, task, queue, channel, requirements, priority, waiting_since, queued_at,
            preferred_agent, only_agent, state, agent, reservation, state_time, other_offers,
            callback, not_before
        FROM tasks WHERE state NOT IN ('completed', 'canceled')
        ORDER BY waiting_since, session, task",
    )?;
    let mut rows = statement.query([])?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        tasks.push(read_task(row)?);
    }
    Ok(tasks)
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    row.get_ref(column)?.as_str().map_err(StoreError::corrupt)
}

fn read_task(row: &Row<'_>) -> Result<OpenTask, StoreError> {
    Ok(OpenTask {
        session: SessionId(codec::uuid(row, 0)?),
        task: TaskId(codec::uuid(row, 1)?),
        queue: codec::name(row, 2)?,
        channel: codec::from_word(text(row, 3)?)?,
        requirements: codec::json(text(row, 4)?)?,
        priority: Priority(row.get(5)?),
        waiting_since: codec::time(row, 6)?,
        queued_at: codec::time(row, 7)?,
        preferred_agent: codec::optional_name(row, 8)?,
        only_agent: codec::optional_name(row, 9)?,
        callback: row
            .get_ref(15)?
            .as_str_or_null()
            .map_err(StoreError::corrupt)?
            .map(codec::json)
            .transpose()?,
        not_before: row.get::<_, Option<i64>>(16)?.map(Timestamp),
        state: read_state(row)?,
        is_held: text(row, 10)? == "held",
    })
}

fn read_state(row: &Row<'_>) -> Result<TaskState, StoreError> {
    Ok(match text(row, 10)? {
        "pending" => TaskState::Pending,
        "reserved" => TaskState::Reserved {
            reservation: ReservationId(codec::uuid(row, 12)?),
            agent: codec::name(row, 11)?,
            expires_at: codec::time(row, 13)?,
            others: match row.get_ref(14)?.as_str_or_null().map_err(StoreError::corrupt)? {
                Some(others) => codec::json(others)?,
                None => Vec::new(),
            },
        },
        "assigned" | "held" => TaskState::Assigned { agent: codec::name(row, 11)? },
        "wrapping" => TaskState::Wrapping { agent: codec::name(row, 11)?, since: codec::time(row, 13)? },
        other => return Err(StoreError::corrupt(format_args!("{other:?} is no state of an open task"))),
    })
}

/// Those that ended from `from` until before `to`, in that order.
pub(crate) fn finished_waits(
    connection: &Connection,
    queue: &QueueId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<FinishedWait>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT session, task, ended_at, wait, outcome FROM waits
        WHERE queue = ?1 AND ended_at >= ?2 AND ended_at < ?3 ORDER BY ended_at, session, task, sequence",
    )?;
    let mut rows = statement.query(params![queue.as_str(), from.0, to.0])?;
    let mut waits = Vec::new();
    while let Some(row) = rows.next()? {
        waits.push(FinishedWait {
            session: SessionId(codec::uuid(row, 0)?),
            task: TaskId(codec::uuid(row, 1)?),
            ended_at: codec::time(row, 2)?,
            wait: Duration::from_millis(natural(row.get(3)?)?),
            outcome: outcome_of(text(row, 4)?)?,
        });
    }
    Ok(waits)
}

/// Of each agent at whom offers rang out from `from` on, how many.
pub(crate) fn unanswered_since(
    connection: &Connection,
    from: Timestamp,
) -> Result<Vec<(AgentId, u32)>, StoreError> {
    counts(
        connection,
        "SELECT agent, count(*) FROM unanswered WHERE at >= ?1 GROUP BY agent",
        params![from.0],
    )
}

/// Of each agent who missed the last offer, how many in a row.
pub(crate) fn misses(connection: &Connection) -> Result<Vec<(AgentId, u32)>, StoreError> {
    counts(connection, "SELECT agent, in_a_row FROM misses", params![])
}

fn counts(
    connection: &Connection,
    query: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Vec<(AgentId, u32)>, StoreError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((codec::name(row, 0)?, row.get(1)?));
    }
    Ok(found)
}

/// The session's own events and those of sessions absorbed in it, each as far as it was absorbed, in
/// the order in which they happened. `UNION` ends also where sessions absorb each other in a circle.
const HISTORY: &str = "
WITH RECURSIVE parts (session, through) AS (
    SELECT ?1, 9223372036854775807
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

pub(crate) fn history(
    connection: &Connection,
    session: SessionId,
    after: u64,
    limit: usize,
) -> Result<Vec<HistoryEvent>, StoreError> {
    let mut statement = connection.prepare_cached(HISTORY)?;
    let mut rows = statement.query(params![session.0.as_bytes(), integer(after), count(limit)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(HistoryEvent {
            session: SessionId(codec::uuid(row, 0)?),
            position: natural(row.get(1)?)?,
            recorded: codec::recorded_session(row, 2)?,
        });
    }
    Ok(events)
}

const SESSION_EVENTS: &str = "
SELECT stream.name, event.position, event.sequence, event.at, event.body
FROM events AS event CROSS JOIN streams AS stream ON stream.id = event.stream
WHERE event.position > ?1 AND stream.name LIKE 'session/%'
ORDER BY event.position LIMIT ?2";

/// Of all sessions, in the order in which they became durable.
pub(crate) fn session_events(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<HistoryEvent>, StoreError> {
    let mut statement = connection.prepare_cached(SESSION_EVENTS)?;
    let mut rows = statement.query(params![integer(after), count(limit)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let StreamId::Session(session) = codec::name(row, 0)? else { continue };
        events.push(HistoryEvent {
            session,
            position: natural(row.get(1)?)?,
            recorded: codec::recorded_session(row, 2)?,
        });
    }
    Ok(events)
}
