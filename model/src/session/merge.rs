//! Two sessions of one customer become one, and can part again: no log is rewritten.

use crate::event::{DetachReason, SessionEvent};
use crate::id::SessionId;
use crate::stream::Sequence;
use crate::task::CancelReason;

use super::{MAX_ENTRIES, Refusal, State};

impl State {
    /// This session, the older one, goes on for both.
    pub(super) fn absorb(&self, other: SessionId, through: Sequence) -> Result<Vec<SessionEvent>, Refusal> {
        if self.session == Some(other) {
            return Err(Refusal::Invalid("a session to absorb itself"));
        }
        if self.absorbed.contains(&other) {
            return Err(Refusal::NothingChanges);
        }
        if self.absorbed.len() >= MAX_ENTRIES {
            return Err(Refusal::TooMany("absorbed sessions"));
        }
        Ok(vec![SessionEvent::Absorbed { other, through }])
    }

    pub(super) fn be_absorbed(&self, into: SessionId) -> Result<Vec<SessionEvent>, Refusal> {
        if self.session == Some(into) {
            return Err(Refusal::Invalid("a session to absorb itself"));
        }
        // Else each would go on as the other, and none would.
        if self.absorbed.contains(&into) {
            return Err(Refusal::Invalid("a session to go on as what it has absorbed"));
        }
        let mut events = Vec::new();
        if let Some(task) = &self.task {
            events.extend(self.canceling(task, CancelReason::Absorbed));
        }
        events.extend(self.everybody_stepping_out());
        events.extend(self.detaching(DetachReason::Moved));
        events.push(SessionEvent::AbsorbedInto { other: into });
        Ok(events)
    }

    pub(super) fn separate(&self, other: SessionId) -> Result<Vec<SessionEvent>, Refusal> {
        if self.absorbed_into != Some(other) && !self.absorbed.contains(&other) {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::Separated { other }])
    }
}
