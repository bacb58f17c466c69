//! The log's rules, without its tables: what contradicts itself, who is fenced, where a stream ends.

use model::{Epoch, Event, Sequence, SessionEvent, StreamId};
use uuid::Uuid;

use crate::append::{Append, AppendError, MAX_EVENTS, MAX_MAIL_ID};
use crate::codec;

/// A stream as the log knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its number in the tables.
    pub id: i64,
    pub epoch: Epoch,
    pub last: Sequence,
}

impl Head {
    /// A higher epoch than the log knows was claimed elsewhere and is adopted.
    pub fn check_epoch(&self, append: &Append) -> Result<(), AppendError> {
        if append.epoch < self.epoch { Err(AppendError::Fenced { epoch: self.epoch }) } else { Ok(()) }
    }

    pub fn check_end(&self, append: &Append) -> Result<(), AppendError> {
        if append.expected == self.last { Ok(()) } else { Err(AppendError::Conflict { last: self.last }) }
    }
}

/// An append whose events are encoded: done before the writer's turn, on the caller's thread.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub append: Append,
    pub bodies: Vec<String>,
}

/// Refuses what contradicts itself.
pub(crate) fn encode(append: Append) -> Result<Encoded, AppendError> {
    let invalid = |reason| Err(AppendError::Invalid { reason });
    if append.events.is_empty() || append.events.len() > MAX_EVENTS {
        return invalid("1 to 1,000 events make an append");
    }
    if !append.events.iter().all(|event| codec::belongs(&append.stream, event)) {
        return invalid("an event is not of its stream's kind");
    }
    if has_repeated_key(&append.events) {
        return invalid("two events have the same deduplication key");
    }
    if append.mail_ids.iter().any(|id| id.is_empty() || id.len() > MAX_MAIL_ID) {
        return invalid("a Message-ID is empty or too long");
    }
    if !append.mail_ids.is_empty() && !matches!(append.stream, StreamId::Session(_)) {
        return invalid("only sessions have mails");
    }
    let bodies = append.events.iter().map(codec::encode).collect::<Result<_, _>>()?;
    Ok(Encoded { append, bodies })
}

fn has_repeated_key(events: &[Event]) -> bool {
    let mut keys: Vec<Uuid> = events.iter().filter_map(deduplication_key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

pub(crate) fn deduplication_key(event: &Event) -> Option<Uuid> {
    match event {
        Event::Session(event) => event.deduplication_key(),
        Event::Agent(_) | Event::Organisation(_) | Event::Audit(_) | Event::Routing(_) => None,
    }
}

/// Whether the append takes words out of the log.
pub(crate) fn erases(append: &Append) -> bool {
    append.events.iter().any(|event| matches!(event, Event::Session(SessionEvent::Erased { .. })))
}
