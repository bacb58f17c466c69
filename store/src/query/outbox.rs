//! The outbox's table: what must leave the house, in order for each target.

use model::Timestamp;
use uuid::Uuid;

use crate::append::Append;
use crate::codec::{self, count};
use crate::error::StoreError;
use crate::outbox::{DueEntry, OutboxCounts, OutboxKind, OutboxMark};
use crate::sql::{Query, Statement, values};

/// Bytes kept of an error.
const MAX_ERROR: usize = 500;

fn kind_word(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Mail => "mail",
        OutboxKind::Webhook => "webhook",
    }
}

pub(crate) fn enqueue(stream: i64, append: &Append) -> Result<Vec<Statement>, StoreError> {
    let mut statements = Vec::new();
    for entry in &append.outbox {
        statements.push(Statement::new(
            "INSERT INTO outbox (id, kind, target, stream, payload, created_at, not_before, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending') ON CONFLICT DO NOTHING",
            values![
                entry.id,
                kind_word(entry.kind),
                entry.target.as_str(),
                stream,
                codec::to_json(&entry.payload)?,
                append.at.0,
                entry.not_before.0
            ],
        ));
    }
    Ok(statements)
}

/// Drops whatever a stream has not sent yet: its words were erased.
pub(crate) fn forget(stream: i64) -> Statement {
    Statement::new("DELETE FROM outbox WHERE stream = ?1 AND payload IS NOT NULL", values![stream])
}

/// The heads of their targets that may go now, oldest first.
pub(crate) fn due(kind: OutboxKind, now: Timestamp, limit: usize) -> Query<DueEntry> {
    Query::new(
        "SELECT entry.id, entry.target, entry.payload, entry.attempts, entry.created_at
        FROM (SELECT min(number) AS number FROM outbox
              WHERE state = 'pending' AND kind = ?1 GROUP BY target) AS head
        JOIN outbox AS entry ON entry.number = head.number
        WHERE entry.not_before <= ?2 ORDER BY entry.number LIMIT ?3",
        values![kind_word(kind), now.0, count(limit)],
        |row| {
            Ok(DueEntry {
                id: row.uuid(0)?,
                target: row.text(1)?.to_owned(),
                payload: row.json(2)?,
                attempts: u32::try_from(row.integer(3)?).map_err(StoreError::corrupt)?,
                created_at: row.time(4)?,
            })
        },
    )
}

/// An entry that is not pending (any more) is left alone.
pub(crate) fn mark(id: Uuid, mark: &OutboxMark) -> Statement {
    match mark {
        OutboxMark::Sent => Statement::new(
            "UPDATE outbox SET state = 'sent', payload = NULL, error = NULL
            WHERE id = ?1 AND state = 'pending'",
            values![id],
        ),
        OutboxMark::Retry { at, error } => Statement::new(
            "UPDATE outbox SET not_before = ?2, error = ?3, attempts = attempts + 1
            WHERE id = ?1 AND state = 'pending'",
            values![id, at.0, shortened(error)],
        ),
        OutboxMark::Failed { error } => Statement::new(
            "UPDATE outbox SET state = 'failed', error = ?2, attempts = attempts + 1
            WHERE id = ?1 AND state = 'pending'",
            values![id, shortened(error)],
        ),
    }
}

pub(crate) fn counts() -> Query<OutboxCounts> {
    Query::folding("SELECT state, count(*) FROM outbox GROUP BY state", Vec::new(), |row, all| {
        if all.is_empty() {
            all.push(OutboxCounts::default());
        }
        let Some(counts) = all.last_mut() else { return Ok(()) };
        let number = row.natural(1)?;
        match row.text(0)? {
            "pending" => counts.pending = number,
            "sent" => counts.sent = number,
            _ => counts.failed = number,
        }
        Ok(())
    })
}

/// Forgets what was done before `before`.
pub(crate) fn sweep(before: Timestamp) -> Statement {
    Statement::new("DELETE FROM outbox WHERE state <> 'pending' AND created_at < ?1", values![before.0])
}

fn shortened(error: &str) -> &str {
    &error[..error.floor_char_boundary(MAX_ERROR)]
}
