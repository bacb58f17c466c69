//! Questions about waits that have ended, and about offers that rang out.

use std::time::Duration;

use model::{AgentId, QueueId, SessionId, TaskId, Timestamp};

use crate::error::StoreError;
use crate::history::FinishedWait;
use crate::projection::outcome_of;
use crate::sql::{Columns, Query, values};

/// Those that ended from `from` until before `to`, in that order.
pub(crate) fn finished(queue: &QueueId, from: Timestamp, to: Timestamp) -> Query<FinishedWait> {
    Query::new(
        "SELECT session, task, ended_at, wait, outcome FROM waits
        WHERE queue = ?1 AND ended_at >= ?2 AND ended_at < ?3 ORDER BY ended_at, session, task, sequence",
        values![queue.as_str(), from.0, to.0],
        |row| {
            Ok(FinishedWait {
                session: SessionId(row.uuid(0)?),
                task: TaskId(row.uuid(1)?),
                ended_at: row.time(2)?,
                wait: Duration::from_millis(row.natural(3)?),
                outcome: outcome_of(row.text(4)?)?,
            })
        },
    )
}

/// Of each agent at whom offers rang out from `from` on, how many.
pub(crate) fn unanswered_since(from: Timestamp) -> Query<(AgentId, u32)> {
    Query::new(
        "SELECT agent, count(*) FROM unanswered WHERE at >= ?1 GROUP BY agent ORDER BY agent",
        values![from.0],
        agent_count,
    )
}

/// Of each agent who missed the last offer, how many in a row.
pub(crate) fn misses() -> Query<(AgentId, u32)> {
    Query::new("SELECT agent, in_a_row FROM misses ORDER BY agent", Vec::new(), agent_count)
}

fn agent_count(row: &dyn Columns) -> Result<(AgentId, u32), StoreError> {
    Ok((row.name(0)?, u32::try_from(row.integer(1)?).map_err(StoreError::corrupt)?))
}
