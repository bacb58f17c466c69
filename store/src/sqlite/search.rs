//! Full-text search. A user's text becomes quoted words, never the index's query language.

use model::event::Author;
use model::{Sequence, SessionEvent, StreamId};
use rusqlite::{Connection, params};

use crate::codec::{count, integer};
use crate::error::StoreError;
use crate::history::{Hit, MAX_HITS, MAX_QUERY, SearchQuery, SearchScope};
use crate::sql::Columns;

/// Words of a query that count.
const MAX_WORDS: usize = 16;

pub(crate) fn search(connection: &Connection, query: &SearchQuery) -> Result<Vec<Hit>, StoreError> {
    let Some(expression) = expression(&query.text, query.scope) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT stream.name, event.sequence, event.position, event.at, event.body,
            snippet(search, -1, '', '', '…', 16)
        FROM search
        JOIN events AS event ON event.position = search.rowid
        JOIN streams AS stream ON stream.id = event.stream
        WHERE search MATCH ?1 AND search.rowid < ?2 ORDER BY search.rowid DESC LIMIT ?3",
    )?;
    let before = query.before.map_or(i64::MAX, integer);
    let mut rows = statement.query(params![expression, before, count(query.limit.min(MAX_HITS))])?;
    let mut hits = Vec::new();
    while let Some(row) = rows.next()? {
        hits.extend(read_hit(row)?);
    }
    Ok(hits)
}

fn read_hit(row: &dyn Columns) -> Result<Option<Hit>, StoreError> {
    let StreamId::Session(session) = row.name(0)? else { return Ok(None) };
    let Some(author) = author_of(row.json(4)?) else { return Ok(None) };
    Ok(Some(Hit {
        session,
        sequence: Sequence(row.natural(1)?),
        position: row.natural(2)?,
        at: row.time(3)?,
        author,
        snippet: row.text(5)?.to_owned(),
    }))
}

fn author_of(event: SessionEvent) -> Option<Author> {
    match event {
        SessionEvent::MessagePosted { message } => Some(message.author),
        SessionEvent::NoteAdded { author, .. } => Some(Author::Agent { agent: author }),
        _ => None,
    }
}

/// The query in FTS5's language: every word a quoted string, the last one also as a beginning.
/// None if there is no word in it.
fn expression(text: &str, scope: SearchScope) -> Option<String> {
    let text = &text[..text.floor_char_boundary(MAX_QUERY)];
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '"')
        .filter(|word| word.contains(char::is_alphanumeric))
        .take(MAX_WORDS)
        .collect();
    if words.is_empty() {
        return None;
    }
    let columns = match scope {
        SearchScope::Messages => "{text subject}",
        SearchScope::MessagesAndNotes => "{text subject note}",
    };
    // No quote is left in a word, so none can end the string that it becomes.
    Some(format!("{columns} : (\"{}\"*)", words.join("\" AND \"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_and_nothing_else() {
        let scope = SearchScope::Messages;
        assert_eq!(
            expression("refund\" OR note:*", scope).unwrap(),
            "{text subject} : (\"refund\" AND \"OR\" AND \"note:*\"*)"
        );
        assert_eq!(expression(" \"*(){}:^-\0 ", scope), None);
    }

    #[test]
    fn a_long_query_is_cut_at_a_letter() {
        let long = "ü".repeat(10_000);
        assert!(expression(&long, SearchScope::MessagesAndNotes).unwrap().len() < 400);
    }
}
