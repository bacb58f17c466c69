//! What is asked of the tables and what is written to those beside the log, one noun a file; either
//! engine runs it.

pub(crate) mod blobs;
pub(crate) mod documents;
pub(crate) mod history;
pub(crate) mod log;
pub(crate) mod mail_ids;
pub(crate) mod outbox;
pub(crate) mod sessions;
pub(crate) mod tasks;
pub(crate) mod waits;
