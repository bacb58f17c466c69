//! Small JSON documents under a key: login sessions, API keys, users.

use model::Timestamp;
use serde_json::Value as Json;

use crate::codec::{self, count};
use crate::error::StoreError;
use crate::sql::{Query, Statement, values};

pub(crate) fn put(
    collection: &str,
    key: &str,
    body: &Json,
    expires_at: Option<Timestamp>,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO documents (collection, key, body, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at",
        values![collection, key, codec::to_json(body)?, expires_at.map(|at| at.0)],
    ))
}

pub(crate) fn get(collection: &str, key: &str, now: Timestamp) -> Query<Json> {
    Query::new(
        "SELECT body FROM documents
        WHERE collection = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)",
        values![collection, key, now.0],
        |row| row.json(0),
    )
}

/// In the order of keys, after `after`.
pub(crate) fn list(collection: &str, after: &str, now: Timestamp, limit: usize) -> Query<(String, Json)> {
    Query::new(
        "SELECT key, body FROM documents
        WHERE collection = ?1 AND key > ?2 AND (expires_at IS NULL OR expires_at > ?3)
        ORDER BY key LIMIT ?4",
        values![collection, after, now.0, count(limit)],
        |row| Ok((row.text(0)?.to_owned(), row.json(1)?)),
    )
}

pub(crate) fn delete(collection: &str, key: &str) -> Statement {
    Statement::new("DELETE FROM documents WHERE collection = ?1 AND key = ?2", values![collection, key])
}

/// Compares beginnings byte by byte: a prefix is never a pattern.
pub(crate) fn delete_prefix(collection: &str, prefix: &str) -> Statement {
    Statement::new(
        "DELETE FROM documents WHERE collection = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2",
        values![collection, prefix],
    )
}

pub(crate) fn sweep(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM documents WHERE expires_at <= ?1", values![now.0])
}
