//! Blobs that no session names any more since those that did were erased.

use rusqlite::{Connection, params};

use super::codec::count;
use crate::error::StoreError;

pub(crate) fn erased(connection: &Connection, limit: usize) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT blob FROM erased_blobs LIMIT ?1")?;
    let names = statement.query_map(params![count(limit)], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

pub(crate) fn gone(connection: &Connection, blob: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM erased_blobs WHERE blob = ?1")?.execute([blob])?;
    Ok(())
}
