//! What can go wrong between the store and its callers.

/// Why a read or a write that is no append failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The queue is full. Retrying later is safe: nothing was done.
    #[error("the store is busy")]
    Busy,
    /// A full disk, an I/O error, or the store is closing. Retrying is safe: writes through this
    /// boundary are idempotent, and nothing was acknowledged.
    #[error("the store is unavailable: {reason}")]
    Unavailable { reason: String },
    /// The database holds what this version cannot read. Retrying is pointless.
    #[error("cannot read what is stored: {reason}")]
    Corrupt { reason: String },
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it. Retrying once that process has ended is safe.
    #[error("another process uses the data folder {folder}")]
    InUse { folder: String },
    /// Written by a newer version. Retrying is pointless.
    #[error(
        "what is stored has schema version {found}, this program knows up to {known}: use a newer program"
    )]
    Newer { found: i64, known: i64 },
    /// The folder cannot be created, read or written.
    #[error("cannot use the data folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The database cannot be opened or migrated; a failed migration leaves it as it was.
    #[error("cannot open the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// The PostgreSQL server is too old. Retrying is pointless.
    #[error("the PostgreSQL server is version {found}, 14 or later is needed: upgrade it")]
    OldServer { found: String },
    /// The PostgreSQL database does not hold every text. Retrying is pointless.
    #[error(
        "the PostgreSQL database has the encoding {found}, UTF8 is needed: \
        create another with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding { found: String },
    /// The address, the password or the certificates do not do, as they are set.
    #[error("cannot use the settings of PostgreSQL: {reason}")]
    Settings { reason: String },
    /// PostgreSQL does not answer or refuses. Retrying helps once the operator has mended the cause.
    #[error("cannot open the PostgreSQL database: {reason}")]
    Postgres { reason: String },
}

impl StoreError {
    pub(crate) fn closing() -> Self {
        Self::Unavailable { reason: "the store is closing".to_owned() }
    }

    pub(crate) fn corrupt(reason: impl std::fmt::Display) -> Self {
        Self::Corrupt { reason: reason.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let reason = error.to_string();
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Corrupt { reason },
            rusqlite::Error::SqliteFailure(failure, _)
                if matches!(failure.code, DatabaseCorrupt | NotADatabase) =>
            {
                Self::Corrupt { reason }
            }
            _ => Self::Unavailable { reason },
        }
    }
}
