//! One connection with the statements it has prepared.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::{BoxFuture, FutureExt, maybe_done};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::Failure;
use crate::sql::{Query, Statement, numbered};

/// How connections are made; cloned for each.
#[derive(Clone)]
pub(crate) struct Connector {
    pub config: Config,
    pub tls: Option<rustls::ClientConfig>,
    /// Longest that a statement may run, on the server.
    pub statement_timeout: Duration,
    /// Longest that connecting and greeting may take.
    pub connect_timeout: Duration,
}

impl Connector {
    pub async fn connect(&self) -> Result<Session, Failure> {
        tokio::time::timeout(self.connect_timeout, self.greet())
            .await
            .map_err(|_| Failure::lost("the server does not answer in time"))?
    }

    async fn greet(&self) -> Result<Session, Failure> {
        let client = match &self.tls {
            Some(tls) => {
                let tls = MakeRustlsConnect::new(tls.clone());
                let (client, connection) = self.config.connect(tls).await?;
                tokio::spawn(connection);
                client
            }
            None => {
                let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
                tokio::spawn(connection);
                client
            }
        };
        let limit = self.statement_timeout.as_millis();
        // A commit that is not on the disk is none. Whoever has set more than that keeps it.
        client
            .batch_execute(&format!(
                "SET statement_timeout = {limit};
                SET idle_in_transaction_session_timeout = {limit};
                SET default_transaction_isolation = 'read committed';
                SET client_encoding = 'UTF8';
                SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            ))
            .await?;
        Ok(Session { client, prepared: HashMap::new() })
    }
}

pub(crate) struct Session {
    pub client: Client,
    prepared: HashMap<&'static str, tokio_postgres::Statement>,
}

impl Session {
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub async fn prepare(&mut self, sql: &'static str) -> Result<tokio_postgres::Statement, Error> {
        if let Some(known) = self.prepared.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(&numbered(sql)).await?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }

    pub async fn prepare_all(
        &mut self,
        statements: &[Statement],
    ) -> Result<Vec<tokio_postgres::Statement>, Error> {
        let mut prepared = Vec::with_capacity(statements.len());
        for statement in statements {
            prepared.push(self.prepare(statement.sql.postgres()).await?);
        }
        Ok(prepared)
    }

    /// In this order, without waiting for one before the next is sent.
    pub async fn run_all(&mut self, statements: &[Statement]) -> Result<(), Failure> {
        let prepared = self.prepare_all(statements).await?;
        let flight = statements.iter().zip(&prepared);
        let flight = flight.map(|(statement, ready)| sending(&self.client, ready, statement)).collect();
        pipelined(flight).await?;
        Ok(())
    }

    pub async fn ask<T>(&mut self, query: &Query<T>) -> Result<Vec<T>, Failure> {
        let prepared = self.prepare(query.sql.postgres()).await?;
        let rows = self.client.query_raw(&prepared, query.values.iter()).await?;
        let mut rows = std::pin::pin!(rows);
        let mut answer = Vec::new();
        while let Some(row) = rows.try_next().await? {
            (query.read)(&row, &mut answer)?;
        }
        Ok(answer)
    }

    /// With values of PostgreSQL's own kinds, such as arrays.
    pub async fn rows(&mut self, sql: &'static str, values: &[Column<'_>]) -> Result<Vec<Row>, Failure> {
        let prepared = self.prepare(sql).await?;
        Ok(self.client.query(&prepared, values).await?)
    }
}

/// What came back of something that was sent.
#[derive(Debug, Default)]
pub(crate) struct Flown {
    pub changed: u64,
    pub rows: Vec<Row>,
}

/// Something that is sent together with others.
type Sent<'a> = BoxFuture<'a, Result<Flown, Error>>;

/// A value of PostgreSQL's own kinds, such as an array.
pub(crate) type Column<'a> = &'a (dyn ToSql + Sync);

pub(crate) fn sending<'a>(
    client: &'a Client,
    prepared: &'a tokio_postgres::Statement,
    statement: &'a Statement,
) -> Sent<'a> {
    async move {
        let changed = client.execute_raw(prepared, statement.values.iter()).await?;
        Ok(Flown { changed, rows: Vec::new() })
    }
    .boxed()
}

pub(crate) fn asking<'a>(
    client: &'a Client,
    prepared: &'a tokio_postgres::Statement,
    columns: Vec<Column<'a>>,
) -> Sent<'a> {
    async move { Ok(Flown { changed: 0, rows: client.query(prepared, &columns).await? }) }.boxed()
}

pub(crate) fn saying<'a>(client: &'a Client, words: &'a str) -> Sent<'a> {
    async move { client.batch_execute(words).await.map(|()| Flown::default()) }.boxed()
}

/// Sends all in order before it waits for the first; an error is the first one.
pub(crate) async fn pipelined(futures: Vec<Sent<'_>>) -> Result<Vec<Flown>, Error> {
    let mut sent = Vec::with_capacity(futures.len());
    for future in futures {
        let mut future = Box::pin(maybe_done(future));
        // The first poll sends.
        let _ = futures_util::poll!(future.as_mut());
        sent.push(future);
    }
    let mut outcomes = Vec::with_capacity(sent.len());
    for mut future in sent {
        future.as_mut().await;
        outcomes.extend(future.as_mut().take_output());
    }
    outcomes.into_iter().collect()
}
