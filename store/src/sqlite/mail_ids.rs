//! Which session a mail belongs to, by the Message-IDs it answers.

use model::{SessionId, StreamId};
use rusqlite::{Connection, params};

use super::codec;
use crate::append::Append;
use crate::error::StoreError;

pub(crate) fn insert(connection: &Connection, append: &Append) -> Result<(), StoreError> {
    let StreamId::Session(session) = append.stream else { return Ok(()) };
    for id in &append.mail_ids {
        connection
            .prepare_cached("INSERT OR IGNORE INTO mail_ids (message_id, session) VALUES (?1, ?2)")?
            .execute(params![id, session.0.as_bytes()])?;
    }
    Ok(())
}

/// In the order of `ids`; an id may be known in several sessions.
pub(crate) fn find(connection: &Connection, ids: &[String]) -> Result<Vec<(String, SessionId)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT session FROM mail_ids WHERE message_id = ?1")?;
    let mut found = Vec::new();
    for id in ids {
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            found.push((id.clone(), SessionId(codec::uuid(row, 0)?)));
        }
    }
    Ok(found)
}
