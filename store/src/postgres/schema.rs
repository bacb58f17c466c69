//! The tables, as a list of migrations: each runs once, in a transaction, in this order. And what a
//! server and its database must be.

use tokio_postgres::Client;

use super::failure::Failure;
use crate::error::OpenError;

/// The oldest server, as PostgreSQL writes versions in one number.
const OLDEST: i32 = 140_000;

/// Appended to, never changed: the database remembers how many of these it has had.
const MIGRATIONS: &[&str] = &[LOG_AND_PROJECTIONS];

/// Names and keys are compared byte by byte, whatever the database's language. `log_end` is the last
/// position given: its row is locked from there to the commit, so positions become visible in their order.
const LOG_AND_PROJECTIONS: &str = "
CREATE TABLE streams (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE \"C\" NOT NULL UNIQUE,
    epoch BIGINT NOT NULL,
    last BIGINT NOT NULL
);
CREATE FUNCTION tandem_fence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.epoch < OLD.epoch OR NEW.last < OLD.last THEN
        RAISE EXCEPTION 'an epoch or an end of a stream never sinks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fence BEFORE UPDATE ON streams FOR EACH ROW EXECUTE FUNCTION tandem_fence();
CREATE TABLE log_end (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), position BIGINT NOT NULL)
    WITH (fillfactor = 10);
INSERT INTO log_end (position) VALUES (0);
CREATE TABLE events (
    position BIGINT PRIMARY KEY,
    stream BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    key UUID,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, sequence)
);
CREATE UNIQUE INDEX events_key ON events (stream, key) WHERE key IS NOT NULL;

CREATE TABLE sessions (
    session UUID PRIMARY KEY,
    stream BIGINT NOT NULL,
    customer UUID NOT NULL,
    site TEXT NOT NULL,
    language TEXT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    close_reason TEXT,
    channels BIGINT NOT NULL DEFAULT 0,
    last_text TEXT,
    last_message_at BIGINT,
    last_agent TEXT,
    intent TEXT,
    absorbed_into UUID,
    erased_at BIGINT
) WITH (fillfactor = 70);
CREATE INDEX sessions_customer ON sessions (customer, opened_at);
CREATE INDEX sessions_open ON sessions (session) WHERE closed_at IS NULL;

CREATE TABLE tasks (
    session UUID NOT NULL,
    task UUID NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    requirements TEXT NOT NULL,
    priority BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    preferred_agent TEXT,
    only_agent TEXT,
    state TEXT NOT NULL,
    agent TEXT,
    state_time BIGINT,
    callback TEXT,
    not_before BIGINT,
    PRIMARY KEY (session, task)
) WITH (fillfactor = 70);
CREATE INDEX tasks_open ON tasks (waiting_since, session, task) WHERE state NOT IN ('completed', 'canceled');

CREATE TABLE offers (
    session UUID NOT NULL,
    task UUID NOT NULL,
    number BIGINT NOT NULL,
    reservation UUID NOT NULL,
    agent TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (session, task, number)
);

CREATE TABLE waits (
    session UUID NOT NULL,
    task UUID NOT NULL,
    sequence BIGINT NOT NULL,
    queue TEXT NOT NULL,
    ended_at BIGINT NOT NULL,
    wait BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (session, task, sequence)
);
CREATE INDEX waits_queue ON waits (queue, ended_at);

CREATE TABLE unanswered (
    session UUID NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    agent TEXT COLLATE \"C\" NOT NULL,
    PRIMARY KEY (session, sequence)
);
CREATE INDEX unanswered_at ON unanswered (at);
CREATE TABLE misses (agent TEXT COLLATE \"C\" PRIMARY KEY, in_a_row BIGINT NOT NULL);

CREATE TABLE identities (
    identity TEXT COLLATE \"C\" NOT NULL,
    customer UUID NOT NULL,
    verification BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (identity, customer)
);
CREATE INDEX identities_customer ON identities (customer);

CREATE TABLE handlings (
    session UUID NOT NULL,
    agent TEXT COLLATE \"C\" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session, agent)
);

CREATE TABLE absorptions (
    session UUID NOT NULL,
    other UUID NOT NULL,
    through BIGINT NOT NULL,
    PRIMARY KEY (session, other)
);

CREATE TABLE blobs (blob TEXT COLLATE \"C\" NOT NULL, session UUID NOT NULL, PRIMARY KEY (blob, session));
CREATE INDEX blobs_session ON blobs (session);
CREATE TABLE erased_blobs (blob TEXT COLLATE \"C\" PRIMARY KEY);

CREATE TABLE search (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL, is_note BIGINT NOT NULL);
CREATE INDEX search_words ON search USING gin (words);

CREATE TABLE outbox (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    target TEXT COLLATE \"C\" NOT NULL,
    stream BIGINT NOT NULL,
    payload TEXT,
    created_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT
);
CREATE INDEX outbox_pending ON outbox (kind, target, number) WHERE state = 'pending';
CREATE INDEX outbox_stream ON outbox (stream);

CREATE TABLE documents (
    collection TEXT COLLATE \"C\" NOT NULL,
    key TEXT COLLATE \"C\" NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (collection, key)
);
CREATE INDEX documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE mail_ids (
    message_id TEXT COLLATE \"C\" NOT NULL,
    session UUID NOT NULL,
    PRIMARY KEY (message_id, session)
);
CREATE INDEX mail_ids_session ON mail_ids (session);
";

/// Any number that nobody else locks: nodes that start together migrate one after the other.
const LOCK: i64 = 0x7461_6e64_656d;

/// Refuses a server that is too old, a database that is not UTF-8 or is newer than this program;
/// brings an older one to this program's version.
pub(crate) async fn prepare(client: &mut Client) -> Result<(), OpenError> {
    check_server(client).await?;
    client.batch_execute("SET statement_timeout = 0").await.map_err(failed)?;
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(failed)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS tandem_schema (version BIGINT NOT NULL)")
        .await
        .map_err(failed)?;
    let found = transaction.query_opt("SELECT version FROM tandem_schema", &[]).await.map_err(failed)?;
    let found: i64 = found.map_or(0, |row| row.get(0));
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(migration).await.map_err(failed)?;
    }
    if found < known {
        transaction.batch_execute("DELETE FROM tandem_schema").await.map_err(failed)?;
        transaction.execute("INSERT INTO tandem_schema VALUES ($1)", &[&known]).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

async fn check_server(client: &Client) -> Result<(), OpenError> {
    let row = client
        .query_one(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),
                current_setting('server_encoding')",
            &[],
        )
        .await
        .map_err(failed)?;
    if row.get::<_, i32>(0) < OLDEST {
        return Err(OpenError::OldServer { found: row.get(1) });
    }
    let encoding: String = row.get(2);
    if encoding != "UTF8" {
        return Err(OpenError::Encoding { found: encoding });
    }
    Ok(())
}

pub(crate) fn failed(error: impl Into<Failure>) -> OpenError {
    OpenError::Postgres { reason: error.into().into_store().to_string() }
}
