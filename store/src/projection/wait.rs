//! One row for each wait in a queue that has ended: what service level is computed from.

use model::SessionEvent;
use model::TaskId;
use model::task::CancelReason;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;
use crate::history::WaitOutcome;
use crate::sqlite::codec::integer;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let (task, outcome) = match event {
        SessionEvent::TaskAssigned { task, .. } => (*task, WaitOutcome::Answered),
        SessionEvent::TaskTransferred { task, .. } => (*task, WaitOutcome::Transferred),
        SessionEvent::TaskCanceled { task, reason } => (*task, canceled(*reason)),
        _ => return Ok(()),
    };
    end(connection, place, task, outcome)
}

fn canceled(reason: CancelReason) -> WaitOutcome {
    match reason {
        CancelReason::Abandoned => WaitOutcome::Abandoned,
        CancelReason::Expired => WaitOutcome::Expired,
        CancelReason::TurnedAway => WaitOutcome::TurnedAway,
        CancelReason::NotReached => WaitOutcome::NotReached,
        CancelReason::SessionClosed | CancelReason::Absorbed => WaitOutcome::Canceled,
    }
}

/// Nothing ends for a task that is in somebody's hands.
fn end(connection: &Connection, place: &Place, task: TaskId, outcome: WaitOutcome) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO waits (session, task, sequence, queue, ended_at, wait, outcome)
            SELECT session, task, ?3, queue, ?4, max(0, ?4 - queued_at), ?5 FROM tasks
            WHERE session = ?1 AND task = ?2 AND state IN ('pending', 'reserved')",
        )?
        .execute(params![
            place.session_key(),
            task.0.as_bytes(),
            integer(place.sequence.0),
            place.at.0,
            outcome_word(outcome)
        ])?;
    Ok(())
}

fn outcome_word(outcome: WaitOutcome) -> &'static str {
    match outcome {
        WaitOutcome::Answered => "answered",
        WaitOutcome::Abandoned => "abandoned",
        WaitOutcome::Transferred => "transferred",
        WaitOutcome::Expired => "expired",
        WaitOutcome::Canceled => "canceled",
        WaitOutcome::TurnedAway => "turned_away",
        WaitOutcome::NotReached => "not_reached",
    }
}

/// The outcome that [`outcome_word`] wrote.
pub(crate) fn outcome_of(word: &str) -> Result<WaitOutcome, StoreError> {
    [
        WaitOutcome::Answered,
        WaitOutcome::Abandoned,
        WaitOutcome::Transferred,
        WaitOutcome::Expired,
        WaitOutcome::Canceled,
        WaitOutcome::TurnedAway,
        WaitOutcome::NotReached,
    ]
    .into_iter()
    .find(|outcome| outcome_word(*outcome) == word)
    .ok_or_else(|| StoreError::corrupt(format_args!("{word:?} is no outcome of a wait")))
}
