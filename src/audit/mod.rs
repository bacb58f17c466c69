//! Who did what: a chain of hashes in the stream `audit`, so that an entry that is changed, taken out or
//! moved breaks all that follow.
//!
//! Entries are written before what they record is answered. Whoever can write the database can write the
//! whole chain anew: keep its newest hash elsewhere (it is logged, and shown to admins) and verify against it.

mod chain;
pub mod command;
mod verify;
mod writer;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::event::AuditEntry;
use model::{Recorded, Sequence, StreamId};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

pub use verify::{Anchor, Broken, Fault, Verified, verify};
use writer::Waiting;

/// Entries that may wait to be written; past it their senders wait.
const QUEUE: usize = 1_024;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Act {
    /// A person or a program; empty for nobody known.
    pub actor: String,
    /// One word or an operation: `login`, `put /v1/organisation`.
    pub act: String,
    /// To whom or what.
    pub subject: String,
    pub detail: BTreeMap<&'static str, String>,
}

/// Writes and reads the record.
pub struct Audit {
    store: Store,
    writer: OnceLock<mpsc::Sender<Waiting>>,
}

impl Audit {
    pub fn new(store: Store) -> Self {
        Self { store, writer: OnceLock::new() }
    }

    /// Returns once the act is recorded. Retrying after a failure is safe; it may then stand there twice.
    pub async fn record(&self, act: Act) -> Result<(), StoreError> {
        let writer = self.writer.get_or_init(|| {
            let (sender, waiting) = mpsc::channel(QUEUE);
            tokio::spawn(writer::write(self.store.clone(), waiting));
            sender
        });
        let (done, written) = oneshot::channel();
        let gone = || StoreError::Unavailable { reason: "the audit log is not written any more".to_owned() };
        writer.send(Waiting { act, done }).await.map_err(|_| gone())?;
        written.await.map_err(|_| gone())?
    }

    /// At most `limit` entries before `before` (none: the newest), the latest first.
    pub async fn read(
        &self,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Recorded<AuditEntry>>, StoreError> {
        let last = self.store.last(&StreamId::Audit).await?;
        let end = before.map_or(last.0, |before| before.0.saturating_sub(1).min(last.0));
        let after = Sequence(end.saturating_sub(limit as u64));
        let wanted = usize::try_from(end - after.0).unwrap_or(limit);
        let mut entries = entries(self.store.load(&StreamId::Audit, after, wanted).await?)?;
        entries.reverse();
        Ok(entries)
    }
}

/// The store keeps each kind of event in its own kind of stream.
fn entries(loaded: Vec<Recorded<model::Event>>) -> Result<Vec<Recorded<AuditEntry>>, StoreError> {
    let entry = |recorded: Recorded<model::Event>| match recorded.event {
        model::Event::Audit(event) => Ok(Recorded { sequence: recorded.sequence, at: recorded.at, event }),
        _ => Err(StoreError::Corrupt { reason: format!("{} is no audit entry", recorded.sequence) }),
    };
    loaded.into_iter().map(entry).collect()
}
