//! One row a task: what the router is rebuilt from.

use model::event::SessionEvent;
use model::task::{LiveOffer, ReservationEnd, TransferTarget};
use model::{AgentId, Channel, TaskId};

use super::{Place, offer};
use crate::codec;
use crate::error::StoreError;
use crate::sql::{Sql, Statement, values};

pub(super) fn statements(place: &Place, event: &SessionEvent) -> Result<Vec<Statement>, StoreError> {
    let session = place.session.0;
    let at = place.at.0;
    Ok(match event {
        SessionEvent::TaskCreated { .. } => create(place, event)?.into_iter().collect(),
        SessionEvent::TaskReserved { task, reservation, agent, expires_at } => {
            let offer =
                LiveOffer { reservation: *reservation, agent: agent.clone(), expires_at: *expires_at };
            offer::add(place, *task, &offer).into()
        }
        SessionEvent::ReservationEnded { .. } => end_reservation(place, event),
        SessionEvent::TaskAssigned { task, agent, .. } => in_hand(place, *task, "assigned", agent),
        SessionEvent::TaskTransferred { task, target, requirements, .. } => {
            vec![offer::clear(place, *task), transfer(place, *task, target, codec::to_json(requirements)?)]
        }
        SessionEvent::TaskReprioritised { task, priority, .. } => vec![Statement::new(
            "UPDATE tasks SET priority = ?3 WHERE session = ?1 AND task = ?2",
            values![session, task.0, i64::from(priority.0)],
        )],
        SessionEvent::TaskAged { task, waiting_since, .. } => vec![Statement::new(
            "UPDATE tasks SET waiting_since = ?3 WHERE session = ?1 AND task = ?2",
            values![session, task.0, waiting_since.0],
        )],
        SessionEvent::CallbackChosen { task, callback, not_before, .. } => vec![
            offer::clear(place, *task),
            Statement::new(
                "UPDATE tasks SET state = 'pending', agent = NULL, state_time = NULL,
                    channel = ?3, callback = ?4, not_before = ?5
                WHERE session = ?1 AND task = ?2",
                values![
                    session,
                    task.0,
                    Channel::Voice.as_str(),
                    codec::to_json(callback)?,
                    not_before.map(|at| at.0)
                ],
            ),
        ],
        SessionEvent::CallFailed { task, attempts_left, not_before, .. } => vec![
            offer::clear(place, *task),
            Statement::new(
                CALL_FAILED,
                values![session, task.0, i64::from(*attempts_left), not_before.0, at],
            ),
        ],
        SessionEvent::TaskHeld { task, .. } => vec![Statement::new(
            "UPDATE tasks SET state = 'held' WHERE session = ?1 AND task = ?2 AND state = 'assigned'",
            values![session, task.0],
        )],
        SessionEvent::TaskResumed { task, .. } => vec![Statement::new(
            "UPDATE tasks SET state = 'assigned' WHERE session = ?1 AND task = ?2 AND state = 'held'",
            values![session, task.0],
        )],
        SessionEvent::TaskWrapping { task, agent } => in_hand(place, *task, "wrapping", agent),
        SessionEvent::TaskCompleted { task, .. } => end(place, *task, "completed"),
        SessionEvent::TaskCanceled { task, .. } => end(place, *task, "canceled"),
        _ => Vec::new(),
    })
}

const CALL_FAILED: Sql = Sql::Each {
    sqlite: "UPDATE tasks SET state = 'pending', agent = NULL, state_time = NULL,
            only_agent = NULL, preferred_agent = NULL, queued_at = ?5,
            callback = json_set(callback, '$.attempts', ?3), not_before = ?4
        WHERE session = ?1 AND task = ?2",
    postgres: "UPDATE tasks SET state = 'pending', agent = NULL, state_time = NULL,
            only_agent = NULL, preferred_agent = NULL, queued_at = ?5,
            callback = jsonb_set(callback::jsonb, '{attempts}', to_jsonb(?3::bigint))::text, not_before = ?4
        WHERE session = ?1 AND task = ?2",
};

const CREATE: &str = "
INSERT INTO tasks (session, task, queue, channel, requirements, priority,
    waiting_since, queued_at, preferred_agent, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 'pending')
ON CONFLICT (session, task) DO UPDATE SET
    queue = excluded.queue, channel = excluded.channel, requirements = excluded.requirements,
    priority = excluded.priority, waiting_since = excluded.waiting_since, queued_at = excluded.queued_at,
    preferred_agent = excluded.preferred_agent, state = excluded.state,
    only_agent = NULL, agent = NULL, state_time = NULL, callback = NULL, not_before = NULL";

fn create(place: &Place, event: &SessionEvent) -> Result<Option<Statement>, StoreError> {
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
        return Ok(None);
    };
    let values = values![
        place.session.0,
        task.0,
        queue.as_str(),
        channel.as_str(),
        codec::to_json(requirements)?,
        i64::from(priority.0),
        waiting_since.0,
        preferred_agent.as_ref().map(AgentId::as_str),
    ];
    Ok(Some(Statement::new(CREATE, values)))
}

fn end_reservation(place: &Place, event: &SessionEvent) -> Vec<Statement> {
    let SessionEvent::ReservationEnded { task, reservation, agent, outcome, .. } = event else {
        return Vec::new();
    };
    let mut statements = Vec::new();
    // Who was asked and did not take it is not waited for.
    if matches!(outcome, ReservationEnd::Rejected | ReservationEnd::TimedOut) {
        statements.push(Statement::new(
            "UPDATE tasks SET only_agent = NULLIF(only_agent, ?3), preferred_agent = NULLIF(preferred_agent, ?3)
            WHERE session = ?1 AND task = ?2 AND EXISTS (
                SELECT 1 FROM offers WHERE session = ?1 AND task = ?2 AND reservation = ?4)",
            values![place.session.0, task.0, agent.as_str(), reservation.0],
        ));
    }
    statements.extend(offer::end(place, *task, *reservation));
    statements
}

/// The preferred agent was for the first wait only.
fn transfer(place: &Place, task: TaskId, target: &TransferTarget, requirements: String) -> Statement {
    let only_agent = match target {
        TransferTarget::Queue { .. } => None,
        TransferTarget::Agent { agent, .. } => Some(agent.as_str()),
    };
    Statement::new(
        "UPDATE tasks SET state = 'pending', agent = NULL, state_time = NULL,
            queue = ?3, requirements = ?4, only_agent = ?5, queued_at = ?6, preferred_agent = NULL
        WHERE session = ?1 AND task = ?2",
        values![place.session.0, task.0, target.queue().as_str(), requirements, only_agent, place.at.0],
    )
}

fn in_hand(place: &Place, task: TaskId, state: &str, agent: &AgentId) -> Vec<Statement> {
    let update = Statement::new(
        "UPDATE tasks SET state = ?3, agent = ?4, state_time = ?5 WHERE session = ?1 AND task = ?2",
        values![place.session.0, task.0, state, agent.as_str(), place.at.0],
    );
    vec![offer::clear(place, task), update]
}

fn end(place: &Place, task: TaskId, state: &str) -> Vec<Statement> {
    let update = Statement::new(
        "UPDATE tasks SET state = ?3, agent = NULL, state_time = ?4 WHERE session = ?1 AND task = ?2",
        values![place.session.0, task.0, state, place.at.0],
    );
    vec![offer::clear(place, task), update]
}
