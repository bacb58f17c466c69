//! What rings for a task: a row an offer, in the order they were made.
//!
//! Invariant: only a task in the state `reserved` has rows here, and it has at least one.

use model::task::LiveOffer;
use model::{ReservationId, TaskId};

use super::Place;
use crate::codec::integer;
use crate::sql::{Statement, values};

/// Makes the task ring at one more agent. What waited or was in hand rings at this one alone.
pub(super) fn add(place: &Place, task: TaskId, offer: &LiveOffer) -> [Statement; 2] {
    let insert = Statement::new(
        "INSERT INTO offers (session, task, number, reservation, agent, expires_at)
        SELECT session, task, ?3, ?4, ?5, ?6 FROM tasks WHERE session = ?1 AND task = ?2",
        values![
            place.session.0,
            task.0,
            integer(place.sequence.0),
            offer.reservation.0,
            offer.agent.as_str(),
            offer.expires_at.0
        ],
    );
    let ring = Statement::new(
        "UPDATE tasks SET state = 'reserved', agent = NULL, state_time = NULL
        WHERE session = ?1 AND task = ?2 AND state <> 'reserved'",
        values![place.session.0, task.0],
    );
    [insert, ring]
}

/// Only the reservation it is about: the others ring on, and an assignment that was faster stands.
pub(super) fn end(place: &Place, task: TaskId, reservation: ReservationId) -> [Statement; 2] {
    let delete = Statement::new(
        "DELETE FROM offers WHERE session = ?1 AND task = ?2 AND reservation = ?3",
        values![place.session.0, task.0, reservation.0],
    );
    let wait = Statement::new(
        "UPDATE tasks SET state = 'pending' WHERE session = ?1 AND task = ?2 AND state = 'reserved'
            AND NOT EXISTS (SELECT 1 FROM offers WHERE session = ?1 AND task = ?2)",
        values![place.session.0, task.0],
    );
    [delete, wait]
}

/// Nothing rings any more, whatever becomes of the task.
pub(super) fn clear(place: &Place, task: TaskId) -> Statement {
    Statement::new("DELETE FROM offers WHERE session = ?1 AND task = ?2", values![place.session.0, task.0])
}
