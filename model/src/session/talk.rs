//! What is said and learned.

use crate::event::{Author, Message, Reader, SessionEvent};
use crate::id::{AgentId, FactName, Intent, MessageId};
use crate::stream::Sequence;

use super::decide::check_text;
use super::{MAX_ATTACHMENTS, MAX_ENTRIES, MAX_FACT, MAX_TEXT, Refusal, State};

impl State {
    pub(super) fn post(
        &self,
        message: Message,
        seen: Option<Sequence>,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if let Some(sequence) = self.find_key(message.id.0) {
            return Err(Refusal::Duplicate { sequence });
        }
        if message.attachments.is_empty() || message.text.len() > MAX_TEXT {
            check_text("a message", &message.text, MAX_TEXT)?;
        }
        if message.attachments.len() > MAX_ATTACHMENTS {
            return Err(Refusal::TooMany("attachments"));
        }
        if let Author::Agent { agent } = &message.author {
            self.check_speaker(agent)?;
        }
        if seen.is_some_and(|seen| seen < self.last_message) {
            return Err(Refusal::Behind { newest: self.last_message });
        }
        Ok(vec![SessionEvent::MessagePosted { message }])
    }

    /// Who has the session speaks, and a supervisor who has joined.
    fn check_speaker(&self, agent: &AgentId) -> Result<(), Refusal> {
        let joined = self.supervisors.get(agent) == Some(&crate::event::Intervention::Barge);
        if self.handler() == Some(agent) || joined { Ok(()) } else { Err(Refusal::NotYours(agent.clone())) }
    }

    pub(super) fn note(
        &self,
        note: MessageId,
        author: AgentId,
        text: String,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if let Some(sequence) = self.find_key(note.0) {
            return Err(Refusal::Duplicate { sequence });
        }
        check_text("a note", &text, MAX_TEXT)?;
        Ok(vec![SessionEvent::NoteAdded { note, author, text }])
    }

    pub(super) fn mark_read(&self, reader: Reader, through: Sequence) -> Result<Vec<SessionEvent>, Refusal> {
        let before = match reader {
            Reader::Customer => self.read_by_customer,
            Reader::Agent => self.read_by_agent,
        };
        let through = through.min(self.sequence);
        if through <= before {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::ReadMarked { reader, through }])
    }

    pub(super) fn detect_intent(
        &self,
        intent: Intent,
        confidence: f64,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Refusal::Invalid("the confidence"));
        }
        if self.intent.as_ref().is_some_and(|(known, _)| *known == intent) {
            return Err(Refusal::NothingChanges);
        }
        Ok(vec![SessionEvent::IntentDetected { intent, confidence }])
    }

    pub(super) fn collect_fact(
        &self,
        name: FactName,
        value: String,
        source: Author,
    ) -> Result<Vec<SessionEvent>, Refusal> {
        check_text("a fact", &value, MAX_FACT)?;
        let known = self.facts.get(&name);
        if known == Some(&value) {
            return Err(Refusal::NothingChanges);
        }
        if known.is_none() && self.facts.len() >= MAX_ENTRIES {
            return Err(Refusal::TooMany("facts"));
        }
        Ok(vec![SessionEvent::FactCollected { name, value, source }])
    }
}
