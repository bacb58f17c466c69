//! The full-text index over messages and notes. It holds no text, only where which word is.

use rusqlite::{Connection, params};

use crate::error::StoreError;
use crate::projection::IndexEntry;

/// Writes what was kept, and forgets it.
pub(crate) fn write_index(connection: &Connection, index: &mut Vec<IndexEntry>) -> Result<(), StoreError> {
    if index.is_empty() {
        return Ok(());
    }
    let mut insert = connection
        .prepare_cached("INSERT INTO search (rowid, text, subject, note) VALUES (?1, ?2, ?3, ?4)")?;
    for entry in index.drain(..) {
        insert.execute(params![entry.position, entry.text, entry.subject, entry.note])?;
    }
    Ok(())
}

/// Takes a text out of the index; it must be the one that was put in.
pub(super) fn remove(connection: &Connection, entry: &IndexEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO search (search, rowid, text, subject, note) VALUES ('delete', ?1, ?2, ?3, ?4)",
        )?
        .execute(params![entry.position, entry.text, entry.subject, entry.note])?;
    Ok(())
}
