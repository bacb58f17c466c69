//! The tables, as a list of migrations: each runs once, in a transaction, in this order.

use rusqlite::Connection;

use crate::error::OpenError;

/// Appended to, never changed: a data folder remembers how many of these it has had.
const MIGRATIONS: &[&str] =
    &[LOG_AND_PROJECTIONS, CUSTOMERS_OF_ONE_PERSON, SEVERAL_OFFERS, CALLBACKS, UNANSWERED, BLOBS, OFFERS];

/// `position` orders the events of all streams. Texts are only in `events.body`; `search` indexes
/// them through the view `searchable` and holds no copy.
const LOG_AND_PROJECTIONS: &str = "
CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key BLOB,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, sequence)
) STRICT;
CREATE UNIQUE INDEX events_key ON events (stream, key) WHERE key IS NOT NULL;

CREATE TABLE sessions (
    session BLOB PRIMARY KEY,
    stream INTEGER NOT NULL,
    customer BLOB NOT NULL,
    site TEXT NOT NULL,
    language TEXT,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    close_reason TEXT,
    channels INTEGER NOT NULL DEFAULT 0,
    last_text TEXT,
    last_message_at INTEGER,
    last_agent TEXT,
    intent TEXT,
    absorbed_into BLOB,
    erased_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_customer ON sessions (customer, opened_at);
CREATE INDEX sessions_open ON sessions (session) WHERE closed_at IS NULL;

CREATE TABLE tasks (
    session BLOB NOT NULL,
    task BLOB NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    requirements TEXT NOT NULL,
    priority INTEGER NOT NULL,
    waiting_since INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    preferred_agent TEXT,
    only_agent TEXT,
    state TEXT NOT NULL,
    agent TEXT,
    reservation BLOB,
    state_time INTEGER,
    PRIMARY KEY (session, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_open ON tasks (waiting_since, session, task) WHERE state NOT IN ('completed', 'canceled');

CREATE TABLE waits (
    session BLOB NOT NULL,
    task BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    queue TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    wait INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (session, task, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX waits_queue ON waits (queue, ended_at);

CREATE TABLE identities (
    identity TEXT NOT NULL,
    customer BLOB NOT NULL,
    verification INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (identity, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE handlings (
    session BLOB NOT NULL,
    agent TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (session, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE absorptions (
    session BLOB NOT NULL,
    other BLOB NOT NULL,
    through INTEGER NOT NULL,
    PRIMARY KEY (session, other)
) STRICT, WITHOUT ROWID;

CREATE VIEW searchable AS SELECT
    position,
    json_extract(body, '$.message.text') AS text,
    json_extract(body, '$.message.subject') AS subject,
    json_extract(body, '$.text') AS note
FROM events;
CREATE VIRTUAL TABLE search USING fts5 (
    text, subject, note,
    content = 'searchable', content_rowid = 'position',
    tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    stream INTEGER NOT NULL,
    payload TEXT,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT
) STRICT;
CREATE INDEX outbox_pending ON outbox (kind, target, number) WHERE state = 'pending';
CREATE INDEX outbox_stream ON outbox (stream);

CREATE TABLE documents (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE mail_ids (
    message_id TEXT NOT NULL,
    session BLOB NOT NULL,
    PRIMARY KEY (message_id, session)
) STRICT, WITHOUT ROWID;
";

/// Who else a customer is, is asked with each history.
const CUSTOMERS_OF_ONE_PERSON: &str = "CREATE INDEX identities_customer ON identities (customer);";

/// What rings besides the first offer, as JSON; NULL for nearly all.
const SEVERAL_OFFERS: &str = "ALTER TABLE tasks ADD COLUMN other_offers TEXT;";
/// What a callback is, and what waits for its time.
const CALLBACKS: &str = "
ALTER TABLE tasks ADD COLUMN callback TEXT;
ALTER TABLE tasks ADD COLUMN not_before INTEGER;
";

/// Offers that rang out. What did so before this table was there is not in it.
const UNANSWERED: &str = "
CREATE TABLE unanswered (position INTEGER PRIMARY KEY, at INTEGER NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE INDEX unanswered_at ON unanswered (at);
CREATE TABLE misses (agent TEXT PRIMARY KEY, in_a_row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Where blobs are named, in the messages of before too; and those whose files are to be deleted.
const BLOBS: &str = "
CREATE TABLE blobs (blob TEXT NOT NULL, session BLOB NOT NULL, PRIMARY KEY (blob, session))
    STRICT, WITHOUT ROWID;
CREATE INDEX blobs_session ON blobs (session);
CREATE TABLE erased_blobs (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO blobs
    SELECT json_extract(attachment.value, '$.blob'), session.session
    FROM sessions AS session JOIN events AS event ON event.stream = session.stream,
        json_each(event.body, '$.message.attachments') AS attachment;
INSERT OR IGNORE INTO blobs
    SELECT json_extract(event.body, '$.message.original'), session.session
    FROM sessions AS session JOIN events AS event ON event.stream = session.stream
    WHERE json_extract(event.body, '$.message.original') IS NOT NULL;
";

/// A row an offer that rings instead of columns for the first and JSON for the others; and offers that
/// rang out are known by their event's place in its session, which every engine has.
const OFFERS: &str = "
CREATE TABLE offers (
    session BLOB NOT NULL,
    task BLOB NOT NULL,
    number INTEGER NOT NULL,
    reservation BLOB NOT NULL,
    agent TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (session, task, number)
) STRICT, WITHOUT ROWID;
INSERT INTO offers
    SELECT session, task, -1, reservation, agent, state_time FROM tasks WHERE state = 'reserved';
INSERT INTO offers
    SELECT task.session, task.task, other.key, unhex(json_extract(other.value, '$.reservation'), '-'),
        json_extract(other.value, '$.agent'), json_extract(other.value, '$.expires_at')
    FROM tasks AS task, json_each(task.other_offers) AS other WHERE task.state = 'reserved';
UPDATE tasks SET agent = NULL, state_time = NULL WHERE state = 'reserved';
ALTER TABLE tasks DROP COLUMN other_offers;
ALTER TABLE tasks DROP COLUMN reservation;
ALTER TABLE unanswered RENAME TO unanswered_by_position;
CREATE TABLE unanswered (
    session BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (session, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO unanswered
    SELECT session.session, event.sequence, old.at, old.agent
    FROM unanswered_by_position AS old
    JOIN events AS event ON event.position = old.position
    JOIN sessions AS session ON session.stream = event.stream;
DROP TABLE unanswered_by_position;
CREATE INDEX unanswered_at ON unanswered (at);
";

/// Brings the database to this program's version; leaves it untouched if it is newer.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let done = usize::try_from(found).unwrap_or(0);
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rang_before_offers_had_rows_rings_on_in_its_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..6] {
            connection.execute_batch(migration).unwrap();
        }
        connection.pragma_update(None, "user_version", 6).unwrap();
        let others = r#"[{"reservation":"00000000-0000-0000-0000-000000000006","agent":"ben","expires_at":8},
            {"reservation":"00000000-0000-0000-0000-000000000007","agent":"cem","expires_at":9}]"#;
        connection
            .execute(
                "INSERT INTO tasks (session, task, queue, channel, requirements, priority, waiting_since,
                    queued_at, state, agent, reservation, state_time, other_offers)
                VALUES (x'01', x'02', 'sales', 'chat', '{}', 0, 1, 1, 'reserved', 'ana',
                    x'00000000000000000000000000000005', 7, ?1)",
                [others],
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let mut offers = connection
            .prepare(
                "SELECT agent || ':' || hex(reservation) || ':' || expires_at FROM offers ORDER BY number",
            )
            .unwrap();
        let offers: Vec<String> =
            offers.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        let zeros = "0".repeat(31);
        assert_eq!(offers, [format!("ana:{zeros}5:7"), format!("ben:{zeros}6:8"), format!("cem:{zeros}7:9")]);
    }
}
