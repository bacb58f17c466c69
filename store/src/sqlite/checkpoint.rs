//! Moves the write-ahead log into the database beside the writer, so that no commit waits for it.
//!
//! Nothing depends on it for safety: what is in the log is durable, and a log that grows all the same is
//! moved by the writer itself.

use std::sync::mpsc::Receiver;

use rusqlite::Connection;

/// While pages are moved others are written; the rest is moved right after, so that the log can begin
/// anew. More often makes no sense under a steady load.
const ROUNDS: usize = 3;

/// Moves what there is each time it is told to, until the writer has gone.
pub(crate) fn run(connection: &Connection, told: &Receiver<()>) {
    while told.recv().is_ok() {
        if let Err(error) = move_log(connection) {
            // A full disk, most likely: the writer says what comes of it.
            tracing::debug!(%error, "cannot move the write-ahead log");
        }
    }
}

fn move_log(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..ROUNDS {
        let (pages, moved): (i64, i64) = connection
            .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
            .query_row([], |row| Ok((row.get(1)?, row.get(2)?)))?;
        if moved >= pages {
            break;
        }
    }
    Ok(())
}
