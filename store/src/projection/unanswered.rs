//! Offers that rang out: when and at whom, and how many in a row since the agent last accepted one.

use model::SessionEvent;
use model::task::ReservationEnd;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    match event {
        SessionEvent::ReservationEnded { agent, outcome: ReservationEnd::TimedOut, .. } => {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO unanswered (position, at, agent) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![place.position, place.at.0, agent.as_str()])?;
            connection
                .prepare_cached(
                    "INSERT INTO misses (agent, in_a_row) VALUES (?1, 1)
                    ON CONFLICT (agent) DO UPDATE SET in_a_row = in_a_row + 1",
                )?
                .execute(params![agent.as_str()])?;
        }
        // What somebody else gave the agent was not accepted.
        SessionEvent::TaskAssigned { agent, reservation: Some(_), by: None, .. } => {
            connection
                .prepare_cached("DELETE FROM misses WHERE agent = ?1")?
                .execute(params![agent.as_str()])?;
        }
        _ => {}
    }
    Ok(())
}
