//! Requests to a writer, and their answers.

use model::StreamId;
use tokio::sync::oneshot;

use crate::append::{AppendError, Appended, Claim};
use crate::error::StoreError;
use crate::log::{Encoded, erases};
use crate::sql::Statement;

type Reply<T, E = StoreError> = oneshot::Sender<Result<T, E>>;

/// With the way back of its answer.
pub(crate) enum Job {
    Append(Box<Encoded>, Reply<Appended, AppendError>),
    Claim(StreamId, Reply<Claim>),
    Execute(Statement, Reply<u64>),
}

/// What a waiter hears if the transaction is committed.
#[derive(Debug)]
pub(crate) enum Answer {
    Append(Result<Appended, AppendError>),
    Claim(Claim),
    /// Rows that changed.
    Count(u64),
}

impl Job {
    /// The stream whose row it needs.
    pub fn stream(&self) -> Option<&StreamId> {
        match self {
            Self::Append(encoded, _) => Some(&encoded.append.stream),
            Self::Claim(stream, _) => Some(stream),
            Self::Execute(..) => None,
        }
    }

    /// Whether it ends its batch: what comes later must not be there when it reads.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Append(encoded, _) if erases(&encoded.append))
    }

    /// A waiter that has gone does not mind.
    pub fn answer(self, outcome: Result<Answer, StoreError>) {
        match (self, outcome) {
            (Self::Append(_, reply), Ok(Answer::Append(answer))) => drop(reply.send(answer)),
            (Self::Claim(_, reply), Ok(Answer::Claim(claim))) => drop(reply.send(Ok(claim))),
            (Self::Execute(_, reply), Ok(Answer::Count(count))) => drop(reply.send(Ok(count))),
            (job, Err(error)) => job.refuse(error),
            // A writer answers each job with its own kind.
            (job, Ok(_)) => job.refuse(StoreError::closing()),
        }
    }

    fn refuse(self, error: StoreError) {
        match self {
            Self::Append(_, reply) => drop(reply.send(Err(error.into()))),
            Self::Claim(_, reply) => drop(reply.send(Err(error))),
            Self::Execute(_, reply) => drop(reply.send(Err(error))),
        }
    }
}
