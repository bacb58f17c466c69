//! What supervisors do in a session.

use crate::event::{Intervention, Role, SessionEvent};
use crate::id::{AgentId, MessageId};
use crate::task::TaskState;

use super::decide::check_text;
use super::{MAX_ENTRIES, MAX_TEXT, Refusal, State};

impl State {
    pub(super) fn intervene(
        &self,
        supervisor: AgentId,
        intervention: Intervention,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        let before = self.supervisors.get(&supervisor);
        // Who has the session reads and speaks already.
        if before == Some(&intervention) || self.handler() == Some(&supervisor) {
            return Err(Refusal::NothingChanges);
        }
        if intervention == Intervention::TakeOver {
            return self.take_over(supervisor);
        }
        if before.is_none() && self.supervisors.len() >= MAX_ENTRIES {
            return Err(Refusal::TooMany("supervisors"));
        }
        let mut events = self.ending(&supervisor);
        events.push(SessionEvent::InterventionStarted { supervisor: supervisor.clone(), intervention });
        if intervention == Intervention::Barge {
            events.push(SessionEvent::AgentJoined { agent: supervisor, role: Role::Supervisor });
        }
        Ok(events)
    }

    /// The supervisor gets the task, whatever state it is in.
    fn take_over(&self, supervisor: AgentId) -> Result<Vec<SessionEvent>, Refusal> {
        let task = self.task.as_ref().ok_or(Refusal::WrongTaskState)?;
        let mut events = self.ending(&supervisor);
        events.extend(self.letting_go(task));
        let intervention = Intervention::TakeOver;
        events.push(SessionEvent::InterventionStarted { supervisor: supervisor.clone(), intervention });
        events.push(SessionEvent::InterventionEnded { supervisor: supervisor.clone(), intervention });
        events.push(SessionEvent::TaskAssigned {
            task: task.id,
            reservation: None,
            agent: supervisor.clone(),
            by: None,
        });
        events.push(SessionEvent::AgentJoined { agent: supervisor, role: Role::Handler });
        Ok(events)
    }

    pub(super) fn step_out(&self, supervisor: AgentId) -> Result<Vec<SessionEvent>, Refusal> {
        let events = self.ending(&supervisor);
        if events.is_empty() { Err(Refusal::NothingChanges) } else { Ok(events) }
    }

    pub(super) fn ending(&self, supervisor: &AgentId) -> Vec<SessionEvent> {
        let Some(intervention) = self.supervisors.get(supervisor) else { return Vec::new() };
        let mut events = vec![SessionEvent::InterventionEnded {
            supervisor: supervisor.clone(),
            intervention: *intervention,
        }];
        if *intervention == Intervention::Barge {
            events.push(SessionEvent::AgentLeft { agent: supervisor.clone(), role: Role::Supervisor });
        }
        events
    }

    pub(super) fn everybody_stepping_out(&self) -> impl Iterator<Item = SessionEvent> {
        self.supervisors.keys().flat_map(|supervisor| self.ending(supervisor))
    }

    pub(super) fn whisper(
        &self,
        message: MessageId,
        supervisor: AgentId,
        text: String,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if let Some(sequence) = self.find_key(message.0) {
            return Err(Refusal::Duplicate { sequence });
        }
        check_text("a whisper", &text, MAX_TEXT)?;
        if !matches!(self.task.as_ref().map(|task| &task.state), Some(TaskState::Assigned { .. })) {
            return Err(Refusal::WrongTaskState);
        }
        Ok(vec![SessionEvent::Whispered { message, supervisor, text }])
    }
}
