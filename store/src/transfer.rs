//! Moves an embedded store to an empty PostgreSQL database, in one transaction there: whatever ends it
//! early has written nothing. Before the commit everything is read back and compared.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::error::{OpenError, StoreError};
use crate::postgres::erase::rebuild_within;
use crate::postgres::failure::Failure;
use crate::postgres::session::Session;
use crate::postgres::{PostgresOptions, connector, prepare};
use crate::sql::{Columns, Query, Statement, Value, values};
use crate::sqlite::execute::ask;
use crate::sqlite::{DATABASE, SqliteOptions, SqliteStore, open_reader};

/// Rows sent together.
const PAGE: usize = 1_000;

/// Why nothing was moved. The target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The target holds something. Name an empty database.
    #[error("the PostgreSQL database is not empty: {table} has rows")]
    NotEmpty { table: &'static str },
    /// What was read back is not what was written. Retrying is safe, and probably in vain.
    #[error("what was written to PostgreSQL is not what was read: {what}")]
    Differs { what: String },
    /// One of the two failed. Retrying is safe.
    #[error("cannot move the store: {0}")]
    Store(#[from] StoreError),
}

impl From<Failure> for TransferError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into_store())
    }
}

/// A stream that is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedStream {
    pub name: String,
    pub events: u64,
    /// SHA-256 over its events in their order, in hexadecimal.
    pub checksum: String,
}

/// What was moved and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    pub streams: Vec<MovedStream>,
    /// Rows of the other tables.
    pub rows: Vec<(&'static str, u64)>,
    /// Session events of which projections were made.
    pub projected: u64,
}

impl fmt::Display for Transferred {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: u64 = self.streams.iter().map(|stream| stream.events).sum();
        let mut all = Sha256::new();
        for stream in &self.streams {
            all.update(format!("{} {}\n", stream.checksum, stream.name));
        }
        writeln!(out, "{} streams with {events} events, each the same on both sides", self.streams.len())?;
        for (table, rows) in &self.rows {
            writeln!(out, "{rows} rows of {table}")?;
        }
        writeln!(out, "projections made of {} session events", self.projected)?;
        write!(out, "checksum of all streams: {}", HEXLOWER.encode(&all.finalize()))
    }
}

/// A table that is moved row by row.
struct Table {
    name: &'static str,
    select: &'static str,
    insert: &'static str,
    read: fn(&dyn Columns) -> Result<Vec<Value>, StoreError>,
}

const TABLES: [Table; 6] = [
    Table {
        name: "streams",
        select: "SELECT id, name, epoch, last FROM streams",
        insert: "INSERT INTO streams (id, name, epoch, last) OVERRIDING SYSTEM VALUE VALUES (?1, ?2, ?3, ?4)",
        read: |row| Ok(values![row.integer(0)?, row.text(1)?, row.integer(2)?, row.integer(3)?]),
    },
    Table {
        name: "events",
        select: "SELECT position, stream, sequence, at, key, version, body FROM events ORDER BY position",
        insert: "INSERT INTO events (position, stream, sequence, at, key, version, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        read: |row| {
            Ok(values![
                row.integer(0)?,
                row.integer(1)?,
                row.integer(2)?,
                row.integer(3)?,
                row.optional_uuid(4)?,
                row.integer(5)?,
                row.text(6)?
            ])
        },
    },
    Table {
        name: "outbox",
        select: "SELECT id, kind, target, stream, payload, created_at, not_before, state, attempts, error
            FROM outbox ORDER BY number",
        insert: "INSERT INTO outbox
                (id, kind, target, stream, payload, created_at, not_before, state, attempts, error)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        read: |row| {
            Ok(values![
                row.uuid(0)?,
                row.text(1)?,
                row.text(2)?,
                row.integer(3)?,
                row.optional_text(4)?,
                row.integer(5)?,
                row.integer(6)?,
                row.text(7)?,
                row.integer(8)?,
                row.optional_text(9)?
            ])
        },
    },
    Table {
        name: "documents",
        select: "SELECT collection, key, body, expires_at FROM documents",
        insert: "INSERT INTO documents (collection, key, body, expires_at) VALUES (?1, ?2, ?3, ?4)",
        read: |row| Ok(values![row.text(0)?, row.text(1)?, row.text(2)?, row.optional_integer(3)?]),
    },
    Table {
        name: "mail_ids",
        select: "SELECT message_id, session FROM mail_ids",
        insert: "INSERT INTO mail_ids (message_id, session) VALUES (?1, ?2)",
        read: |row| Ok(values![row.text(0)?, row.uuid(1)?]),
    },
    // No projection: the log has no longer the names from which it could be made.
    Table {
        name: "erased_blobs",
        select: "SELECT blob FROM erased_blobs",
        insert: "INSERT INTO erased_blobs (blob) VALUES (?1)",
        read: |row| Ok(values![row.text(0)?]),
    },
];

/// Moves the store in `folder`, which no other process may have open. Blocks, for long if there is much.
pub fn transfer(folder: &Path, target: &PostgresOptions) -> Result<Transferred, TransferError> {
    let database = folder.join(DATABASE);
    if !database.exists() {
        let reason = format!("there is no database in {}", folder.display());
        return Err(TransferError::Store(StoreError::Unavailable { reason }));
    }
    // Brings it to this version, and keeps others out.
    let _kept = SqliteStore::open(folder, &SqliteOptions::default())?;
    let source = open_reader(&database)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(OpenError::Folder)?;
    let connector = connector(target)?;
    runtime.block_on(prepare(&connector))?;
    let mut session = runtime.block_on(connector.connect())?;
    runtime.block_on(begin(&mut session))?;
    let mut rows = Vec::new();
    for table in &TABLES {
        rows.push((table.name, copy(&runtime, &source, &mut session, table)?));
    }
    let streams = compare(&runtime, &source, &mut session)?;
    for (table, number) in &rows {
        let count = format!("SELECT count(*) FROM {table}");
        let found = runtime.block_on(session.client.query_one(&count, &[])).map_err(Failure::from)?;
        if found.get::<_, i64>(0).cast_unsigned() != *number {
            return Err(TransferError::Differs { what: format!("the number of rows of {table}") });
        }
    }
    let projected = runtime.block_on(finish(&mut session))?;
    let rows = rows.into_iter().filter(|(table, _)| !matches!(*table, "streams" | "events")).collect();
    Ok(Transferred { streams, rows, projected })
}

/// Nobody else may write meanwhile.
async fn begin(session: &mut Session) -> Result<(), TransferError> {
    session
        .client
        .batch_execute(
            "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0;
            BEGIN; LOCK TABLE streams, documents, outbox IN ACCESS EXCLUSIVE MODE",
        )
        .await
        .map_err(Failure::from)?;
    for table in &TABLES {
        let any = format!("SELECT 1 FROM {} LIMIT 1", table.name);
        if !session.client.query(&any, &[]).await.map_err(Failure::from)?.is_empty() {
            return Err(TransferError::NotEmpty { table: table.name });
        }
    }
    Ok(())
}

fn copy(
    runtime: &tokio::runtime::Runtime,
    source: &Connection,
    session: &mut Session,
    table: &Table,
) -> Result<u64, TransferError> {
    let mut prepared = source.prepare(table.select).map_err(StoreError::from)?;
    let mut rows = prepared.query([]).map_err(StoreError::from)?;
    let mut page = Vec::with_capacity(PAGE);
    let mut copied = 0;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        page.push(Statement::new(table.insert, (table.read)(row)?));
        copied += 1;
        if page.len() == PAGE {
            runtime.block_on(session.run_all(&page))?;
            page.clear();
        }
    }
    runtime.block_on(session.run_all(&page))?;
    Ok(copied)
}

/// What is hashed of an event, with the stream it is in.
fn events(after: i64) -> Query<(i64, i64, Vec<u8>)> {
    Query::new(
        "SELECT position, stream, sequence, at, key, version, body FROM events
        WHERE position > ?1 ORDER BY position LIMIT 1000",
        values![after],
        |row| {
            let key = row.optional_uuid(4)?.map_or(String::new(), |key| key.to_string());
            let (position, stream) = (row.integer(0)?, row.integer(1)?);
            let head =
                format!("{position} {} {} {key} {} ", row.integer(2)?, row.integer(3)?, row.integer(5)?);
            Ok((position, stream, [head.as_bytes(), row.text(6)?.as_bytes()].concat()))
        },
    )
}

type Checksums = BTreeMap<i64, (u64, Sha256)>;

fn checksums(
    mut page: impl FnMut(&Query<(i64, i64, Vec<u8>)>) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError>,
) -> Result<Checksums, StoreError> {
    let mut streams = Checksums::new();
    let mut after = 0;
    loop {
        let events = page(&events(after))?;
        let Some((last, _, _)) = events.last() else { return Ok(streams) };
        after = *last;
        for (_, stream, bytes) in &events {
            let (count, hash) = streams.entry(*stream).or_default();
            *count += 1;
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
    }
}

fn compare(
    runtime: &tokio::runtime::Runtime,
    source: &Connection,
    session: &mut Session,
) -> Result<Vec<MovedStream>, TransferError> {
    let mut here = checksums(|query| ask(source, query))?;
    let mut there = checksums(|query| runtime.block_on(session.ask(query)).map_err(Failure::into_store))?;
    let heads = || {
        Query::new("SELECT id, name, epoch, last FROM streams ORDER BY id", Vec::new(), |row| {
            Ok((row.integer(0)?, row.text(1)?.to_owned(), row.integer(2)?, row.integer(3)?))
        })
    };
    let (heads_here, heads_there) =
        (ask(source, &heads())?, runtime.block_on(session.ask(&heads())).map_err(Failure::into_store)?);
    if heads_here != heads_there {
        return Err(TransferError::Differs { what: "the streams and their ends".to_owned() });
    }
    let mut streams = Vec::with_capacity(heads_here.len());
    for (id, name, _, _) in heads_here {
        let finish = |(events, hash): (u64, Sha256)| (events, HEXLOWER.encode(&hash.finalize()));
        let (events, checksum) = finish(here.remove(&id).unwrap_or_default());
        if (events, checksum.clone()) != finish(there.remove(&id).unwrap_or_default()) {
            return Err(TransferError::Differs { what: format!("the stream {name}") });
        }
        streams.push(MovedStream { name, events, checksum });
    }
    Ok(streams)
}

/// New numbers go on where the old ones ended; then everything becomes visible at once.
async fn finish(session: &mut Session) -> Result<u64, TransferError> {
    session
        .client
        .batch_execute(
            "UPDATE log_end SET position = (SELECT coalesce(max(position), 0) FROM events);
            SELECT setval(pg_get_serial_sequence('streams', 'id'), coalesce(max(id), 0) + 1, false) FROM streams;
            ANALYZE",
        )
        .await
        .map_err(Failure::from)?;
    let projected = rebuild_within(session).await?;
    session.client.batch_execute("COMMIT").await.map_err(Failure::from)?;
    Ok(projected)
}
