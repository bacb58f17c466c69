//! Full-text search. A row a text, with its words as a `tsvector`; the text itself is only in the log.

use model::event::Author;
use model::{Sequence, SessionEvent, StreamId};

use super::failure::Failure;
use super::session::Session;
use super::words::{Looked, vector};
use crate::codec::{count, integer};
use crate::error::StoreError;
use crate::history::{Hit, MAX_HITS, SearchQuery, SearchScope};
use crate::projection::IndexEntry;
use crate::sql::{Columns, Query, values};

const SEARCH: &str = "
SELECT stream.name, event.sequence, event.position, event.at, event.body
FROM search
JOIN events AS event ON event.position = search.position
JOIN streams AS stream ON stream.id = event.stream
WHERE search.words @@ CAST(CAST(?1 AS text) AS tsquery) AND search.position < ?2 AND search.is_note <= ?3
ORDER BY search.position DESC LIMIT ?4";

pub(crate) fn search(query: &SearchQuery) -> Option<Query<Hit>> {
    let looked = Looked::of(&query.text)?;
    let notes = match query.scope {
        SearchScope::Messages => 0,
        SearchScope::MessagesAndNotes => 1,
    };
    let before = query.before.map_or(i64::MAX, integer);
    let values = values![looked.query(), before, notes, count(query.limit.min(MAX_HITS))];
    Some(Query::folding(SEARCH, values, move |row, hits| {
        hits.extend(read_hit(row, &looked)?);
        Ok(())
    }))
}

fn read_hit(row: &dyn Columns, looked: &Looked) -> Result<Option<Hit>, StoreError> {
    let StreamId::Session(session) = row.name(0)? else { return Ok(None) };
    let (author, texts) = match row.json(4)? {
        SessionEvent::MessagePosted { message } => (message.author, [Some(message.text), message.subject]),
        SessionEvent::NoteAdded { author, text, .. } => (Author::Agent { agent: author }, [Some(text), None]),
        _ => return Ok(None),
    };
    let snippet = texts.iter().flatten().find_map(|text| looked.snippet(text)).unwrap_or_default();
    Ok(Some(Hit {
        session,
        sequence: Sequence(row.natural(1)?),
        position: row.natural(2)?,
        at: row.time(3)?,
        author,
        snippet,
    }))
}

/// A text of the event at a place in the log, for the index.
pub(crate) struct Indexed {
    pub stream: i64,
    pub sequence: i64,
    words: String,
    is_note: i64,
}

impl Indexed {
    pub fn of(stream: i64, sequence: Sequence, event: &SessionEvent) -> Option<Self> {
        let entry = IndexEntry::of(0, event)?;
        let texts = [&entry.text, &entry.subject, &entry.note];
        let texts: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        let is_note = i64::from(entry.note.is_some());
        Some(Self { stream, sequence: integer(sequence.0), words: vector(&texts), is_note })
    }
}

/// The positions come from the log, which has the events already.
pub(crate) const INDEX: &str = "
INSERT INTO search (position, words, is_note)
SELECT event.position, CAST(entry.words AS tsvector), entry.is_note
FROM unnest(?1::bigint[], ?2::bigint[], ?3::text[], ?4::bigint[]) AS entry (stream, sequence, words, is_note)
JOIN events AS event ON event.stream = entry.stream AND event.sequence = entry.sequence";

/// The values of [`INDEX`].
pub(crate) type IndexValues = (Vec<i64>, Vec<i64>, Vec<String>, Vec<i64>);

pub(crate) fn columns(entries: Vec<Indexed>) -> IndexValues {
    let mut all = IndexValues::default();
    for entry in entries {
        all.0.push(entry.stream);
        all.1.push(entry.sequence);
        all.2.push(entry.words);
        all.3.push(entry.is_note);
    }
    all
}

pub(crate) async fn write_index(session: &mut Session, entries: Vec<Indexed>) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let (streams, sequences, words, notes) = columns(entries);
    session.rows(INDEX, &[&streams, &sequences, &words, &notes]).await?;
    Ok(())
}
