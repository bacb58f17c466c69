//! The one thread that writes. Requests that wait together are committed together: one transaction,
//! one fsync, and in it a savepoint a request, so that a refused one undoes nothing but itself.
//!
//! Invariant: nobody hears of success before the commit that holds it has succeeded. If the
//! transaction is lost (full disk, I/O error), everybody in it hears `Unavailable`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::index::write_index;
use crate::error::StoreError;
use crate::projection::IndexEntry;

/// How long a batch stays open for requests that are expected: as many as the last one had.
const LINGER: Duration = Duration::from_micros(500);
/// And for the next of them: who comes in a crowd comes close behind the one before.
const GAP: Duration = Duration::from_micros(100);

/// What a request may use inside the transaction.
pub(crate) struct Scope<'a> {
    pub connection: &'a Connection,
    /// Texts to index; written once a batch, because a savepoint would flush the index each time.
    pub index: Vec<IndexEntry>,
}

/// Whether a request needs the texts of the requests before it in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexNeed {
    None,
    Written,
}

/// What becomes of what a request wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
}

/// A request to the writer.
pub(crate) trait Job: Send {
    fn index_need(&self) -> IndexNeed;
    /// Does the work and keeps the answer to itself.
    fn run(&mut self, scope: &mut Scope<'_>) -> Verdict;
    /// Tells the waiter, once it is known what became of the transaction.
    fn answer(self: Box<Self>, committed: Result<(), &StoreError>);
}

/// A job made of a function and the waiter for its answer.
pub(crate) struct Work<F, T, E> {
    work: Option<F>,
    need: IndexNeed,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Work<F, T, E> {
    pub fn new(need: IndexNeed, work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work: Some(work), need, outcome: None, reply }, answer)
    }
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: FnOnce(&mut Scope<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn index_need(&self) -> IndexNeed {
        self.need
    }

    fn run(&mut self, scope: &mut Scope<'_>) -> Verdict {
        let Some(work) = self.work.take() else { return Verdict::Undo };
        let outcome = work(scope);
        let verdict = if outcome.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>, committed: Result<(), &StoreError>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            // A refusal stands also without the transaction.
            (Err(_), Some(Err(refusal))) => Err(refusal),
            (Err(error), _) => Err(error.clone().into()),
            (Ok(()), None) => Err(StoreError::Unavailable { reason: "the write panicked".into() }.into()),
        };
        // A waiter that has gone does not mind.
        let _ = self.reply.send(outcome);
    }
}

/// The writer's end: owns the only connection that writes.
pub(crate) struct Writer {
    connection: Connection,
    requests: Receiver<Box<dyn Job>>,
    /// Requests in one transaction at most.
    most: usize,
    /// Requests in the last batch: so many are expected again.
    last_batch: usize,
}

impl Writer {
    pub fn new(connection: Connection, requests: Receiver<Box<dyn Job>>, most: usize) -> Self {
        Self { connection, requests, most: most.max(1), last_batch: 1 }
    }

    /// Runs until every sender has gone.
    pub fn run(mut self) {
        while let Ok(first) = self.requests.recv() {
            let started = Instant::now();
            let (jobs, committed) = self.commit_batch(first);
            self.last_batch = jobs.len();
            metrics::histogram!("store_commit_seconds").record(started.elapsed().as_secs_f64());
            metrics::counter!("store_requests_total").increment(jobs.len() as u64);
            if let Err(error) = &committed {
                tracing::error!(%error, requests = jobs.len(), "a batch was not committed");
            }
            for job in jobs {
                job.answer(committed.as_ref().copied());
            }
        }
    }

    fn commit_batch(&mut self, first: Box<dyn Job>) -> (Vec<Box<dyn Job>>, Result<(), StoreError>) {
        let mut jobs = vec![first];
        let committed = self.run_batch(&mut jobs);
        if committed.is_err() && !self.connection.is_autocommit() {
            // If even this fails, the next BEGIN does and says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        (jobs, committed)
    }

    fn run_batch(&self, jobs: &mut Vec<Box<dyn Job>>) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.execute("BEGIN IMMEDIATE")?;
        let opened = Instant::now();
        let mut index = Vec::new();
        let mut next = 0;
        loop {
            if let Some(job) = jobs.get_mut(next) {
                self.run_job(job.as_mut(), &mut index)?;
                next += 1;
            } else if let Some(job) = self.next_request(jobs.len(), opened) {
                jobs.push(job);
            } else {
                break;
            }
        }
        write_index(&self.connection, &mut index)?;
        self.execute("COMMIT")
    }

    fn next_request(&self, so_far: usize, opened: Instant) -> Option<Box<dyn Job>> {
        if so_far >= self.most {
            return None;
        }
        let patience = if so_far < self.last_batch {
            LINGER.saturating_sub(opened.elapsed()).min(GAP)
        } else {
            Duration::ZERO
        };
        self.requests.recv_timeout(patience).ok()
    }

    /// An error means that the transaction is lost, not that the request was refused.
    fn run_job(&self, job: &mut dyn Job, index: &mut Vec<IndexEntry>) -> Result<(), StoreError> {
        if job.index_need() == IndexNeed::Written {
            write_index(&self.connection, index)?;
        }
        self.execute("SAVEPOINT request")?;
        let mut scope = Scope { connection: &self.connection, index: Vec::new() };
        let verdict = catch_unwind(AssertUnwindSafe(|| job.run(&mut scope))).unwrap_or(Verdict::Undo);
        let written = scope.index;
        if self.connection.is_autocommit() {
            // SQLite itself rolled everything back (it may, when the disk is full).
            return Err(StoreError::Unavailable { reason: "the transaction was rolled back".to_owned() });
        }
        match verdict {
            Verdict::Keep => index.extend(written),
            Verdict::Undo => self.execute("ROLLBACK TO request")?,
        }
        self.execute("RELEASE request")
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}
