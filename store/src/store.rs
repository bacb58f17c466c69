//! The store as everybody else knows it: one type over a closed set of engines.
//!
//! Every answer comes through a channel from the engine's own threads; nothing here blocks the
//! caller's runtime. A future that is dropped does not take its write back.

use std::path::Path;

use model::{
    AgentId, CustomerId, Epoch, Event, Identity, Name, QueueId, Recorded, Sequence, SessionEvent, SessionId,
    StreamId, Timestamp, Verification,
};
use serde_json::Value;
use uuid::Uuid;

use crate::append::{Append, AppendError, Appended, Claim};
use crate::error::{OpenError, StoreError};
use crate::history::{FinishedWait, HistoryEvent, Hit, OpenTask, SearchQuery, SessionSummary};
use crate::outbox::{DueEntry, OutboxCounts, OutboxKind, OutboxMark};
use crate::postgres::{PostgresOptions, PostgresStore};
use crate::query;
use crate::sql::{Query, Statement};
use crate::sqlite::{DATABASE, SqliteOptions, SqliteStore, backup_to};

/// The log, its projections, the outbox and small documents; clones share one store.
#[derive(Clone)]
pub enum Store {
    /// A folder on this machine.
    Sqlite(SqliteStore),
    /// A PostgreSQL server, for one machine or several.
    Postgres(PostgresStore),
}

impl Store {
    /// Opens or creates the store in `folder` and migrates it. Blocks: call it before serving.
    pub fn open_sqlite(folder: &Path, options: SqliteOptions) -> Result<Self, OpenError> {
        SqliteStore::open(folder, &options).map(Self::Sqlite)
    }

    /// Connects to a PostgreSQL server and migrates its database. Blocks: call it before serving.
    pub fn open_postgres(options: &PostgresOptions) -> Result<Self, OpenError> {
        PostgresStore::open(options).map(Self::Postgres)
    }

    /// Whether the engine can be reached, as far as the last request knows.
    pub fn is_available(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(store) => store.is_available(),
        }
    }

    async fn ask<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Sqlite(store) => store.ask(query).await,
            Self::Postgres(store) => store.ask(query).await,
        }
    }

    /// The first row's answer.
    async fn one<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        Ok(self.ask(query).await?.into_iter().next())
    }

    /// Returns how many rows changed.
    async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.execute(statement).await,
            Self::Postgres(store) => store.execute(statement).await,
        }
    }

    /// Takes ownership of a stream, durably: appends of every owner before it are refused. A stream
    /// just named needs no claim; its first append takes [`Epoch::FIRST`].
    pub async fn claim(&self, stream: &StreamId) -> Result<Claim, StoreError> {
        match self {
            Self::Sqlite(store) => store.claim(stream.clone()).await,
            Self::Postgres(store) => store.claim(stream.clone()).await,
        }
    }

    /// Records events with their projections and outbox entries, all or nothing.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        match self {
            Self::Sqlite(store) => store.append(append).await,
            Self::Postgres(store) => store.append(append).await,
        }
    }

    /// The epoch of the stream's owner; None if nobody ever owned it.
    pub async fn epoch(&self, stream: &StreamId) -> Result<Option<Epoch>, StoreError> {
        Ok(self.one(query::log::head(stream)).await?.map(|head| head.epoch))
    }

    /// At most `limit` events after `after`, in order.
    pub async fn load(
        &self,
        stream: &StreamId,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<Recorded<Event>>, StoreError> {
        self.ask(query::log::load(stream, after, limit)).await
    }

    /// At most `limit` events of a session after `after`, in order.
    pub async fn load_session(
        &self,
        session: SessionId,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<Recorded<SessionEvent>>, StoreError> {
        self.ask(query::log::load_session(session, after, limit)).await
    }

    /// The stream's last event; [`Sequence::START`] if it has none.
    pub async fn last(&self, stream: &StreamId) -> Result<Sequence, StoreError> {
        Ok(self.one(query::log::head(stream)).await?.map_or(Sequence::START, |head| head.last))
    }

    /// Where the stream holds this deduplication key.
    pub async fn find_key(&self, stream: &StreamId, key: Uuid) -> Result<Option<Sequence>, StoreError> {
        self.one(query::log::find_key(stream, key)).await
    }

    /// A page of sessions that are not closed, in the order of their ids, after `after`.
    pub async fn open_sessions(
        &self,
        after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.ask(query::sessions::open(after, limit)).await
    }

    /// All tasks that are not completed or canceled, longest waiting first.
    pub async fn open_tasks(&self) -> Result<Vec<OpenTask>, StoreError> {
        self.ask(query::tasks::open()).await
    }

    pub async fn session_summary(&self, session: SessionId) -> Result<Option<SessionSummary>, StoreError> {
        self.one(query::sessions::summary(session)).await
    }

    /// The customer's sessions, newest first; also those of other customer records that are the same
    /// person, since somebody vouched for an identity of both.
    pub async fn sessions_of_customer(
        &self,
        customer: CustomerId,
        limit: usize,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        self.ask(query::sessions::of_customer(customer, limit)).await
    }

    /// The session of the customer as a person that goes on: open and not absorbed, the oldest if there
    /// are several.
    pub async fn open_session_of(&self, customer: CustomerId) -> Result<Option<SessionId>, StoreError> {
        self.one(query::sessions::open_of_customer(customer)).await
    }

    /// Whose identity this is, with at least this verification.
    pub async fn customer_by_identity(
        &self,
        identity: &Identity,
        least: Verification,
    ) -> Result<Option<CustomerId>, StoreError> {
        self.one(query::sessions::customer_by_identity(identity, least)).await
    }

    /// The customer's identities that somebody vouched for.
    pub async fn verified_identities(&self, customer: CustomerId) -> Result<Vec<Identity>, StoreError> {
        self.ask(query::sessions::verified_identities(customer)).await
    }

    /// Who was last assigned to the customer, if that was not before `since`.
    pub async fn last_agent(
        &self,
        customer: CustomerId,
        since: Timestamp,
    ) -> Result<Option<AgentId>, StoreError> {
        Ok(self.last_agents(customer, since, 1).await?.into_iter().next())
    }

    /// Who was assigned to the customer since then, the latest first: people and virtual agents.
    pub async fn last_agents(
        &self,
        customer: CustomerId,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<AgentId>, StoreError> {
        self.ask(query::sessions::last_agents(customer, since, limit)).await
    }

    /// The session's events together with those of the sessions it absorbed, in the order they
    /// happened; `after` is a [`HistoryEvent::position`], 0 to begin.
    pub async fn history(
        &self,
        session: SessionId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<HistoryEvent>, StoreError> {
        self.ask(query::history::of_session(session, after, limit)).await
    }

    /// Events of all sessions in the order in which they became durable; `after` is a
    /// [`HistoryEvent::position`], 0 to begin.
    pub async fn session_events(&self, after: u64, limit: usize) -> Result<Vec<HistoryEvent>, StoreError> {
        self.ask(query::history::of_all(after, limit)).await
    }

    /// Messages and notes with all the words, newest first.
    pub async fn search(&self, query: SearchQuery) -> Result<Vec<Hit>, StoreError> {
        match self {
            Self::Sqlite(store) => store.search(query).await,
            Self::Postgres(store) => store.search(query).await,
        }
    }

    /// Waits in the queue that ended from `from` until before `to`: what service level is made of.
    pub async fn queue_day(
        &self,
        queue: &QueueId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<FinishedWait>, StoreError> {
        self.ask(query::waits::finished(queue, from, to)).await
    }

    /// Of each agent at whom offers rang out from `from` on, how many.
    pub async fn unanswered_since(&self, from: Timestamp) -> Result<Vec<(AgentId, u32)>, StoreError> {
        self.ask(query::waits::unanswered_since(from)).await
    }

    /// Of each agent who missed the last offer, how many in a row since the last one they accepted.
    pub async fn misses(&self) -> Result<Vec<(AgentId, u32)>, StoreError> {
        self.ask(query::waits::misses()).await
    }

    /// The sessions in which these Message-IDs were written, in the order of `ids`. Whether the
    /// sender takes part in them is the caller's to check.
    pub async fn sessions_of_mails(&self, ids: Vec<String>) -> Result<Vec<(String, SessionId)>, StoreError> {
        let mut found = Vec::new();
        for id in &ids {
            found.extend(self.ask(query::mail_ids::find(id)).await?);
        }
        Ok(found)
    }

    /// What may be sent now: of each target the first entry not done, oldest first. An entry is
    /// returned again until it is marked; there is one sender a kind.
    pub async fn outbox_due(
        &self,
        kind: OutboxKind,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEntry>, StoreError> {
        self.ask(query::outbox::due(kind, now, limit)).await
    }

    /// Records what became of a try; an entry that is done already is left alone.
    pub async fn outbox_mark(&self, id: Uuid, mark: OutboxMark) -> Result<(), StoreError> {
        self.execute(query::outbox::mark(id, &mark)).await.map(|_| ())
    }

    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        Ok(self.one(query::outbox::counts()).await?.unwrap_or_default())
    }

    /// Forgets entries sent or given up that were written before `before`; returns how many.
    pub async fn outbox_sweep(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.execute(query::outbox::sweep(before)).await
    }

    /// Keeps a small document, replacing what was there; from `expires_at` on it is not found.
    pub async fn put_document(
        &self,
        collection: &str,
        key: &str,
        body: &Value,
        expires_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.execute(query::documents::put(collection, key, body, expires_at)?).await.map(|_| ())
    }

    pub async fn document(
        &self,
        collection: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        self.one(query::documents::get(collection, key, now)).await
    }

    /// A page of a collection in the order of keys, after the key `after`.
    pub async fn documents(
        &self,
        collection: &str,
        after: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        self.ask(query::documents::list(collection, after, now, limit)).await
    }

    /// Deletes a document; one that is not there is no error.
    pub async fn delete_document(&self, collection: &str, key: &str) -> Result<(), StoreError> {
        self.execute(query::documents::delete(collection, key)).await.map(|_| ())
    }

    /// Deletes the documents whose keys begin with `prefix`; returns how many.
    pub async fn delete_documents(&self, collection: &str, prefix: &str) -> Result<u64, StoreError> {
        self.execute(query::documents::delete_prefix(collection, prefix)).await
    }

    /// Deletes what has expired; returns how many.
    pub async fn sweep_documents(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.execute(query::documents::sweep(now)).await
    }

    /// Blobs that were named in sessions that are erased, and in no other: their files are to be deleted.
    pub async fn erased_blobs(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.ask(query::blobs::erased(limit)).await
    }

    /// The file of an erased blob is deleted.
    pub async fn blob_gone(&self, blob: &str) -> Result<(), StoreError> {
        self.execute(query::blobs::gone(blob)).await.map(|_| ())
    }

    /// Forgets the inputs of a routing domain before `before`, the oldest first and at most `most`; returns
    /// how many. Nothing else is ever cut from the log.
    pub async fn cut_routing(&self, domain: &Name, before: Sequence, most: usize) -> Result<u64, StoreError> {
        self.execute(query::log::cut(&StreamId::Routing(domain.clone()), before, most)).await
    }

    /// Makes every projection anew from the log; returns the session events read. Writes wait for it.
    pub async fn rebuild_projections(&self) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.rebuild_projections().await,
            Self::Postgres(store) => store.rebuild_projections().await,
        }
    }

    /// Copies the database to a new file while writing goes on. Blobs are files of their own: copy
    /// their folder after this.
    pub async fn backup(&self, target: &Path) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.backup(target.to_owned()).await,
            Self::Postgres(_) => Err(not_here("pg_dump copies it")),
        }
    }

    /// Limits the size of the database, in bytes; None lifts the limit. Appends beyond it are refused
    /// as on a full disk.
    pub async fn set_size_limit(&self, bytes: Option<u64>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.set_size_limit(bytes).await,
            Self::Postgres(_) => Err(not_here("the server's disk is its limit")),
        }
    }

    /// The engine's own check of what is stored: `ok`, or what is wrong. On PostgreSQL only that no session
    /// has a gap: `pg_amcheck` checks the rest.
    pub async fn integrity(&self) -> Result<String, StoreError> {
        match self {
            Self::Sqlite(store) => store.integrity().await,
            Self::Postgres(_) => {
                let broken = self.ask(query::log::broken_streams()).await?;
                Ok(broken.first().map_or("ok".to_owned(), |name| format!("{name} has a gap or a wrong end")))
            }
        }
    }
}

/// Something that PostgreSQL's own programs do.
fn not_here(instead: &str) -> StoreError {
    StoreError::Unavailable { reason: format!("PostgreSQL keeps the record: {instead}") }
}

/// Copies the database in a data folder that another process may be using. Blocks.
pub fn backup_folder(folder: &Path, target: &Path) -> Result<(), StoreError> {
    backup_to(&folder.join(DATABASE), target)
}
