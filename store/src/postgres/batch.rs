//! Requests that are committed together, in two flights over the wire.
//!
//! The first locks the rows of all their streams and finds keys that are held already. With these the
//! rules of [`crate::log`] are decided here, so that a refused append has written nothing and no
//! savepoint is needed. The second writes everything. It takes positions last, by the locked row of
//! `log_end`, and keeps that row only until its commit, which is in the same flight: so positions become
//! visible in their order, and whoever follows the log misses none.
//!
//! The database holds the rules too: sequences and keys are unique, and an epoch never sinks.

use std::collections::HashMap;
use std::num::NonZeroU64;

use model::{Epoch, Event, Sequence, StreamId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::erase::erase;
use super::failure::Failure;
use super::job::{Answer, Job};
use super::search::{INDEX, Indexed, columns};
use super::session::{Column, Session, asking, pipelined, saying, sending};
use crate::append::{AppendError, Appended, Claim};
use crate::codec::{EVENT_VERSION, integer, natural};
use crate::error::StoreError;
use crate::log::{Encoded, Head, deduplication_key, erases};
use crate::projection::{self, Place};
use crate::query;
use crate::sql::Statement;

const LOCK: &str = "SELECT id, name, epoch, last FROM streams WHERE name = ANY(?1) ORDER BY name FOR UPDATE";
/// An epoch of 0 is nobody's.
const CREATE: &str =
    "INSERT INTO streams (name, epoch, last) SELECT name, 0, 0 FROM unnest(?1::text[]) AS name
    ORDER BY name ON CONFLICT DO NOTHING";
const HELD_KEYS: &str = "SELECT stream.name, event.key, event.sequence
    FROM unnest(?1::text[], ?2::uuid[]) AS asked (name, key)
    JOIN streams AS stream ON stream.name = asked.name
    JOIN events AS event ON event.stream = stream.id AND event.key = asked.key";
const MOVE_ON: &str = "UPDATE streams SET epoch = moved.epoch, last = moved.last
    FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[]) AS moved (id, epoch, last)
    WHERE streams.id = moved.id";
const FORGET_CREATED: &str = "DELETE FROM streams WHERE id = ANY(?1) AND epoch = 0";
const RECORD: &str = "
WITH taken AS (
    UPDATE log_end SET position = position + cardinality(?1::bigint[])
    RETURNING position - cardinality(?1::bigint[]) AS base
)
INSERT INTO events (position, stream, sequence, at, key, version, body)
SELECT taken.base + event.number, event.stream, event.sequence, event.at, event.key, ?6, event.body
FROM taken, unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::uuid[], ?5::text[])
    WITH ORDINALITY AS event (stream, sequence, at, key, body, number)
RETURNING position";

/// Decides and commits; nobody may hear of an answer unless this succeeds.
pub(crate) async fn commit(session: &mut Session, jobs: &[Job]) -> Result<Vec<Answer>, Failure> {
    let outcome = attempt(session, jobs).await;
    if outcome.is_err() && !session.is_closed() {
        // If this fails the connection is of no use, and the next request says so.
        let _ = session.client.batch_execute("ROLLBACK").await;
    }
    outcome
}

async fn attempt(session: &mut Session, jobs: &[Job]) -> Result<Vec<Answer>, Failure> {
    let mut batch = Batch::default();
    batch.lock(session, jobs).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    for job in jobs {
        answers.push(batch.decide(job)?);
    }
    batch.write(session, &mut answers).await?;
    Ok(answers)
}

/// Events to record, a column each.
#[derive(Default)]
struct Events {
    streams: Vec<i64>,
    sequences: Vec<i64>,
    times: Vec<i64>,
    keys: Vec<Option<Uuid>>,
    bodies: Vec<String>,
}

#[derive(Default)]
struct Batch {
    heads: HashMap<String, Head>,
    keys: HashMap<(i64, Uuid), Sequence>,
    /// Streams made by this transaction, so far without an owner.
    created: Vec<i64>,
    /// Streams whose epoch or end changes.
    moved: HashMap<i64, Head>,
    events: Events,
    index: Vec<Indexed>,
    /// Written before positions are taken; they name the answer that hears how many rows changed.
    statements: Vec<Statement>,
    counted: Vec<(usize, usize)>,
    /// Written after: entries of one target are numbered in the order of the log.
    outbox: Vec<Statement>,
    /// Places of events that erase what is before them.
    erasing: Vec<Place>,
    jobs: usize,
}

impl Batch {
    async fn lock(&mut self, session: &mut Session, jobs: &[Job]) -> Result<(), Failure> {
        let mut names: Vec<String> = jobs.iter().filter_map(Job::stream).map(ToString::to_string).collect();
        names.sort_unstable();
        names.dedup();
        let (asked, keys) = asked_keys(jobs);
        let (lock, held) = (session.prepare(LOCK).await?, session.prepare(HELD_KEYS).await?);
        let client = &session.client;
        let begin = saying(client, "BEGIN");
        let locked = asking(client, &lock, vec![&names]);
        let found = asking(client, &held, vec![&asked, &keys]);
        let mut flight = pipelined(vec![begin, locked, found]).await?.into_iter().map(|flown| flown.rows);
        let (_, locked, held) = (flight.next(), flight.next().unwrap_or_default(), flight.next());
        self.note_heads(&locked)?;
        let missing: Vec<&String> = names.iter().filter(|name| !self.heads.contains_key(*name)).collect();
        if !missing.is_empty() {
            session.rows(CREATE, &[&missing]).await?;
            let locked = session.rows(LOCK, &[&missing]).await?;
            self.note_heads(&locked)?;
        }
        for row in held.unwrap_or_default() {
            let (name, key): (String, Uuid) = (row.get(0), row.get(1));
            let Some(head) = self.heads.get(&name) else { continue };
            self.keys.insert((head.id, key), Sequence(natural(row.get(2))?));
        }
        Ok(())
    }

    fn note_heads(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        for row in rows {
            let (id, name): (i64, String) = (row.get(0), row.get(1));
            let epoch = NonZeroU64::new(natural(row.get(2))?);
            if epoch.is_none() {
                self.created.push(id);
            }
            let epoch = epoch.map_or(Epoch::FIRST, Epoch);
            self.heads.insert(name, Head { id, epoch, last: Sequence(natural(row.get(3))?) });
        }
        Ok(())
    }

    fn decide(&mut self, job: &Job) -> Result<Answer, Failure> {
        let number = self.jobs;
        self.jobs += 1;
        Ok(match job {
            Job::Execute(statement, _) => {
                self.counted.push((self.statements.len(), number));
                self.statements.push(statement.clone());
                Answer::Count(0)
            }
            Job::Claim(stream, _) => Answer::Claim(self.claim(stream)?),
            Job::Append(encoded, _) => match self.append(encoded) {
                Ok(appended) => Answer::Append(Ok(appended)),
                Err(AppendError::Unavailable { reason }) => {
                    return Err(Failure::Store(StoreError::Unavailable { reason }));
                }
                Err(refusal) => Answer::Append(Err(refusal)),
            },
        })
    }

    fn head(&self, stream: &StreamId) -> Result<Head, StoreError> {
        let found = self.heads.get(&stream.to_string()).copied();
        found.ok_or_else(|| StoreError::corrupt(format_args!("the stream {stream} is not kept")))
    }

    fn move_to(&mut self, stream: &StreamId, head: Head) {
        self.heads.insert(stream.to_string(), head);
        self.created.retain(|created| *created != head.id);
        self.moved.insert(head.id, head);
    }

    fn claim(&mut self, stream: &StreamId) -> Result<Claim, StoreError> {
        let head = self.head(stream)?;
        let is_new = self.created.contains(&head.id);
        let epoch = if is_new { Epoch::FIRST } else { head.epoch.next() };
        self.move_to(stream, Head { epoch, ..head });
        Ok(Claim { epoch, last: head.last })
    }

    /// Its position is only known once it is recorded.
    fn append(&mut self, encoded: &Encoded) -> Result<Appended, AppendError> {
        let Encoded { append, bodies } = encoded;
        let head = self.head(&append.stream)?;
        if !self.created.contains(&head.id) {
            head.check_epoch(append)?;
        }
        for key in append.events.iter().filter_map(deduplication_key) {
            if let Some(sequence) = self.keys.get(&(head.id, key)) {
                return Err(AppendError::Duplicate { key, sequence: *sequence });
            }
        }
        head.check_end(append)?;
        let mut sequence = head.last;
        for (event, body) in append.events.iter().zip(bodies) {
            sequence = sequence.next();
            self.record(head.id, sequence, encoded, event, body)?;
        }
        if erases(append) {
            self.statements.push(query::outbox::forget(head.id));
        }
        self.outbox.extend(query::outbox::enqueue(head.id, append)?);
        self.statements.extend(query::mail_ids::insert(append));
        self.move_to(&append.stream, Head { id: head.id, epoch: append.epoch, last: sequence });
        let number = self.events.streams.len() as u64;
        Ok(Appended { first: head.last.next(), last: sequence, position: number })
    }

    fn record(
        &mut self,
        stream: i64,
        sequence: Sequence,
        encoded: &Encoded,
        event: &Event,
        body: &str,
    ) -> Result<(), StoreError> {
        let append = &encoded.append;
        let key = deduplication_key(event);
        self.events.streams.push(stream);
        self.events.sequences.push(integer(sequence.0));
        self.events.times.push(append.at.0);
        self.events.keys.push(key);
        self.events.bodies.push(body.to_owned());
        self.keys.extend(key.map(|key| ((stream, key), sequence)));
        if let (Event::Session(event), StreamId::Session(session)) = (event, &append.stream) {
            let place = Place { session: *session, stream, sequence, at: append.at };
            self.statements.extend(projection::statements(&place, event)?);
            self.index.extend(Indexed::of(stream, sequence, event));
            if matches!(event, model::SessionEvent::Erased { .. }) {
                self.erasing.push(place);
            }
        }
        Ok(())
    }

    /// Everything and the commit in one flight, unless old events have to be read between.
    async fn write(mut self, session: &mut Session, answers: &mut [Answer]) -> Result<(), Failure> {
        let erasing = std::mem::take(&mut self.erasing);
        let statements = std::mem::take(&mut self.statements);
        let outbox = std::mem::take(&mut self.outbox);
        let tables = self.tables();
        let (before, after) = (session.prepare_all(&statements).await?, session.prepare_all(&outbox).await?);
        let mut prepared = Vec::with_capacity(tables.len());
        for (sql, _) in &tables {
            prepared.push(session.prepare(sql).await?);
        }
        let client = &session.client;
        let mut flight: Vec<_> = statements
            .iter()
            .zip(&before)
            .map(|(statement, ready)| sending(client, ready, statement))
            .collect();
        for ((_, columns), ready) in tables.iter().zip(&prepared) {
            flight.push(asking(
                client,
                ready,
                columns.iter().map(|column| &**column as Column<'_>).collect(),
            ));
        }
        flight.extend(outbox.iter().zip(&after).map(|(statement, ready)| sending(client, ready, statement)));
        if erasing.is_empty() {
            flight.push(saying(client, "COMMIT"));
        }
        let flown = pipelined(flight).await?;
        for (statement, answer) in &self.counted {
            answers[*answer] = Answer::Count(flown[*statement].changed);
        }
        if !self.events.is_empty() {
            // The first of the tables' statements.
            self.place(answers, &flown[statements.len()].rows);
        }
        if !erasing.is_empty() {
            for place in &erasing {
                erase(session, place).await?;
            }
            session.client.batch_execute("COMMIT").await?;
        }
        Ok(())
    }

    /// What fills the log's own tables, with a column an array; the positions are taken here, first.
    fn tables(&mut self) -> Vec<(&'static str, Vec<Box<dyn ToSql + Sync + Send>>)> {
        let mut tables: Vec<(&'static str, Vec<Box<dyn ToSql + Sync + Send>>)> = Vec::new();
        if !self.events.is_empty() {
            tables.push((RECORD, self.events.columns()));
        }
        if !self.index.is_empty() {
            let (streams, sequences, words, notes) = columns(std::mem::take(&mut self.index));
            tables.push((
                INDEX,
                vec![Box::new(streams), Box::new(sequences), Box::new(words), Box::new(notes)],
            ));
        }
        if !self.moved.is_empty() {
            let heads = self.moved.values();
            let ids: Vec<i64> = heads.clone().map(|head| head.id).collect();
            let epochs: Vec<i64> = heads.clone().map(|head| integer(head.epoch.0.get())).collect();
            let lasts: Vec<i64> = heads.map(|head| integer(head.last.0)).collect();
            tables.push((MOVE_ON, vec![Box::new(ids), Box::new(epochs), Box::new(lasts)]));
        }
        if !self.created.is_empty() {
            tables.push((FORGET_CREATED, vec![Box::new(self.created.clone())]));
        }
        tables
    }

    /// Until now an append's position is its last event's number in the batch, from 1.
    fn place(&self, answers: &mut [Answer], rows: &[Row]) {
        let first = rows.iter().map(|row| row.get::<_, i64>(0)).min().unwrap_or(1);
        let base = u64::try_from(first - 1).unwrap_or(0);
        for answer in answers {
            if let Answer::Append(Ok(appended)) = answer {
                appended.position += base;
            }
        }
    }
}

impl Events {
    fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    fn columns(&mut self) -> Vec<Box<dyn ToSql + Sync + Send>> {
        vec![
            Box::new(self.streams.clone()),
            Box::new(std::mem::take(&mut self.sequences)),
            Box::new(std::mem::take(&mut self.times)),
            Box::new(std::mem::take(&mut self.keys)),
            Box::new(std::mem::take(&mut self.bodies)),
            Box::new(EVENT_VERSION),
        ]
    }
}

/// The streams and keys that appends bring along.
fn asked_keys(jobs: &[Job]) -> (Vec<String>, Vec<Uuid>) {
    let mut asked = (Vec::new(), Vec::new());
    for job in jobs {
        let Job::Append(encoded, _) = job else { continue };
        for key in encoded.append.events.iter().filter_map(deduplication_key) {
            asked.0.push(encoded.append.stream.to_string());
            asked.1.push(key);
        }
    }
    asked
}
