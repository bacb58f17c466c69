//! Small JSON documents under a key: login sessions, API keys, users.

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::codec::{self, count};
use crate::error::StoreError;

pub(crate) fn put(
    connection: &Connection,
    collection: &str,
    key: &str,
    body: &str,
    expires_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO documents (collection, key, body, expires_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![collection, key, body, expires_at.map(Timestamp::as_millis)])?;
    Ok(())
}

pub(crate) fn get(
    connection: &Connection,
    collection: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<Value>, StoreError> {
    let body: Option<String> = connection
        .prepare_cached(
            "SELECT body FROM documents
            WHERE collection = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)",
        )?
        .query_row(params![collection, key, now.0], |row| row.get(0))
        .optional()?;
    body.as_deref().map(codec::json).transpose()
}

/// In the order of keys, after `after`.
pub(crate) fn list(
    connection: &Connection,
    collection: &str,
    after: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(String, Value)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, body FROM documents
        WHERE collection = ?1 AND key > ?2 AND (expires_at IS NULL OR expires_at > ?3)
        ORDER BY key LIMIT ?4",
    )?;
    let mut rows = statement.query(params![collection, after, now.0, count(limit)])?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        documents.push((row.get(0)?, codec::json(row.get_ref(1)?.as_str().map_err(StoreError::corrupt)?)?));
    }
    Ok(documents)
}

pub(crate) fn delete(connection: &Connection, collection: &str, key: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM documents WHERE collection = ?1 AND key = ?2")?
        .execute([collection, key])?;
    Ok(())
}

/// Compares beginnings byte by byte: a prefix is never a pattern.
pub(crate) fn delete_prefix(
    connection: &Connection,
    collection: &str,
    prefix: &str,
) -> Result<u64, StoreError> {
    let gone = connection
        .prepare_cached(
            "DELETE FROM documents
            WHERE collection = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2",
        )?
        .execute([collection, prefix])?;
    Ok(gone as u64)
}

pub(crate) fn sweep(connection: &Connection, now: Timestamp) -> Result<u64, StoreError> {
    let gone = connection.prepare_cached("DELETE FROM documents WHERE expires_at <= ?1")?.execute([now.0])?;
    Ok(gone as u64)
}
