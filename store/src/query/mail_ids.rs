//! Which session a mail belongs to, by the Message-IDs it answers.

use model::{SessionId, StreamId};

use crate::append::Append;
use crate::sql::{Query, Statement, values};

pub(crate) fn insert(append: &Append) -> Vec<Statement> {
    let StreamId::Session(session) = append.stream else { return Vec::new() };
    let insert = |id: &String| {
        Statement::new(
            "INSERT INTO mail_ids (message_id, session) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            values![id.as_str(), session.0],
        )
    };
    append.mail_ids.iter().map(insert).collect()
}

/// An id may be known in several sessions.
pub(crate) fn find(id: &str) -> Query<(String, SessionId)> {
    Query::new(
        "SELECT message_id, session FROM mail_ids WHERE message_id = ?1 ORDER BY session",
        values![id],
        |row| Ok((row.text(0)?.to_owned(), SessionId(row.uuid(1)?))),
    )
}
