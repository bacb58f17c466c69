//! What the embedded store answers: each request sent to the thread it belongs on.

use std::path::PathBuf;

use model::StreamId;
use rusqlite::Connection;

use super::writer::IndexNeed;
use super::{SqliteStore, backup, execute, log, open_reader, projections, search};
use crate::append::{Append, AppendError, Appended, Claim};
use crate::codec;
use crate::error::StoreError;
use crate::history::{Hit, SearchQuery};
use crate::log::{encode, erases};
use crate::sql::{Query, Statement};

type Answer<T> = Result<T, StoreError>;

impl SqliteStore {
    pub async fn claim(&self, stream: StreamId) -> Answer<Claim> {
        self.write(IndexNeed::None, move |scope| log::claim(scope.connection, &stream)).await
    }

    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let encoded = encode(append)?;
        let need = if erases(&encoded.append) { IndexNeed::Written } else { IndexNeed::None };
        self.write(need, move |scope| log::append(scope, &encoded)).await
    }

    pub(crate) async fn ask<T: Send + 'static>(&self, query: Query<T>) -> Answer<Vec<T>> {
        self.read(move |connection| execute::ask(connection, &query)).await
    }

    pub(crate) async fn execute(&self, statement: Statement) -> Answer<u64> {
        self.write(IndexNeed::None, move |scope| execute::run(scope.connection, &statement)).await
    }

    pub async fn search(&self, query: SearchQuery) -> Answer<Vec<Hit>> {
        self.read(move |connection| search::search(connection, &query)).await
    }

    pub async fn rebuild_projections(&self) -> Answer<u64> {
        self.write(IndexNeed::Written, projections::rebuild).await
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
