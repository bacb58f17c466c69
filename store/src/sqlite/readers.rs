//! A few threads that read, each with a connection of its own: a slow search holds up neither the
//! writer nor the caller's runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

/// A read, with its answer's way back inside.
pub(crate) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// One reading thread: takes the next read whenever it is free, until every sender has gone.
pub(crate) fn run(connection: &Connection, reads: &Arc<Mutex<Receiver<Read>>>) {
    loop {
        // The lock is held while waiting: the threads queue for it, and one read wakes one thread.
        let next = reads.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(read) = next else { return };
        // The waiter of a read that panics hears that its answer will not come.
        if catch_unwind(AssertUnwindSafe(|| read(connection))).is_err() {
            tracing::error!("a read panicked");
        }
    }
}
