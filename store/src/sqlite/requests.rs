//! What the embedded store answers: each request sent to the thread it belongs on.

use model::{
    AgentId, CustomerId, Epoch, Event, Identity, QueueId, Recorded, Sequence, SessionEvent, SessionId,
    StreamId, Timestamp, Verification,
};
use rusqlite::Connection;
use serde_json::Value;
use std::path::PathBuf;
use uuid::Uuid;

use super::writer::IndexNeed;
use super::{
    SqliteStore, backup, blob_names, codec, documents, history, log, mail_ids, open_reader, outbox, search,
    sessions,
};
use crate::append::{Append, AppendError, Appended, Claim};
use crate::error::StoreError;
use crate::history::{FinishedWait, HistoryEvent, Hit, OpenTask, SearchQuery, SessionSummary};
use crate::outbox::{DueEntry, OutboxCounts, OutboxKind, OutboxMark};
use crate::projection;

type Answer<T> = Result<T, StoreError>;

impl SqliteStore {
    pub async fn claim(&self, stream: StreamId) -> Answer<Claim> {
        self.write(IndexNeed::None, move |scope| log::claim(scope.connection, &stream)).await
    }

    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let encoded = log::encode(append)?;
        let need = if log::erases(&encoded.append) { IndexNeed::Written } else { IndexNeed::None };
        self.write(need, move |scope| log::append(scope, &encoded)).await
    }

    pub async fn epoch(&self, stream: StreamId) -> Answer<Option<Epoch>> {
        self.read(move |connection| log::epoch(connection, &stream)).await
    }

    pub async fn load(
        &self,
        stream: StreamId,
        after: Sequence,
        limit: usize,
    ) -> Answer<Vec<Recorded<Event>>> {
        self.read(move |connection| log::load(connection, &stream, after, limit)).await
    }

    pub async fn load_session(
        &self,
        session: SessionId,
        after: Sequence,
        limit: usize,
    ) -> Answer<Vec<Recorded<SessionEvent>>> {
        self.read(move |connection| log::load_session(connection, session, after, limit)).await
    }

    pub async fn unanswered_since(&self, from: Timestamp) -> Answer<Vec<(AgentId, u32)>> {
        self.read(move |connection| history::unanswered_since(connection, from)).await
    }

    pub async fn misses(&self) -> Answer<Vec<(AgentId, u32)>> {
        self.read(history::misses).await
    }

    pub async fn last(&self, stream: StreamId) -> Answer<Sequence> {
        self.read(move |connection| log::last(connection, &stream)).await
    }

    pub async fn find_key(&self, stream: StreamId, key: Uuid) -> Answer<Option<Sequence>> {
        self.read(move |connection| log::find_key(connection, &stream, key)).await
    }

    pub async fn open_sessions(&self, after: Option<SessionId>, limit: usize) -> Answer<Vec<SessionId>> {
        self.read(move |connection| sessions::open_sessions(connection, after, limit)).await
    }

    pub async fn open_tasks(&self) -> Answer<Vec<OpenTask>> {
        self.read(history::open_tasks).await
    }

    pub async fn session_summary(&self, session: SessionId) -> Answer<Option<SessionSummary>> {
        self.read(move |connection| sessions::summary(connection, session)).await
    }

    pub async fn sessions_of_customer(
        &self,
        customer: CustomerId,
        limit: usize,
    ) -> Answer<Vec<SessionSummary>> {
        self.read(move |connection| sessions::of_customer(connection, customer, limit)).await
    }

    pub async fn open_session_of(&self, customer: CustomerId) -> Answer<Option<SessionId>> {
        self.read(move |connection| sessions::open_of_customer(connection, customer)).await
    }

    pub async fn customer_by_identity(
        &self,
        identity: Identity,
        least: Verification,
    ) -> Answer<Option<CustomerId>> {
        self.read(move |connection| sessions::customer_by_identity(connection, &identity, least)).await
    }

    pub async fn verified_identities(&self, customer: CustomerId) -> Answer<Vec<Identity>> {
        self.read(move |connection| sessions::verified_identities(connection, customer)).await
    }

    pub async fn last_agents(
        &self,
        customer: CustomerId,
        since: Timestamp,
        limit: usize,
    ) -> Answer<Vec<AgentId>> {
        self.read(move |connection| sessions::last_agents(connection, customer, since, limit)).await
    }

    pub async fn history(&self, session: SessionId, after: u64, limit: usize) -> Answer<Vec<HistoryEvent>> {
        self.read(move |connection| history::history(connection, session, after, limit)).await
    }

    pub async fn session_events(&self, after: u64, limit: usize) -> Answer<Vec<HistoryEvent>> {
        self.read(move |connection| history::session_events(connection, after, limit)).await
    }

    pub async fn search(&self, query: SearchQuery) -> Answer<Vec<Hit>> {
        self.read(move |connection| search::search(connection, &query)).await
    }

    pub async fn finished_waits(
        &self,
        queue: QueueId,
        from: Timestamp,
        to: Timestamp,
    ) -> Answer<Vec<FinishedWait>> {
        self.read(move |connection| history::finished_waits(connection, &queue, from, to)).await
    }

    pub async fn sessions_of_mails(&self, ids: Vec<String>) -> Answer<Vec<(String, SessionId)>> {
        self.read(move |connection| mail_ids::find(connection, &ids)).await
    }

    pub async fn outbox_due(&self, kind: OutboxKind, now: Timestamp, limit: usize) -> Answer<Vec<DueEntry>> {
        self.read(move |connection| outbox::due(connection, kind, now, limit)).await
    }

    pub async fn outbox_mark(&self, id: Uuid, mark: OutboxMark) -> Answer<()> {
        self.write(IndexNeed::None, move |scope| outbox::mark(scope.connection, id, &mark)).await
    }

    pub async fn outbox_counts(&self) -> Answer<OutboxCounts> {
        self.read(outbox::counts).await
    }

    pub async fn outbox_sweep(&self, before: Timestamp) -> Answer<u64> {
        self.write(IndexNeed::None, move |scope| outbox::sweep(scope.connection, before)).await
    }

    pub async fn put_document(
        &self,
        collection: String,
        key: String,
        body: &Value,
        expires_at: Option<Timestamp>,
    ) -> Answer<()> {
        let body = codec::to_json(body)?;
        self.write(IndexNeed::None, move |scope| {
            documents::put(scope.connection, &collection, &key, &body, expires_at)
        })
        .await
    }

    pub async fn document(&self, collection: String, key: String, now: Timestamp) -> Answer<Option<Value>> {
        self.read(move |connection| documents::get(connection, &collection, &key, now)).await
    }

    pub async fn documents(
        &self,
        collection: String,
        after: String,
        now: Timestamp,
        limit: usize,
    ) -> Answer<Vec<(String, Value)>> {
        self.read(move |connection| documents::list(connection, &collection, &after, now, limit)).await
    }

    pub async fn delete_document(&self, collection: String, key: String) -> Answer<()> {
        self.write(IndexNeed::None, move |scope| documents::delete(scope.connection, &collection, &key)).await
    }

    pub async fn delete_documents(&self, collection: String, prefix: String) -> Answer<u64> {
        self.write(IndexNeed::None, move |scope| {
            documents::delete_prefix(scope.connection, &collection, &prefix)
        })
        .await
    }

    pub async fn sweep_documents(&self, now: Timestamp) -> Answer<u64> {
        self.write(IndexNeed::None, move |scope| documents::sweep(scope.connection, now)).await
    }

    pub async fn erased_blobs(&self, limit: usize) -> Answer<Vec<String>> {
        self.read(move |connection| blob_names::erased(connection, limit)).await
    }

    pub async fn blob_gone(&self, blob: String) -> Answer<()> {
        self.write(IndexNeed::None, move |scope| blob_names::gone(scope.connection, &blob)).await
    }

    pub async fn cut(&self, stream: StreamId, before: Sequence, most: usize) -> Answer<u64> {
        self.write(IndexNeed::None, move |scope| log::cut(scope.connection, &stream, before, most)).await
    }

    pub async fn rebuild_projections(&self) -> Answer<u64> {
        self.write(IndexNeed::Written, projection::rebuild).await
    }

    pub async fn backup(&self, target: PathBuf) -> Answer<()> {
        backup::backup(&self.shared.database, target).await
    }

    /// Changes [`SqliteOptions::size_limit`](super::SqliteOptions) of a running store.
    pub async fn set_size_limit(&self, bytes: Option<u64>) -> Answer<()> {
        self.write(IndexNeed::None, move |scope| Ok(limit_size(scope.connection, bytes)?)).await
    }

    /// SQLite's own check of the database, `ok` if it finds nothing. On a connection of its own: one
    /// that has searched before checks the index by an outline it remembers, and sees damage where
    /// the writer has only rearranged it.
    pub async fn integrity(&self) -> Answer<String> {
        let database = self.shared.database.clone();
        self.read(move |_| {
            let connection = open_reader(&database).map_err(StoreError::corrupt)?;
            Ok(connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?)
        })
        .await
    }
}

/// SQLite never limits a database below its present size.
pub(super) fn limit_size(connection: &Connection, bytes: Option<u64>) -> rusqlite::Result<()> {
    let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = bytes.map_or(i64::from(u32::MAX - 1), |bytes| (codec::integer(bytes) / page).max(1));
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
}
