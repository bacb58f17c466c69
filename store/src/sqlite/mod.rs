//! The store on one machine: SQLite in a folder, one thread that writes, a few that read.

mod backup;
pub(crate) mod execute;
mod index;
mod log;
mod projections;
mod readers;
mod requests;
mod schema;
mod search;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::error::{OpenError, StoreError};
use readers::Read;
use writer::{IndexNeed, Job, Scope, Work, Writer};

pub(crate) use backup::backup_to;

/// The database's file name in the data folder.
pub const DATABASE: &str = "tandem.db";
const LOCK: &str = "tandem.lock";
/// Reads that may wait for a thread.
const READ_QUEUE: usize = 1_024;
/// Pages of the write-ahead log after which a commit also moves them into the database: 8 MB.
const CHECKPOINT_PAGES: i64 = 2_000;
/// Bytes of the write-ahead log kept on disk once it is moved.
const LOG_KEPT: i64 = 64 * 1024 * 1024;
/// Cache of the writing connection in KiB (negative, as SQLite wants it): a batch must not spill.
const WRITER_CACHE: i64 = -16_384;

/// How the embedded store uses its machine.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// Writes that may wait; the next one hears `Busy`.
    pub write_queue: usize,
    /// Writes in one transaction at most.
    pub write_batch: usize,
    /// Threads that read.
    pub readers: usize,
    /// Largest database in bytes; an append beyond it is refused as on a full disk. None: the disk's.
    pub size_limit: Option<u64>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { write_queue: 4_096, write_batch: 512, readers: 2, size_limit: None }
    }
}

/// A handle to the embedded store; clones share it. When the last one is dropped, what is queued is
/// still committed, and the drop waits for it.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    database: PathBuf,
    writes: Option<SyncSender<Box<dyn Job>>>,
    reads: Option<SyncSender<Read>>,
    threads: Vec<JoinHandle<()>>,
    /// Held as long as the threads run, so that no second process writes.
    _lock: File,
}

impl SqliteStore {
    /// Opens or creates the store in `folder`. Blocks for as long as migrations take.
    pub fn open(folder: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        std::fs::create_dir_all(folder)?;
        let lock = lock(folder)?;
        let database = folder.join(DATABASE);
        let mut connection = open_writer(&database)?;
        schema::migrate(&mut connection)?;
        requests::limit_size(&connection, options.size_limit)?;

        let (writes, queue) = mpsc::sync_channel(options.write_queue.max(1));
        let writer = Writer::new(connection, queue, options.write_batch);
        let mut threads = vec![spawn("store-writer", move || writer.run())?];
        let (reads, queue) = mpsc::sync_channel(READ_QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..options.readers.max(1) {
            let (connection, queue) = (open_reader(&database)?, queue.clone());
            threads.push(spawn("store-reader", move || readers::run(&connection, &queue))?);
        }
        let shared = Shared { database, writes: Some(writes), reads: Some(reads), threads, _lock: lock };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Runs `work` on a reading thread.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let read: Read = Box::new(move |connection| {
            let _ = reply.send(work(connection));
        });
        let reads = self.shared.reads.as_ref().ok_or_else(StoreError::closing)?;
        reads.try_send(read).map_err(|error| refused(&error))?;
        answer.await.map_err(|_| StoreError::closing())?
    }

    /// Runs `work` in the writer's next transaction; answers once that is durable.
    async fn write<T, E, F>(&self, need: IndexNeed, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Scope<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = Work::new(need, work);
        let writes = self.shared.writes.as_ref().ok_or_else(StoreError::closing)?;
        writes.try_send(Box::new(job)).map_err(|error| refused(&error))?;
        answer.await.map_err(|_| StoreError::closing())?
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.writes = None;
        self.reads = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn refused<T>(error: &TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Disconnected(_) => StoreError::closing(),
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    Ok(thread::Builder::new().name(name.to_owned()).spawn(run)?)
}

fn open_writer(database: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(database)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    // Erased words are overwritten, not only forgotten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

pub(crate) fn open_reader(database: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
