//! One row a task: what the router is rebuilt from.

use model::Channel;
use model::event::SessionEvent;
use model::task::{LiveOffer, ReservationEnd, TransferTarget};
use rusqlite::{Connection, Params, params};

use super::{Place, offers};
use crate::error::StoreError;
use crate::sqlite::codec;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let session = place.session_key();
    match event {
        SessionEvent::TaskCreated { .. } => create(connection, place, event),
        SessionEvent::TaskReserved { task, reservation, agent, expires_at } => {
            let offer =
                LiveOffer { reservation: *reservation, agent: agent.clone(), expires_at: *expires_at };
            offers::add(connection, session, *task, offer)
        }
        // Only the reservation it is about: an assignment that was faster stands.
        SessionEvent::ReservationEnded { task, reservation, agent, outcome, .. } => {
            // Who was asked and did not take it is not waited for.
            if matches!(outcome, ReservationEnd::Rejected | ReservationEnd::TimedOut) {
                update(
                    connection,
                    "UPDATE tasks SET only_agent = NULLIF(only_agent, ?3),
                        preferred_agent = NULLIF(preferred_agent, ?3)
                    WHERE session = ?1 AND task = ?2 AND state = 'reserved' AND reservation = ?4",
                    params![session, task.0.as_bytes(), agent.as_str(), reservation.0.as_bytes()],
                )?;
            }
            offers::end(connection, session, *task, *reservation)
        }
        SessionEvent::TaskAssigned { task, agent, .. } => update(
            connection,
            "UPDATE tasks SET state = 'assigned', agent = ?3, reservation = NULL, state_time = ?4
            WHERE session = ?1 AND task = ?2",
            params![session, task.0.as_bytes(), agent.as_str(), place.at.0],
        ),
        SessionEvent::TaskTransferred { .. } => transfer(connection, place, event),
        SessionEvent::TaskReprioritised { task, priority, .. } => update(
            connection,
            "UPDATE tasks SET priority = ?3 WHERE session = ?1 AND task = ?2",
            params![session, task.0.as_bytes(), priority.0],
        ),
        SessionEvent::TaskAged { task, waiting_since, .. } => update(
            connection,
            "UPDATE tasks SET waiting_since = ?3 WHERE session = ?1 AND task = ?2",
            params![session, task.0.as_bytes(), waiting_since.0],
        ),
        SessionEvent::CallbackChosen { task, callback, not_before, .. } => update(
            connection,
            "UPDATE tasks SET state = 'pending', agent = NULL, reservation = NULL, state_time = NULL,
                channel = ?3, callback = ?4, not_before = ?5
            WHERE session = ?1 AND task = ?2",
            params![
                session,
                task.0.as_bytes(),
                Channel::Voice.as_str(),
                codec::to_json(callback)?,
                not_before.map(|at| at.0)
            ],
        ),
        SessionEvent::CallFailed { task, attempts_left, not_before, .. } => update(
            connection,
            "UPDATE tasks SET state = 'pending', agent = NULL, reservation = NULL, state_time = NULL,
                only_agent = NULL, preferred_agent = NULL, queued_at = ?5,
                callback = json_set(callback, '$.attempts', ?3), not_before = ?4
            WHERE session = ?1 AND task = ?2",
            params![session, task.0.as_bytes(), attempts_left, not_before.0, place.at.0],
        ),
        SessionEvent::TaskHeld { task, .. } => update(
            connection,
            "UPDATE tasks SET state = 'held' WHERE session = ?1 AND task = ?2 AND state = 'assigned'",
            params![session, task.0.as_bytes()],
        ),
        SessionEvent::TaskResumed { task, .. } => update(
            connection,
            "UPDATE tasks SET state = 'assigned' WHERE session = ?1 AND task = ?2 AND state = 'held'",
            params![session, task.0.as_bytes()],
        ),
        SessionEvent::TaskWrapping { task, agent } => update(
            connection,
            "UPDATE tasks SET state = 'wrapping', agent = ?3, reservation = NULL, state_time = ?4
            WHERE session = ?1 AND task = ?2",
            params![session, task.0.as_bytes(), agent.as_str(), place.at.0],
        ),
        SessionEvent::TaskCompleted { task, .. } => end(connection, place, task.0.as_bytes(), "completed"),
        SessionEvent::TaskCanceled { task, .. } => end(connection, place, task.0.as_bytes(), "canceled"),
        _ => Ok(()),
    }
}

fn update(connection: &Connection, sql: &str, values: impl Params) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn create(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let SessionEvent::TaskCreated {
        task,
        queue,
        channel,
        requirements,
        priority,
        waiting_since,
        preferred_agent,
    } = event
    else {
        return Ok(());
    };
    update(
        connection,
        "INSERT OR REPLACE INTO tasks (session, task, queue, channel, requirements, priority,
            waiting_since, queued_at, preferred_agent, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 'pending')",
        params![
            place.session_key(),
            task.0.as_bytes(),
            queue.as_str(),
            channel.as_str(),
            codec::to_json(requirements)?,
            priority.0,
            waiting_since.0,
            preferred_agent.as_ref().map(model::AgentId::as_str),
        ],
    )
}

/// The preferred agent was for the first wait only.
fn transfer(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let SessionEvent::TaskTransferred { task, target, requirements, .. } = event else { return Ok(()) };
    let only_agent = match target {
        TransferTarget::Queue { .. } => None,
        TransferTarget::Agent { agent, .. } => Some(agent.as_str()),
    };
    update(
        connection,
        "UPDATE tasks SET state = 'pending', agent = NULL, reservation = NULL, state_time = NULL,
            queue = ?3, requirements = ?4, only_agent = ?5, queued_at = ?6, preferred_agent = NULL
        WHERE session = ?1 AND task = ?2",
        params![
            place.session_key(),
            task.0.as_bytes(),
            target.queue().as_str(),
            codec::to_json(requirements)?,
            only_agent,
            place.at.0
        ],
    )
}

fn end(connection: &Connection, place: &Place, task: &[u8; 16], state: &str) -> Result<(), StoreError> {
    update(
        connection,
        "UPDATE tasks SET state = ?3, agent = NULL, reservation = NULL, state_time = ?4
        WHERE session = ?1 AND task = ?2",
        params![place.session_key(), task, state, place.at.0],
    )
}
