//! The log's tables: claim and append, by the rules in [`crate::log`].

use model::{Epoch, Event, Sequence, StreamId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::execute::{ask_one, run, run_all};
use super::projections;
use super::writer::Scope;
use crate::append::{Append, AppendError, Appended, Claim};
use crate::codec::{EVENT_VERSION, integer, natural};
use crate::error::StoreError;
use crate::log::{Encoded, Head, deduplication_key, erases};
use crate::projection::Place;
use crate::query;

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

/// Records the events, their projections and what leaves the house, or refuses.
pub(crate) fn append(scope: &mut Scope<'_>, encoded: &Encoded) -> Result<Appended, AppendError> {
    let Encoded { append, bodies } = encoded;
    let connection = scope.connection;
    let head = match head(connection, &append.stream)? {
        Some(head) => head,
        None => create(connection, &append.stream, append.epoch)?,
    };
    head.check_epoch(append)?;
    if let Some(duplicate) = duplicate(connection, &head, append)? {
        return Err(duplicate);
    }
    head.check_end(append)?;
    let mut sequence = head.last;
    let mut position = 0;
    for (event, body) in append.events.iter().zip(bodies) {
        sequence = sequence.next();
        position = insert(connection, &head, sequence, append, event, body)?;
        if let (Event::Session(event), StreamId::Session(session)) = (event, &append.stream) {
            let place = Place { session: *session, stream: head.id, sequence, at: append.at };
            projections::apply(scope, &place, position, event)?;
        }
    }
    connection.prepare_cached("UPDATE streams SET epoch = ?2, last = ?3 WHERE id = ?1")?.execute(params![
        head.id,
        integer(append.epoch.0.get()),
        integer(sequence.0)
    ])?;
    if erases(append) {
        run(connection, &query::outbox::forget(head.id))?;
    }
    run_all(connection, &query::outbox::enqueue(head.id, append)?)?;
    run_all(connection, &query::mail_ids::insert(append))?;
    Ok(Appended { first: head.last.next(), last: sequence, position: natural(position)? })
}

fn head(connection: &Connection, stream: &StreamId) -> Result<Option<Head>, StoreError> {
    ask_one(connection, &query::log::head(stream))
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
    append: &Append,
) -> Result<Option<AppendError>, StoreError> {
    if head.last == Sequence::START {
        return Ok(None);
    }
    for key in append.events.iter().filter_map(deduplication_key) {
        if let Some(sequence) = ask_one(connection, &query::log::find_key(&append.stream, key))? {
            return Ok(Some(AppendError::Duplicate { key, sequence }));
        }
    }
    Ok(None)
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
