//! The full-text index over messages and notes. It holds no text, only where which word is.

use model::SessionEvent;
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;

/// A text to index under its event's position. Kept until the batch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    position: i64,
    text: Option<String>,
    subject: Option<String>,
    note: Option<String>,
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

pub(super) fn apply(index: &mut Vec<IndexEntry>, place: &Place, event: &SessionEvent) {
    index.extend(IndexEntry::of(place.position, event));
}

/// Writes what was kept, and forgets it.
pub(crate) fn write_index(connection: &Connection, index: &mut Vec<IndexEntry>) -> Result<(), StoreError> {
    if index.is_empty() {
        return Ok(());
    }
    let mut insert = connection
        .prepare_cached("INSERT INTO search (rowid, text, subject, note) VALUES (?1, ?2, ?3, ?4)")?;
    for entry in index.drain(..) {
        insert.execute(params![entry.position, entry.text, entry.subject, entry.note])?;
    }
    Ok(())
}

/// Takes a text out of the index; it must be the one that was put in.
pub(super) fn remove(connection: &Connection, entry: &IndexEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO search (search, rowid, text, subject, note) VALUES ('delete', ?1, ?2, ?3, ?4)",
        )?
        .execute(params![entry.position, entry.text, entry.subject, entry.note])?;
    Ok(())
}
