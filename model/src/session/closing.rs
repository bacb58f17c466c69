//! How a session ends: rated, closed, erased.

use crate::event::{CloseReason, DetachReason, SessionEvent};
use crate::id::AgentId;
use crate::identity::Identity;
use crate::task::{CancelReason, TaskState};

use super::decide::check_text;
use super::{MAX_TEXT, MAX_TRANSCRIPTS, Refusal, State, Status, Task};

impl State {
    pub(super) fn closing(&self, reason: CloseReason) -> Vec<SessionEvent> {
        let mut events = self.winding_up(reason);
        events.push(SessionEvent::Closed { reason });
        events
    }

    /// The customer's words go; that there was a session stays.
    pub(super) fn erasing(&self, by: AgentId) -> Vec<SessionEvent> {
        let mut events = self.winding_up(CloseReason::Erased);
        events.push(SessionEvent::Erased { by });
        events
    }

    fn winding_up(&self, reason: CloseReason) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        // After-work outlasts the contact: who wraps up has their disposition to give.
        let ends =
            |task: &&Task| reason == CloseReason::Erased || !matches!(task.state, TaskState::Wrapping { .. });
        if let Some(task) = self.task.as_ref().filter(ends) {
            // A ringing offer is no answer: the customer left while waiting.
            let unanswered = self.handler().is_none();
            let left = unanswered && reason == CloseReason::Customer;
            let cancel = if left { CancelReason::Abandoned } else { CancelReason::SessionClosed };
            events.extend(self.canceling(task, cancel));
        }
        events.extend(self.everybody_stepping_out());
        let detach = if reason == CloseReason::Customer { DetachReason::Left } else { DetachReason::Closed };
        events.extend(self.detaching(detach));
        events
    }

    /// Mail goes to an address that anybody may have given: not often.
    pub(super) fn request_transcript(&self, to: Identity) -> Result<Vec<SessionEvent>, Refusal> {
        if self.transcripts >= MAX_TRANSCRIPTS {
            return Err(Refusal::TooMany("transcripts"));
        }
        Ok(vec![SessionEvent::TranscriptRequested { to }])
    }

    pub(super) fn rate(&self, score: u8, comment: Option<String>) -> Result<Vec<SessionEvent>, Refusal> {
        if !(1..=5).contains(&score) {
            return Err(Refusal::Invalid("the score"));
        }
        if let Some(comment) = &comment {
            check_text("a comment", comment, MAX_TEXT)?;
        }
        if self.status == Status::Closed && self.rated.is_some() {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::Rated { score, comment }])
    }
}
