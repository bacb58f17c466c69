//! Opens a data folder to read: itself if no server has it, else a copy of its database.

use std::path::Path;

use store::{DATABASE, OpenError, SqliteOptions, Store, StoreError};

use crate::configuration::settings::{self, StoreEngine};
use crate::storage;

/// A store that nobody writes to meanwhile.
pub struct Reading {
    pub store: Store,
    /// Goes with it.
    _copy: Option<tempfile::TempDir>,
}

/// There is nothing to read. Retrying helps once the cause is mended.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    #[error("there is no database in {0}")]
    Nothing(std::path::PathBuf),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Storage(#[from] storage::StorageError),
    #[error("cannot copy the database of the running server: {0}")]
    Copy(#[from] StoreError),
    #[error("cannot make a folder for a copy: {0}")]
    Folder(#[from] std::io::Error),
}

impl Reading {
    /// What the settings name: PostgreSQL, or the data folder as [`Reading::open`] has it. Blocks.
    pub fn of(settings: &settings::Store) -> Result<Self, ReadingError> {
        match settings.engine {
            StoreEngine::Sqlite => Self::open(&settings.folder),
            StoreEngine::Postgres => {
                Ok(Self { store: storage::open(settings, Path::new("."))?, _copy: None })
            }
        }
    }

    /// Blocks; copying takes as long as the database is large.
    pub fn open(folder: &Path) -> Result<Self, ReadingError> {
        if !folder.join(DATABASE).exists() {
            return Err(ReadingError::Nothing(folder.to_owned()));
        }
        match Store::open_sqlite(folder, SqliteOptions::default()) {
            Ok(store) => Ok(Self { store, _copy: None }),
            Err(OpenError::InUse { .. }) => Self::copy(folder),
            Err(error) => Err(error.into()),
        }
    }

    fn copy(folder: &Path) -> Result<Self, ReadingError> {
        let copy = tempfile::tempdir()?;
        store::backup_folder(folder, &copy.path().join(DATABASE))?;
        let store = Store::open_sqlite(copy.path(), SqliteOptions::default())?;
        Ok(Self { store, _copy: Some(copy) })
    }
}
