//! Which sessions a blob is named in; and which were named in sessions that are erased and in no other:
//! their files are to be deleted.

use model::SessionEvent;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let SessionEvent::MessagePosted { message } = event else { return Ok(()) };
    let attached = message.attachments.iter().map(|attachment| &attachment.blob);
    for blob in attached.chain(&message.original) {
        connection
            .prepare_cached("INSERT OR IGNORE INTO blobs (blob, session) VALUES (?1, ?2)")?
            .execute(params![blob, place.session_key()])?;
        connection.prepare_cached("DELETE FROM erased_blobs WHERE blob = ?1")?.execute(params![blob])?;
    }
    Ok(())
}

pub(super) fn forget(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO erased_blobs (blob)
            SELECT blob FROM blobs WHERE session = ?1 AND NOT EXISTS (
                SELECT 1 FROM blobs AS other WHERE other.blob = blobs.blob AND other.session <> ?1)",
        )?
        .execute(params![place.session_key()])?;
    connection
        .prepare_cached("DELETE FROM blobs WHERE session = ?1")?
        .execute(params![place.session_key()])?;
    Ok(())
}
