//! What went wrong with PostgreSQL, by what to do about it.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection is gone, or nobody knows what became of what was sent.
    Lost(String),
    /// The server refused; another try may do.
    Again(String),
    /// The server refused.
    Refused(String),
    /// What is stored cannot be read.
    Store(StoreError),
}

impl Failure {
    pub fn lost(reason: &str) -> Self {
        Self::Lost(reason.to_owned())
    }

    pub fn into_store(self) -> StoreError {
        match self {
            Self::Lost(reason) | Self::Again(reason) | Self::Refused(reason) => {
                StoreError::Unavailable { reason }
            }
            Self::Store(error) => error,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Some(refusal) = error.as_db_error() else { return Self::Lost(explained(&error)) };
        // Never the detail: it may hold what somebody wrote.
        let reason = format!("{} ({})", refusal.message(), refusal.code().code());
        match *refusal.code() {
            SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => Self::Again(reason),
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
                Self::Lost(reason)
            }
            _ => Self::Refused(reason),
        }
    }
}

/// The error with its causes.
fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}
