//! Queues closed by hand, one or all: recorded in the organisation's log, then told to the router.

use model::event::Closing;
use model::{QueueId, Timestamp};
use routing::Input;

use super::Engine;
use crate::versions::{self, PastClosing, VersionError};

/// Bytes of a reason.
const MAX_REASON: usize = 500;
/// Different closings at a time.
const MOST_CLOSINGS: usize = 1_000;

/// Why a queue stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    #[error("there is no queue {0}")]
    UnknownQueue(QueueId),
    #[error("a reason is a text of {MAX_REASON} bytes at most")]
    Reason,
    #[error("it opens again before it closes")]
    Past,
    #[error("it was not closed by hand")]
    NotClosed,
    #[error("all queues are closed: it opens when they do")]
    AllClosed,
    #[error("too many queues are closed one by one: close all")]
    TooMany,
    /// As safe to retry as its cause.
    #[error(transparent)]
    Version(#[from] VersionError),
}

impl Engine {
    /// Closes a queue, or all, whatever the hours say; until a time, or until somebody opens it.
    pub async fn close_queue(
        &self,
        queue: Option<QueueId>,
        reason: String,
        until: Option<Timestamp>,
        by: &str,
    ) -> Result<(), ClosingError> {
        let since = self.foundation.now();
        self.check_queue(queue.as_ref())?;
        if reason.trim().is_empty() || reason.len() > MAX_REASON {
            return Err(ClosingError::Reason);
        }
        if until.is_some_and(|until| until <= since) {
            return Err(ClosingError::Past);
        }
        let _one_at_a_time = self.reorganising.lock().await;
        let mut closings = self.closings_in_force(since).await?;
        closings.retain(|closing| closing.queue != queue);
        if closings.len() >= MOST_CLOSINGS {
            return Err(ClosingError::TooMany);
        }
        let closing = Closing { queue, reason, since, until, by: by.into() };
        closings.push(closing.clone());
        versions::record_closings(&self.foundation.store, closings, by).await?;
        let name = closing.queue.as_ref().map_or("every queue", |queue| queue.as_str());
        self.alert(format!("{name} was closed by {by}: {}", closing.reason));
        self.route(closed(closing)).await;
        Ok(())
    }

    /// Ends the closing of a queue, or the closing of all.
    pub async fn reopen_queue(&self, queue: Option<QueueId>, by: &str) -> Result<(), ClosingError> {
        let _one_at_a_time = self.reorganising.lock().await;
        let mut closings = self.closings_in_force(self.foundation.now()).await?;
        let before = closings.len();
        closings.retain(|closing| closing.queue != queue);
        if closings.len() == before {
            let all = closings.iter().any(|closing| closing.queue.is_none());
            return Err(if all { ClosingError::AllClosed } else { ClosingError::NotClosed });
        }
        versions::record_closings(&self.foundation.store, closings, by).await?;
        let name = queue.as_ref().map_or("every queue", |queue| queue.as_str());
        self.alert(format!("{name} was opened again by {by}"));
        self.route(Input::QueueReopened { queue }).await;
        Ok(())
    }

    /// The router hears again what was closed when the process ended; and what was closed and is open
    /// again since `since`, when the first of the open tasks came to its queue.
    pub(super) async fn restore_closings(&self, since: Option<Timestamp>) -> Result<(), VersionError> {
        if let Some(since) = since {
            for past in versions::past_closings(&self.foundation.store, since, self.foundation.now()).await? {
                let PastClosing { queue, since, until } = past;
                self.route(Input::QueueWasClosed { queue, since, until }).await;
            }
        }
        for closing in self.closings_in_force(self.foundation.now()).await? {
            self.route(closed(closing)).await;
        }
        Ok(())
    }

    async fn closings_in_force(&self, now: Timestamp) -> Result<Vec<Closing>, VersionError> {
        let mut closings = versions::closings(&self.foundation.store).await?;
        closings.retain(|closing| closing.until.is_none_or(|until| until > now));
        Ok(closings)
    }

    fn check_queue(&self, queue: Option<&QueueId>) -> Result<(), ClosingError> {
        let organisation = self.foundation.organisation();
        match queue.filter(|queue| organisation.queue(queue).is_none()) {
            Some(unknown) => Err(ClosingError::UnknownQueue(unknown.clone())),
            None => Ok(()),
        }
    }
}

fn closed(closing: Closing) -> Input {
    let Closing { queue, reason, since, until, by: _ } = closing;
    Input::QueueClosed { queue, reason, since, until }
}
