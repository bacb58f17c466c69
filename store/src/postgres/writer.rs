//! A connection that writes. What waits together is committed together; while one batch is on its way
//! the next gathers. Streams are dealt to writers by their names.
//!
//! Invariant: nobody hears of success before the commit that holds it has succeeded.

use std::time::Instant;

use tokio::sync::mpsc::Receiver;

use super::batch::commit;
use super::failure::Failure;
use super::job::{Answer, Job};
use super::link::Link;
use crate::error::StoreError;

/// Tries of a batch that met another writer's.
const TRIES: u32 = 5;

pub(crate) struct Writer {
    link: Link,
    requests: Receiver<Job>,
    /// Requests in one transaction at most.
    most: usize,
}

impl Writer {
    pub fn new(link: Link, requests: Receiver<Job>, most: usize) -> Self {
        Self { link, requests, most: most.max(1) }
    }

    /// Runs until every sender has gone and what was queued is done.
    pub async fn run(mut self) {
        while let Some(first) = self.requests.recv().await {
            let jobs = self.gather(first);
            let started = Instant::now();
            let number = jobs.len() as u64;
            self.commit(jobs).await;
            metrics::histogram!("store_commit_seconds").record(started.elapsed().as_secs_f64());
            metrics::counter!("store_requests_total").increment(number);
        }
    }

    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut jobs = vec![first];
        while jobs.len() < self.most && !jobs.last().is_some_and(Job::is_last) {
            let Ok(job) = self.requests.try_recv() else { break };
            jobs.push(job);
        }
        jobs
    }

    async fn commit(&mut self, jobs: Vec<Job>) {
        match self.attempt(&jobs).await {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    job.answer(Ok(answer));
                }
            }
            // One of them is at fault: each for itself, so that it fails nobody else.
            Err(Failure::Refused(_) | Failure::Store(_) | Failure::Again(_)) if jobs.len() > 1 => {
                for job in jobs {
                    let outcome = self.attempt(std::slice::from_ref(&job)).await;
                    job.answer(only(outcome));
                }
            }
            Err(failure) => {
                let error = failure.into_store();
                tracing::error!(%error, requests = jobs.len(), "a batch was not committed");
                for job in jobs {
                    job.answer(Err(error.clone()));
                }
            }
        }
    }

    async fn attempt(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, Failure> {
        let limit = self.link.limit();
        let mut tries = 1;
        loop {
            let session = self.link.session().await?;
            let outcome = tokio::time::timeout(limit, commit(session, jobs)).await;
            match outcome.unwrap_or_else(|_| Err(Failure::lost("PostgreSQL does not answer in time"))) {
                Err(Failure::Again(_)) if tries < TRIES => tries += 1,
                Err(failure) => {
                    if matches!(failure, Failure::Lost(_)) {
                        self.link.lose(&failure);
                    }
                    return Err(failure);
                }
                Ok(answers) => return Ok(answers),
            }
        }
    }
}

fn only(outcome: Result<Vec<Answer>, Failure>) -> Result<Answer, StoreError> {
    outcome.map_err(Failure::into_store)?.pop().ok_or_else(StoreError::closing)
}
