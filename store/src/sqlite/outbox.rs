//! The outbox's table: what must leave the house, in order for each target.

use model::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::codec::{self, count, natural};
use crate::append::Append;
use crate::error::StoreError;
use crate::outbox::{DueEntry, OutboxCounts, OutboxKind, OutboxMark};

/// Bytes kept of an error.
const MAX_ERROR: usize = 500;

fn kind_word(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Mail => "mail",
        OutboxKind::Webhook => "webhook",
    }
}

pub(crate) fn enqueue(connection: &Connection, stream: i64, append: &Append) -> Result<(), StoreError> {
    for entry in &append.outbox {
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO outbox
                    (id, kind, target, stream, payload, created_at, not_before, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending')",
            )?
            .execute(params![
                entry.id.as_bytes(),
                kind_word(entry.kind),
                entry.target,
                stream,
                codec::to_json(&entry.payload)?,
                append.at.0,
                entry.not_before.0,
            ])?;
    }
    Ok(())
}

/// Drops whatever a stream has not sent yet: its words were erased.
pub(crate) fn forget(connection: &Connection, stream: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM outbox WHERE stream = ?1 AND payload IS NOT NULL")?
        .execute([stream])?;
    Ok(())
}

/// The heads of their targets that may go now, oldest first.
pub(crate) fn due(
    connection: &Connection,
    kind: OutboxKind,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DueEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT entry.id, entry.target, entry.payload, entry.attempts, entry.created_at
        FROM (SELECT min(number) AS number FROM outbox
              WHERE state = 'pending' AND kind = ?1 GROUP BY target) AS head
        JOIN outbox AS entry ON entry.number = head.number
        WHERE entry.not_before <= ?2 ORDER BY entry.number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![kind_word(kind), now.0, count(limit)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(DueEntry {
            id: codec::uuid(row, 0)?,
            target: row.get(1)?,
            payload: codec::json(row.get_ref(2)?.as_str().map_err(StoreError::corrupt)?)?,
            attempts: row.get(3)?,
            created_at: codec::time(row, 4)?,
        });
    }
    Ok(entries)
}

/// An entry that is not pending (any more) is left alone.
pub(crate) fn mark(connection: &Connection, id: Uuid, mark: &OutboxMark) -> Result<(), StoreError> {
    let id = id.as_bytes();
    match mark {
        OutboxMark::Sent => connection
            .prepare_cached(
                "UPDATE outbox SET state = 'sent', payload = NULL, error = NULL
                WHERE id = ?1 AND state = 'pending'",
            )?
            .execute([id])?,
        OutboxMark::Retry { at, error } => connection
            .prepare_cached(
                "UPDATE outbox SET not_before = ?2, error = ?3, attempts = attempts + 1
                WHERE id = ?1 AND state = 'pending'",
            )?
            .execute(params![id, at.0, shortened(error)])?,
        OutboxMark::Failed { error } => connection
            .prepare_cached(
                "UPDATE outbox SET state = 'failed', error = ?2, attempts = attempts + 1
                WHERE id = ?1 AND state = 'pending'",
            )?
            .execute(params![id, shortened(error)])?,
    };
    Ok(())
}

pub(crate) fn counts(connection: &Connection) -> Result<OutboxCounts, StoreError> {
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM outbox GROUP BY state")?;
    let mut rows = statement.query([])?;
    let mut counts = OutboxCounts::default();
    while let Some(row) = rows.next()? {
        let number = natural(row.get(1)?)?;
        match row.get_ref(0)?.as_str().map_err(StoreError::corrupt)? {
            "pending" => counts.pending = number,
            "sent" => counts.sent = number,
            _ => counts.failed = number,
        }
    }
    Ok(counts)
}

/// Forgets what was done before `before`.
pub(crate) fn sweep(connection: &Connection, before: Timestamp) -> Result<u64, StoreError> {
    let gone = connection
        .prepare_cached("DELETE FROM outbox WHERE state <> 'pending' AND created_at < ?1")?
        .execute([before.0])?;
    Ok(gone as u64)
}

fn shortened(error: &str) -> &str {
    &error[..error.floor_char_boundary(MAX_ERROR)]
}
