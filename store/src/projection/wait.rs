//! One row for each wait in a queue that has ended: what service level is computed from.

use model::SessionEvent;
use model::task::CancelReason;

use super::Place;
use crate::codec::integer;
use crate::error::StoreError;
use crate::history::WaitOutcome;
use crate::sql::{Statement, values};

/// Nothing ends for a task that is in somebody's hands.
const END: &str = "
INSERT INTO waits (session, task, sequence, queue, ended_at, wait, outcome)
SELECT session, task, ?3, queue, ?4, CASE WHEN ?4 > queued_at THEN ?4 - queued_at ELSE 0 END, ?5 FROM tasks
WHERE session = ?1 AND task = ?2 AND state IN ('pending', 'reserved')
ON CONFLICT (session, task, sequence) DO UPDATE SET
    queue = excluded.queue, ended_at = excluded.ended_at, wait = excluded.wait, outcome = excluded.outcome";

pub(super) fn statement(place: &Place, event: &SessionEvent) -> Option<Statement> {
    let (task, outcome) = match event {
        SessionEvent::TaskAssigned { task, .. } => (task, WaitOutcome::Answered),
        SessionEvent::TaskTransferred { task, .. } => (task, WaitOutcome::Transferred),
        SessionEvent::TaskCanceled { task, reason } => (task, canceled(*reason)),
        _ => return None,
    };
    let sequence = integer(place.sequence.0);
    Some(Statement::new(END, values![place.session.0, task.0, sequence, place.at.0, outcome_word(outcome)]))
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
