//! What the full-text index is given of an event; how it keeps that is the engine's own.

use model::SessionEvent;

/// A text to index under its event's position. Kept until the batch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub position: i64,
    pub text: Option<String>,
    pub subject: Option<String>,
    pub note: Option<String>,
}

impl IndexEntry {
    /// None for events that are not searched, and for what was erased.
    pub fn of(position: i64, event: &SessionEvent) -> Option<Self> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let entry = match event {
            SessionEvent::MessagePosted { message } => Self {
                position,
                text: some(&message.text),
                subject: message.subject.as_ref().and_then(some),
                note: None,
            },
            SessionEvent::NoteAdded { text, .. } => {
                Self { position, text: None, subject: None, note: some(text) }
            }
            _ => return None,
        };
        let is_empty = entry.text.is_none() && entry.subject.is_none() && entry.note.is_none();
        (!is_empty).then_some(entry)
    }
}
