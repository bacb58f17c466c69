//! Which sessions go on in which: the history of the one shows the other up to `through`.

use model::SessionEvent;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;
use crate::sqlite::codec::integer;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let session = place.session_key();
    match event {
        SessionEvent::Absorbed { other, through } => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO absorptions (session, other, through) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![session, other.0.as_bytes(), integer(through.0)])?,
        SessionEvent::Separated { other } => connection
            .prepare_cached("DELETE FROM absorptions WHERE session = ?1 AND other = ?2")?
            .execute(params![session, other.0.as_bytes()])?,
        _ => 0,
    };
    Ok(())
}
