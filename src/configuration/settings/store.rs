//! Where the log, the blobs and generated secrets are kept.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::configuration::secret::SecretRef;

/// What keeps the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreEngine {
    /// A file in the data folder, for one machine.
    Sqlite,
    /// A server, version 14 or later.
    Postgres,
}

/// How the way to the database server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreTls {
    /// In the clear: for the same machine, or a network that is trusted.
    Off,
    /// Encrypted, by a certificate that proves the server's name.
    Verify,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// Where the log is: in the data folder, or in PostgreSQL.
    pub engine: StoreEngine,
    /// The data folder, made if it is not there. Relative to the working directory.
    pub folder: PathBuf,
    /// Most requests one group commit writes; each is the events of one session that happened together.
    pub writer_batch: usize,
    /// Most requests that wait for the writer; past it appends hear `Busy`.
    pub writer_queue: usize,
    /// How long the router's recorded inputs are kept for replay, in whole recordings from start to start.
    #[serde(with = "crate::configuration::duration")]
    pub keep_routing: Duration,
    /// Where PostgreSQL is: a secret that holds `postgres://user:password@host:port/database`.
    pub postgres_url: Option<SecretRef>,
    /// How the way to PostgreSQL is protected.
    pub postgres_tls: StoreTls,
    /// The PEM file of the authority whose certificate PostgreSQL shows. None: those the system trusts.
    pub postgres_authority: Option<PathBuf>,
    /// Connections that write; each has a queue of `writer_queue`.
    pub postgres_writers: usize,
    /// Connections that read.
    pub postgres_readers: usize,
    /// Longest that a statement may run, on the server.
    #[serde(with = "crate::configuration::duration")]
    pub postgres_statement_timeout: Duration,
    /// Longest that making a connection may take.
    #[serde(with = "crate::configuration::duration")]
    pub postgres_connect_timeout: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            engine: StoreEngine::Sqlite,
            folder: "data".into(),
            writer_batch: 512,
            writer_queue: 8_192,
            keep_routing: Duration::from_secs(30 * 86_400),
            postgres_url: None,
            postgres_tls: StoreTls::Off,
            postgres_authority: None,
            postgres_writers: 2,
            postgres_readers: 4,
            postgres_statement_timeout: Duration::from_secs(10),
            postgres_connect_timeout: Duration::from_secs(5),
        }
    }
}
