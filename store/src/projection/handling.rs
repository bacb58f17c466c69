//! Who handled a session, and when last: for offering a returning customer the same agent.

use model::SessionEvent;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let SessionEvent::TaskAssigned { agent, .. } = event else { return Ok(()) };
    connection
        .prepare_cached("INSERT OR REPLACE INTO handlings (session, agent, at) VALUES (?1, ?2, ?3)")?
        .execute(params![place.session_key(), agent.as_str(), place.at.0])?;
    Ok(())
}
