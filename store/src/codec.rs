//! Between the vocabulary's types and what the engines store.

use model::{Event, Recorded, Sequence, SessionEvent, StreamId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::sql::Columns;

/// The version written beside each event's body. Events are additive, so it changes only if the
/// encoding itself does.
pub(crate) const EVENT_VERSION: i64 = 1;

/// The engines' integers are signed; nothing we count comes near the limit.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way; a negative number is none of ours.
pub(crate) fn natural(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(StoreError::corrupt)
}

pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::corrupt)
}

/// A unit variant's name as serde writes it, without the quotes.
pub(crate) fn word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    to_json(value).map(|quoted| quoted.trim_matches('"').to_owned())
}

/// The variant that [`word`] wrote.
pub(crate) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(StoreError::corrupt)
}

pub(crate) fn encode(event: &Event) -> Result<String, StoreError> {
    match event {
        Event::Session(event) => to_json(event),
        Event::Agent(event) => to_json(event),
        Event::Organisation(event) => to_json(event),
        Event::Audit(entry) => to_json(entry),
        Event::Routing(event) => to_json(event),
    }
}

pub(crate) fn decode(stream: &StreamId, body: &str) -> Result<Event, StoreError> {
    match stream {
        StreamId::Session(_) => json(body).map(Event::Session),
        StreamId::Agent(_) => json(body).map(Event::Agent),
        StreamId::Organisation => json(body).map(Event::Organisation),
        StreamId::Audit => json(body).map(Event::Audit),
        StreamId::Routing(_) => json(body).map(Event::Routing),
    }
}

/// Whether an event may stand in a stream.
pub(crate) fn belongs(stream: &StreamId, event: &Event) -> bool {
    matches!(
        (stream, event),
        (StreamId::Session(_), Event::Session(_))
            | (StreamId::Agent(_), Event::Agent(_))
            | (StreamId::Organisation, Event::Organisation(_))
            | (StreamId::Audit, Event::Audit(_))
            | (StreamId::Routing(_), Event::Routing(_))
    )
}

/// Reads `sequence, at, body` from a row, starting at `column`.
pub(crate) fn recorded_session(
    row: &dyn Columns,
    column: usize,
) -> Result<Recorded<SessionEvent>, StoreError> {
    Ok(Recorded {
        sequence: Sequence(row.natural(column)?),
        at: row.time(column + 1)?,
        event: row.json(column + 2)?,
    })
}
