//! Opens the store that the settings name.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use store::{OpenError, PostgresOptions, PostgresTls, SqliteOptions, Store};

use crate::configuration::settings::{self, StoreEngine, StoreTls};
use crate::configuration::{SecretError, SecretRef};

/// The store cannot be opened. Retrying helps once the operator has mended the cause.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot have the address of PostgreSQL: {0}")]
    Secret(#[from] SecretError),
    /// For what only an embedded store has.
    #[error("the store is in PostgreSQL: {0}")]
    NotEmbedded(&'static str),
}

/// Opens or creates it and migrates it. Blocking; a folder is relative to `base`.
pub fn open(settings: &settings::Store, base: &Path) -> Result<Store, StorageError> {
    match settings.engine {
        StoreEngine::Sqlite => {
            let options = SqliteOptions {
                write_queue: settings.writer_queue,
                write_batch: settings.writer_batch,
                ..SqliteOptions::default()
            };
            Ok(Store::open_sqlite(&base.join(&settings.folder), options)?)
        }
        StoreEngine::Postgres => Ok(Store::open_postgres(&postgres(settings, base)?)?),
    }
}

/// How PostgreSQL is reached, whichever engine is chosen. Blocking.
pub fn postgres(settings: &settings::Store, base: &Path) -> Result<PostgresOptions, StorageError> {
    let missing = || SecretError::Empty("store.postgres_url".to_owned());
    let url = settings.postgres_url.as_ref().ok_or_else(missing).and_then(SecretRef::resolve)?;
    Ok(postgres_at(settings, base, url.expose_secret()))
}

/// The same with another address.
pub fn postgres_at(settings: &settings::Store, base: &Path, url: &str) -> PostgresOptions {
    let tls = match settings.postgres_tls {
        StoreTls::Off => PostgresTls::Off,
        StoreTls::Verify => match &settings.postgres_authority {
            Some(file) => PostgresTls::Authority(base.join(file)),
            None => PostgresTls::System,
        },
    };
    PostgresOptions {
        tls,
        writers: settings.postgres_writers,
        readers: settings.postgres_readers,
        write_queue: settings.writer_queue,
        write_batch: settings.writer_batch,
        statement_timeout: settings.postgres_statement_timeout,
        connect_timeout: settings.postgres_connect_timeout,
        ..PostgresOptions::at(url)
    }
}

/// The data folder that holds the log; an error that says `instead` if PostgreSQL does.
pub fn folder<'a>(settings: &'a settings::Store, instead: &'static str) -> Result<&'a PathBuf, StorageError> {
    match settings.engine {
        StoreEngine::Sqlite => Ok(&settings.folder),
        StoreEngine::Postgres => Err(StorageError::NotEmbedded(instead)),
    }
}
