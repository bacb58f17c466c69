//! The store on a PostgreSQL server, for one machine or several.
//!
//! A thread of its own runs everything: writers and readers, each with one connection. Callers wait for
//! a channel; every queue is bounded, and a full one is `Busy`. While PostgreSQL is away every request is
//! refused as `Unavailable`; the connections come back by themselves.

mod batch;
pub(crate) mod erase;
pub(crate) mod failure;
mod job;
mod link;
mod reader;
mod schema;
mod search;
pub(crate) mod session;
mod tls;
mod value;
mod words;
mod writer;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use model::StreamId;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinSet;

use crate::append::{Append, AppendError, Appended, Claim};
use crate::error::{OpenError, StoreError};
use crate::history::{Hit, SearchQuery};
use crate::log::encode;
use crate::sql::{Query, Statement};
use job::Job;
use link::Link;
use reader::{Ask, Read, Rebuild};
use session::Connector;
use writer::Writer;

pub use tls::PostgresTls;

/// Reads that may wait for a connection.
const READ_QUEUE: usize = 1_024;
/// A connection on which nothing comes back for so long is asked whether it still stands.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// How a PostgreSQL server is used.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`; more parameters as PostgreSQL's own `libpq` has them.
    pub url: String,
    pub tls: PostgresTls,
    /// Connections that write, 1 or more.
    pub writers: usize,
    /// Connections that read, 1 or more.
    pub readers: usize,
    /// Writes that may wait for one writer; the next one hears `Busy`.
    pub write_queue: usize,
    /// Writes in one transaction at most.
    pub write_batch: usize,
    /// Longest that a statement may run; a transaction that stands still for so long is ended too.
    pub statement_timeout: Duration,
    /// Longest that making a connection may take.
    pub connect_timeout: Duration,
}

impl PostgresOptions {
    /// With everything but the address at its default.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: PostgresTls::Off,
            writers: 2,
            readers: 4,
            write_queue: 4_096,
            write_batch: 512,
            statement_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

/// A handle to a store on PostgreSQL; clones share it. When the last one is dropped, what is queued is
/// still committed, and the drop waits for it.
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Shared>,
}

struct Shared {
    writes: Vec<Sender<Job>>,
    reads: Option<Sender<Box<dyn Read>>>,
    /// The writer that the next write without a stream goes to.
    next: AtomicUsize,
    is_up: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PostgresStore {
    /// Connects, migrates and starts. Blocks for as long as that takes: call it before serving.
    pub fn open(options: &PostgresOptions) -> Result<Self, OpenError> {
        let connector = connector(options)?;
        let is_up = Arc::new(AtomicBool::new(true));
        let (mut writers, mut writes) = (Vec::new(), Vec::new());
        for _ in 0..options.writers.max(1) {
            let (sender, queue) = channel(options.write_queue.max(1));
            writes.push(sender);
            writers.push(Writer::new(
                Link::new(connector.clone(), is_up.clone()),
                queue,
                options.write_batch,
            ));
        }
        let (reads, queue) = channel(READ_QUEUE);
        let readers =
            (0..options.readers.max(1)).map(|_| Link::new(connector.clone(), is_up.clone())).collect();
        let (opened, opening) = std::sync::mpsc::sync_channel(1);
        let run = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("store-postgres")
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(serve(connector, writers, readers, queue, &opened)),
                Err(error) => drop(opened.send(Err(OpenError::Folder(error)))),
            }
        };
        let thread = std::thread::Builder::new().name("store-postgres".to_owned()).spawn(run)?;
        let ended = || OpenError::Postgres { reason: "its thread has ended".to_owned() };
        opening.recv().map_err(|_| ended())??;
        let shared =
            Shared { writes, reads: Some(reads), next: AtomicUsize::new(0), is_up, thread: Some(thread) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Whether the last attempt to use PostgreSQL found it.
    pub fn is_available(&self) -> bool {
        self.shared.is_up.load(Ordering::Relaxed)
    }

    pub async fn claim(&self, stream: StreamId) -> Result<Claim, StoreError> {
        let (reply, answer) = oneshot::channel();
        let writer = self.writer_of(&stream);
        self.write(writer, Job::Claim(stream, reply))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let writer = self.writer_of(&append.stream);
        let encoded = Box::new(encode(append)?);
        let (reply, answer) = oneshot::channel();
        self.write(writer, Job::Append(encoded, reply))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    pub(crate) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.write(self.shared.next.fetch_add(1, Ordering::Relaxed), Job::Execute(statement, reply))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    pub(crate) async fn ask<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.read(Box::new(Ask { query, reply: Some(reply) }))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    pub async fn search(&self, query: SearchQuery) -> Result<Vec<Hit>, StoreError> {
        match search::search(&query) {
            Some(query) => self.ask(query).await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes wait for it, those past the statement's time limit in vain.
    pub async fn rebuild_projections(&self) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.read(Box::new(Rebuild(Some(reply))))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    /// One stream's writes always go the same way: they never wait for each other's locks.
    fn writer_of(&self, stream: &StreamId) -> usize {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        usize::try_from(hasher.finish() >> 33).unwrap_or(0)
    }

    fn write(&self, writer: usize, job: Job) -> Result<(), StoreError> {
        let writes = &self.shared.writes;
        writes[writer % writes.len()].try_send(job).map_err(|error| refused(&error))
    }

    fn read(&self, read: Box<dyn Read>) -> Result<(), StoreError> {
        let reads = self.shared.reads.as_ref().ok_or_else(StoreError::closing)?;
        reads.try_send(read).map_err(|error| refused(&error))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.writes.clear();
        self.reads = None;
        // A thread that panicked has said so already.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn refused<T>(error: &TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Closed(_) => StoreError::closing(),
    }
}

pub(crate) fn connector(options: &PostgresOptions) -> Result<Connector, OpenError> {
    // The error may quote the address, and with it the password.
    let unreadable = |_| OpenError::Settings { reason: "the address is not postgres://…".to_owned() };
    let mut config: tokio_postgres::Config = options.url.parse().map_err(unreadable)?;
    config.application_name("tandem");
    config.connect_timeout(options.connect_timeout);
    config.keepalives_idle(KEEPALIVE);
    config.keepalives_interval(KEEPALIVE);
    config.tcp_user_timeout(options.statement_timeout + options.connect_timeout);
    let tls = tls::config(&options.tls)?;
    if tls.is_some() {
        config.ssl_mode(tokio_postgres::config::SslMode::Require);
    } else {
        config.ssl_mode(tokio_postgres::config::SslMode::Disable);
    }
    Ok(Connector {
        config,
        tls,
        statement_timeout: options.statement_timeout,
        connect_timeout: options.connect_timeout,
    })
}

/// Migrates, says how that went, and runs until the store is dropped and everything queued is done.
async fn serve(
    connector: Connector,
    writers: Vec<Writer>,
    readers: Vec<Link>,
    reads: Receiver<Box<dyn Read>>,
    opened: &std::sync::mpsc::SyncSender<Result<(), OpenError>>,
) {
    let prepared = prepare(&connector).await;
    let is_ready = prepared.is_ok();
    // Whoever opens waits for this.
    let _ = opened.send(prepared);
    if !is_ready {
        return;
    }
    let reads = Arc::new(Mutex::new(reads));
    let mut tasks = JoinSet::new();
    for writer in writers {
        tasks.spawn(writer.run());
    }
    for link in readers {
        tasks.spawn(reader::run(link, reads.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a part of the store has ended");
        }
    }
}

/// Migrates the database.
pub(crate) async fn prepare(connector: &Connector) -> Result<(), OpenError> {
    let mut session = connector.connect().await.map_err(schema::failed)?;
    schema::prepare(&mut session.client).await
}
