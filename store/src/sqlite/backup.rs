//! A copy of the database while it is in use.
//!
//! The copy is one snapshot: it is taken in one step of SQLite's backup, which in WAL mode holds a
//! read transaction and lets the writer go on. It appears under its name only when it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use tokio::sync::oneshot;

use super::open_reader;
use crate::error::StoreError;

/// Copies on a thread of its own.
pub(crate) async fn backup(database: &Path, target: PathBuf) -> Result<(), StoreError> {
    let (reply, answer) = oneshot::channel();
    let database = database.to_owned();
    let copy = move || {
        let _ = reply.send(backup_to(&database, &target));
    };
    std::thread::Builder::new()
        .name("store-backup".to_owned())
        .spawn(copy)
        .map_err(|error| unavailable(&error))?;
    answer.await.map_err(|_| StoreError::closing())?
}

/// Copies `database` to `target`, which must not exist. Blocks.
pub(crate) fn backup_to(database: &Path, target: &Path) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Unavailable { reason: format!("{} exists already", target.display()) });
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let copied = copy(database, &partial).and_then(|()| publish(&partial, target));
    if copied.is_err() {
        // What is left over is in the way of nobody but the next try, which overwrites it.
        let _ = std::fs::remove_file(&partial);
    }
    copied
}

fn copy(database: &Path, partial: &Path) -> Result<(), StoreError> {
    let source = open_reader(database).map_err(|error| unavailable(&error))?;
    let _ = std::fs::remove_file(partial);
    let mut target = Connection::open(partial)?;
    let step = Backup::new(&source, &mut target)?.step(-1)?;
    if step != StepResult::Done {
        return Err(StoreError::Busy);
    }
    target.close().map_err(|(_, error)| error.into())
}

fn publish(partial: &Path, target: &Path) -> Result<(), StoreError> {
    let synced = || -> std::io::Result<()> {
        File::open(partial)?.sync_all()?;
        std::fs::rename(partial, target)?;
        match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    };
    synced().map_err(|error| unavailable(&error))
}

fn unavailable(error: &impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable { reason: error.to_string() }
}
