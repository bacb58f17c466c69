//! Explanations of moments that have passed: the recording is replayed up to there, and nothing is kept.

use model::{TaskId, Timestamp};
use routing::Explanation;

use super::Engine;
use crate::foundation::now;
use crate::replay::{Moment, PastError, router_at};

/// Records replayed at most for one question: some ten seconds of one core.
const MOST_RECORDS: u64 = 2_000_000;

impl Engine {
    /// As it was then, from the recording; as it is now without a time. None for a task that the router
    /// did not know, or where inputs are missing. One question about the past is answered at a time; who
    /// asks meanwhile hears `Busy`.
    pub async fn explain(
        &self,
        task: TaskId,
        at: Option<Timestamp>,
    ) -> Result<Option<(Explanation, Timestamp)>, PastError> {
        let Some(at) = at.filter(|at| *at < now()) else {
            let at = now();
            return Ok(self.router().explain(task).await.map(|explanation| (explanation, at)));
        };
        let permit = self.past.clone().try_acquire_owned().map_err(|_| PastError::Busy)?;
        let (store, handle) = (self.foundation.store.clone(), tokio::runtime::Handle::current());
        let replayed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let (replay, at) = handle.block_on(router_at(&store, Some(Moment::Time(at)), MOST_RECORDS))?;
            Ok(replay.router().and_then(|router| router.explain(at, task)).map(|why| (why, at)))
        });
        replayed.await.unwrap_or(Err(PastError::Busy))
    }
}
