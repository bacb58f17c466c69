//! Explanations of moments that have passed: the recording is replayed up to there, and nothing is kept.

use model::{Sequence, SessionEvent, TaskId, Timestamp};
use routing::Explanation;

use super::Engine;
use crate::foundation::now;
use crate::replay::{Moment, PastError, router_at};

/// Records replayed at most for one question: some ten seconds of one core.
const MOST_RECORDS: u64 = 2_000_000;

/// Events of a session read at a time.
const PAGE: usize = 1_000;

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
            let Some(explanation) = self.router().explain(task).await else { return Ok(None) };
            return Ok(Some((self.with_choice(explanation).await, now())));
        };
        self.explain_then(task, at).await
    }

    async fn explain_then(
        &self,
        task: TaskId,
        at: Timestamp,
    ) -> Result<Option<(Explanation, Timestamp)>, PastError> {
        let permit = self.past.clone().try_acquire_owned().map_err(|_| PastError::Busy)?;
        let (store, handle) = (self.foundation.store.clone(), tokio::runtime::Handle::current());
        let replayed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let (replay, at) = handle.block_on(router_at(&store, Some(Moment::Time(at)), MOST_RECORDS))?;
            Ok(replay.router().and_then(|router| router.explain(at, task)).map(|why| (why, at)))
        });
        replayed.await.unwrap_or(Err(PastError::Busy))
    }

    /// A restart forgets by which rule an agent was chosen; the recording of before it does not. Where it
    /// cannot be read, nothing is said of it.
    async fn with_choice(&self, mut explanation: Explanation) -> Explanation {
        if explanation.standing.choice() == Some(&None)
            && let Some(at) = self.offered_at(explanation.task).await
            && let Ok(Some((then, _))) = self.explain_then(explanation.task, at).await
            && let Some(Some(choice)) = then.standing.choice()
        {
            explanation.standing.choose(choice.clone());
        }
        explanation
    }

    /// When the task's last offer was recorded.
    async fn offered_at(&self, task: TaskId) -> Option<Timestamp> {
        let session = self.directory.session_of(task)?;
        let (mut after, mut found) = (Sequence::START, None);
        loop {
            let page = self.foundation.store.load_session(session, after, PAGE).await.ok()?;
            let Some(last) = page.last() else { return found };
            after = last.sequence;
            let mut offers = page.iter().rev().filter(|recorded| {
                matches!(recorded.event, SessionEvent::TaskReserved { task: offered, .. } if offered == task)
            });
            found = offers.next().map(|offer| offer.at).or(found);
        }
    }
}
