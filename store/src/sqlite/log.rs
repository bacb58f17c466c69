//! The log itself: claim, append, load. The rules that make it trustworthy are all in [`append`]:
//! epoch, expected sequence, deduplication keys.

use model::{Epoch, Event, Recorded, Sequence, SessionEvent, SessionId, StreamId};
use rusqlite::{Connection, OptionalExtension, params};
use std::num::NonZeroU64;
use uuid::Uuid;

use super::codec::{self, EVENT_VERSION, integer, natural};
use super::writer::Scope;
use super::{mail_ids, outbox};
use crate::append::{Append, AppendError, Appended, Claim, MAX_EVENTS, MAX_MAIL_ID};
use crate::error::StoreError;
use crate::projection;

/// A stream as the log knows it.
struct Head {
    id: i64,
    epoch: Epoch,
    last: Sequence,
}

/// An append whose events are encoded: done before the writer's turn, on the caller's thread.
pub(crate) struct Encoded {
    pub append: Append,
    bodies: Vec<String>,
}

/// Refuses what contradicts itself.
pub(crate) fn encode(append: Append) -> Result<Encoded, AppendError> {
    let invalid = |reason| Err(AppendError::Invalid { reason });
    if append.events.is_empty() || append.events.len() > MAX_EVENTS {
        return invalid("1 to 1,000 events make an append");
    }
    if !append.events.iter().all(|event| codec::belongs(&append.stream, event)) {
        return invalid("an event is not of its stream's kind");
    }
    if has_repeated_key(&append.events) {
        return invalid("two events have the same deduplication key");
    }
    if append.mail_ids.iter().any(|id| id.is_empty() || id.len() > MAX_MAIL_ID) {
        return invalid("a Message-ID is empty or too long");
    }
    if !append.mail_ids.is_empty() && !matches!(append.stream, StreamId::Session(_)) {
        return invalid("only sessions have mails");
    }
    let bodies = append.events.iter().map(codec::encode).collect::<Result<_, _>>()?;
    Ok(Encoded { append, bodies })
}

fn has_repeated_key(events: &[Event]) -> bool {
    let mut keys: Vec<Uuid> = events.iter().filter_map(deduplication_key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

fn deduplication_key(event: &Event) -> Option<Uuid> {
    match event {
        Event::Session(event) => event.deduplication_key(),
        Event::Agent(_) | Event::Organisation(_) | Event::Audit(_) | Event::Routing(_) => None,
    }
}

/// Raises the stream's epoch: whoever owned it before is fenced.
pub(crate) fn claim(connection: &Connection, stream: &StreamId) -> Result<Claim, StoreError> {
    let Some(head) = head(connection, stream)? else {
        create(connection, stream, Epoch::FIRST)?;
        return Ok(Claim { epoch: Epoch::FIRST, last: Sequence::START });
    };
    let epoch = head.epoch.next();
    connection
        .prepare_cached("UPDATE streams SET epoch = ?2 WHERE id = ?1")?
        .execute(params![head.id, integer(epoch.0.get())])?;
    Ok(Claim { epoch, last: head.last })
}

/// Records the events, their projections and what leaves the house, or refuses. A higher epoch than
/// the log knows was claimed elsewhere and is adopted.
pub(crate) fn append(scope: &mut Scope<'_>, encoded: &Encoded) -> Result<Appended, AppendError> {
    let Encoded { append, bodies } = encoded;
    let connection = scope.connection;
    let head = match head(connection, &append.stream)? {
        Some(head) => head,
        None => create(connection, &append.stream, append.epoch)?,
    };
    if append.epoch < head.epoch {
        return Err(AppendError::Fenced { epoch: head.epoch });
    }
    if let Some(duplicate) = duplicate(connection, &head, &append.events)? {
        return Err(duplicate);
    }
    if append.expected != head.last {
        return Err(AppendError::Conflict { last: head.last });
    }
    let mut sequence = head.last;
    let mut position = 0;
    for (event, body) in append.events.iter().zip(bodies) {
        sequence = sequence.next();
        position = insert(connection, &head, sequence, append, event, body)?;
        if let (Event::Session(event), StreamId::Session(session)) = (event, &append.stream) {
            let place =
                projection::Place { session: *session, stream: head.id, sequence, position, at: append.at };
            projection::apply(scope, &place, event)?;
        }
    }
    connection.prepare_cached("UPDATE streams SET epoch = ?2, last = ?3 WHERE id = ?1")?.execute(params![
        head.id,
        integer(append.epoch.0.get()),
        integer(sequence.0)
    ])?;
    if erases(append) {
        outbox::forget(connection, head.id)?;
    }
    outbox::enqueue(connection, head.id, append)?;
    mail_ids::insert(connection, append)?;
    Ok(Appended { first: head.last.next(), last: sequence, position: natural(position)? })
}

/// Whether the append takes words out of the log.
pub(crate) fn erases(append: &Append) -> bool {
    append.events.iter().any(|event| matches!(event, Event::Session(SessionEvent::Erased { .. })))
}

/// Deletes the first events of a stream, those before `before` and at most `most`. Only for streams whose
/// events have no projection.
pub(crate) fn cut(
    connection: &Connection,
    stream: &StreamId,
    before: Sequence,
    most: usize,
) -> Result<u64, StoreError> {
    let deleted = connection
        .prepare_cached(
            "DELETE FROM events WHERE position IN (
                SELECT position FROM events
                WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND sequence < ?2
                ORDER BY sequence LIMIT ?3)",
        )?
        .execute(params![stream.to_string(), integer(before.0), codec::count(most)])?;
    Ok(deleted as u64)
}

fn head(connection: &Connection, stream: &StreamId) -> Result<Option<Head>, StoreError> {
    let found = connection
        .prepare_cached("SELECT id, epoch, last FROM streams WHERE name = ?1")?
        .query_row([stream.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((id, epoch, last)) = found else { return Ok(None) };
    let epoch = NonZeroU64::new(natural(epoch)?).ok_or_else(|| StoreError::corrupt("an epoch is 0"))?;
    Ok(Some(Head { id, epoch: Epoch(epoch), last: Sequence(natural(last)?) }))
}

fn create(connection: &Connection, stream: &StreamId, epoch: Epoch) -> Result<Head, StoreError> {
    connection
        .prepare_cached("INSERT INTO streams (name, epoch, last) VALUES (?1, ?2, 0)")?
        .execute(params![stream.to_string(), integer(epoch.0.get())])?;
    Ok(Head { id: connection.last_insert_rowid(), epoch, last: Sequence::START })
}

fn duplicate(
    connection: &Connection,
    head: &Head,
    events: &[Event],
) -> Result<Option<AppendError>, StoreError> {
    if head.last == Sequence::START {
        return Ok(None);
    }
    for key in events.iter().filter_map(deduplication_key) {
        if let Some(sequence) = key_in(connection, head.id, key)? {
            return Ok(Some(AppendError::Duplicate { key, sequence }));
        }
    }
    Ok(None)
}

fn key_in(connection: &Connection, stream: i64, key: Uuid) -> Result<Option<Sequence>, StoreError> {
    connection
        .prepare_cached("SELECT sequence FROM events WHERE stream = ?1 AND key = ?2")?
        .query_row(params![stream, key.as_bytes()], |row| row.get(0))
        .optional()?
        .map(|sequence| natural(sequence).map(Sequence))
        .transpose()
}

fn insert(
    connection: &Connection,
    head: &Head,
    sequence: Sequence,
    append: &Append,
    event: &Event,
    body: &str,
) -> Result<i64, StoreError> {
    let key = deduplication_key(event);
    connection
        .prepare_cached(
            "INSERT INTO events (stream, sequence, at, key, version, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            head.id,
            integer(sequence.0),
            append.at.0,
            key.as_ref().map(Uuid::as_bytes),
            EVENT_VERSION,
            body
        ])?;
    Ok(connection.last_insert_rowid())
}

pub(crate) fn last(connection: &Connection, stream: &StreamId) -> Result<Sequence, StoreError> {
    Ok(head(connection, stream)?.map_or(Sequence::START, |head| head.last))
}

pub(crate) fn epoch(connection: &Connection, stream: &StreamId) -> Result<Option<Epoch>, StoreError> {
    Ok(head(connection, stream)?.map(|head| head.epoch))
}

pub(crate) fn find_key(
    connection: &Connection,
    stream: &StreamId,
    key: Uuid,
) -> Result<Option<Sequence>, StoreError> {
    match head(connection, stream)? {
        Some(head) => key_in(connection, head.id, key),
        None => Ok(None),
    }
}

const LOAD: &str = "SELECT sequence, at, body FROM events
    WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND sequence > ?2
    ORDER BY sequence LIMIT ?3";

pub(crate) fn load(
    connection: &Connection,
    stream: &StreamId,
    after: Sequence,
    limit: usize,
) -> Result<Vec<Recorded<Event>>, StoreError> {
    let mut statement = connection.prepare_cached(LOAD)?;
    let mut rows = statement.query(params![stream.to_string(), integer(after.0), codec::count(limit)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(2)?.as_str().map_err(StoreError::corrupt)?;
        events.push(Recorded {
            sequence: Sequence(natural(row.get(0)?)?),
            at: codec::time(row, 1)?,
            event: codec::decode(stream, body)?,
        });
    }
    Ok(events)
}

pub(crate) fn load_session(
    connection: &Connection,
    session: SessionId,
    after: Sequence,
    limit: usize,
) -> Result<Vec<Recorded<SessionEvent>>, StoreError> {
    let stream = StreamId::Session(session).to_string();
    let mut statement = connection.prepare_cached(LOAD)?;
    let mut rows = statement.query(params![stream, integer(after.0), codec::count(limit)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(codec::recorded_session(row, 0)?);
    }
    Ok(events)
}
