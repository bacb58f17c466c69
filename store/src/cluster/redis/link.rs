//! One connection to Redis, made anew when it breaks; every use of it ends within a time limit.

use std::time::Duration;

use futures_util::future::BoxFuture;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Cmd, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::address::Addresses;
use crate::cluster::error::ClusterError;

pub(super) struct Link {
    addresses: Addresses,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<Connection>,
    /// Which connection it is, so that only the one that failed is given up.
    number: u64,
}

/// To one server, or to all of a Redis Cluster.
#[derive(Clone)]
pub(super) enum Connection {
    Server(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Link {
    pub fn new(addresses: Addresses) -> Self {
        Self { addresses, state: Mutex::default() }
    }

    /// Does `work` on the connection, connecting first where there is none; both within `limit`.
    pub async fn run<T, F, Fut>(&self, limit: Duration, work: F) -> Result<T, ClusterError>
    where
        T: Send,
        F: FnOnce(Connection) -> Fut + Send,
        Fut: Future<Output = RedisResult<T>> + Send,
    {
        let mut number = None;
        // Boxed: the driver's futures are large, and nested deeply.
        let attempt: BoxFuture<'_, RedisResult<T>> = Box::pin(async {
            let (connection, of) = self.connection(limit).await?;
            number = Some(of);
            work(connection).await
        });
        let failed = match timeout(limit, attempt).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => Failed::of(&error),
            Err(_) => Failed { reason: format!("no answer within {limit:?}"), give_up: GiveUp::Connection },
        };
        if let (GiveUp::Connection, Some(number)) = (failed.give_up, number) {
            self.give_up(number).await;
        }
        Err(ClusterError::Unavailable { reason: failed.reason })
    }

    async fn connection(&self, limit: Duration) -> RedisResult<(Connection, u64)> {
        let mut state = self.state.lock().await;
        if let Some(open) = &state.open {
            return Ok((open.clone(), state.number));
        }
        let open = self.addresses.connect(limit).await?;
        state.open = Some(open.clone());
        state.number += 1;
        Ok((open, state.number))
    }

    async fn give_up(&self, number: u64) {
        let mut state = self.state.lock().await;
        if state.number == number {
            state.open = None;
        }
    }
}

/// Limits of the driver's own are longer than ours, which end a call.
pub(super) fn unhurried(limit: Duration) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(Some(limit)).set_response_timeout(None)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GiveUp {
    Nothing,
    Connection,
}

struct Failed {
    reason: String,
    give_up: GiveUp,
}

impl Failed {
    fn of(error: &RedisError) -> Self {
        use redis::ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly};
        // A primary that became a replica: the next connection finds the new one.
        let moved = |kind| matches!(kind, BusyLoading | ClusterDown | MasterDown | ReadOnly);
        let elsewhere = matches!(error.kind(), redis::ErrorKind::Server(kind) if moved(kind));
        let server = matches!(error.kind(), redis::ErrorKind::Server(_) | redis::ErrorKind::Extension);
        let give_up = if server && !elsewhere { GiveUp::Nothing } else { GiveUp::Connection };
        Self { reason: error.to_string(), give_up }
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        0
    }
}
