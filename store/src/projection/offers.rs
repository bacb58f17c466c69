//! What rings for a task: one offer in the task's own columns, and beside it those at other agents.

use model::task::LiveOffer;
use model::{ReservationId, TaskId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::StoreError;
use crate::sqlite::codec;

/// The first offer of a task that waits, or one more of several.
pub(super) fn add(
    connection: &Connection,
    session: &[u8],
    task: TaskId,
    offer: LiveOffer,
) -> Result<(), StoreError> {
    let first = connection
        .prepare_cached(
            "UPDATE tasks SET state = 'reserved', agent = ?3, reservation = ?4, state_time = ?5
            WHERE session = ?1 AND task = ?2 AND state <> 'reserved'",
        )?
        .execute(params![
            session,
            task.0.as_bytes(),
            offer.agent.as_str(),
            offer.reservation.0.as_bytes(),
            offer.expires_at.0
        ])?;
    if first > 0 {
        return Ok(());
    }
    let Some(mut offers) = live(connection, session, task)? else { return Ok(()) };
    offers.push(offer);
    write(connection, session, task, &offers)
}

/// Only the reservation it is about: the others ring on, and an assignment that was faster stands.
pub(super) fn end(
    connection: &Connection,
    session: &[u8],
    task: TaskId,
    reservation: ReservationId,
) -> Result<(), StoreError> {
    let only = connection
        .prepare_cached(
            "UPDATE tasks SET state = 'pending', agent = NULL, reservation = NULL, state_time = NULL
            WHERE session = ?1 AND task = ?2 AND state = 'reserved' AND reservation = ?3
                AND other_offers IS NULL",
        )?
        .execute(params![session, task.0.as_bytes(), reservation.0.as_bytes()])?;
    if only > 0 {
        return Ok(());
    }
    let Some(mut offers) = live(connection, session, task)? else { return Ok(()) };
    let before = offers.len();
    offers.retain(|offer| offer.reservation != reservation);
    if offers.len() == before || offers.is_empty() {
        return Ok(());
    }
    write(connection, session, task, &offers)
}

/// All that rings, in order; none for a task that does not ring.
fn live(connection: &Connection, session: &[u8], task: TaskId) -> Result<Option<Vec<LiveOffer>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT reservation, agent, state_time, other_offers FROM tasks
        WHERE session = ?1 AND task = ?2 AND state = 'reserved'",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        let first = (|| {
            Ok::<_, StoreError>(LiveOffer {
                reservation: ReservationId(codec::uuid(row, 0)?),
                agent: codec::name(row, 1)?,
                expires_at: codec::time(row, 2)?,
            })
        })();
        Ok((first, row.get::<_, Option<String>>(3)?))
    };
    let found = statement.query_row(params![session, task.0.as_bytes()], read).optional()?;
    let Some((first, others)) = found else { return Ok(None) };
    let mut offers = vec![first?];
    if let Some(others) = others {
        offers.extend(codec::json::<Vec<LiveOffer>>(&others)?);
    }
    Ok(Some(offers))
}

fn write(
    connection: &Connection,
    session: &[u8],
    task: TaskId,
    offers: &[LiveOffer],
) -> Result<(), StoreError> {
    let Some((first, others)) = offers.split_first() else { return Ok(()) };
    let others = if others.is_empty() { None } else { Some(codec::to_json(&others)?) };
    connection
        .prepare_cached(
            "UPDATE tasks SET agent = ?3, reservation = ?4, state_time = ?5, other_offers = ?6
            WHERE session = ?1 AND task = ?2",
        )?
        .execute(params![
            session,
            task.0.as_bytes(),
            first.agent.as_str(),
            first.reservation.0.as_bytes(),
            first.expires_at.0,
            others
        ])?;
    Ok(())
}
