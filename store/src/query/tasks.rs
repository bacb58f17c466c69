//! Open tasks, with what rings for them.

use model::task::{LiveOffer, Priority, TaskState};
use model::{ReservationId, SessionId, TaskId};

use crate::error::StoreError;
use crate::history::OpenTask;
use crate::sql::{Columns, Query};

/// A row an offer of a task, and one of a task that does not ring.
const OPEN: &str = "
SELECT task.session, task.task, task.queue, task.channel, task.requirements, task.priority,
    task.waiting_since, task.queued_at, task.preferred_agent, task.only_agent, task.state, task.agent,
    task.state_time, task.callback, task.not_before, offer.reservation, offer.agent, offer.expires_at
FROM tasks AS task
LEFT JOIN offers AS offer ON offer.session = task.session AND offer.task = task.task
WHERE task.state NOT IN ('completed', 'canceled')
ORDER BY task.waiting_since, task.session, task.task, offer.number";

/// Longest waiting first.
pub(crate) fn open() -> Query<OpenTask> {
    Query::folding(OPEN, Vec::new(), |row, tasks| {
        match before(row, tasks)? {
            Some(others) => others.push(offer(row)?),
            None => tasks.push(read(row)?),
        }
        Ok(())
    })
}

/// Where the row's offer belongs, if it is one more of the task before.
fn before<'a>(
    row: &dyn Columns,
    tasks: &'a mut [OpenTask],
) -> Result<Option<&'a mut Vec<LiveOffer>>, StoreError> {
    let Some(last) = tasks.last_mut() else { return Ok(None) };
    let TaskState::Reserved { others, .. } = &mut last.state else { return Ok(None) };
    let is_same = last.task.0 == row.uuid(1)? && last.session.0 == row.uuid(0)?;
    Ok(is_same.then_some(others))
}

fn offer(row: &dyn Columns) -> Result<LiveOffer, StoreError> {
    Ok(LiveOffer {
        reservation: ReservationId(row.uuid(15)?),
        agent: row.name(16)?,
        expires_at: row.time(17)?,
    })
}

fn read(row: &dyn Columns) -> Result<OpenTask, StoreError> {
    Ok(OpenTask {
        session: SessionId(row.uuid(0)?),
        task: TaskId(row.uuid(1)?),
        queue: row.name(2)?,
        channel: row.word(3)?,
        requirements: row.json(4)?,
        priority: Priority(row.integer(5)?.try_into().map_err(StoreError::corrupt)?),
        waiting_since: row.time(6)?,
        queued_at: row.time(7)?,
        preferred_agent: row.optional_name(8)?,
        only_agent: row.optional_name(9)?,
        callback: row.optional_json(13)?,
        not_before: row.optional_time(14)?,
        state: state(row)?,
        is_held: row.text(10)? == "held",
    })
}

fn state(row: &dyn Columns) -> Result<TaskState, StoreError> {
    Ok(match row.text(10)? {
        "pending" => TaskState::Pending,
        "reserved" => {
            let LiveOffer { reservation, agent, expires_at } = offer(row)?;
            TaskState::Reserved { reservation, agent, expires_at, others: Vec::new() }
        }
        "assigned" | "held" => TaskState::Assigned { agent: row.name(11)? },
        "wrapping" => TaskState::Wrapping { agent: row.name(11)?, since: row.time(12)? },
        other => return Err(StoreError::corrupt(format_args!("{other:?} is no state of an open task"))),
    })
}
