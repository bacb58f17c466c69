//! Writes what waits, several entries at once, in one chain.

use std::time::{Duration, Instant};

use metrics::gauge;
use model::event::AuditEntry;
use model::{Epoch, Event, Sequence, StreamId};
use store::{Append, AppendError, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{Act, chain};
use crate::foundation::now;

/// Entries written at once.
const BATCH: usize = 256;
/// Tries when somebody else wrote meanwhile.
const TRIES: usize = 5;
/// Most bytes of one text; what somebody else chose is cut.
const LONGEST: usize = 500;
/// The newest hash is logged this often, while there is something new.
const ANCHOR_EVERY: Duration = Duration::from_secs(600);

pub struct Waiting {
    pub act: Act,
    pub done: oneshot::Sender<Result<(), StoreError>>,
}

/// The last entry.
#[derive(Clone)]
struct Head {
    sequence: Sequence,
    hash: String,
}

/// Ends when nobody can send any more.
pub async fn write(store: Store, mut waiting: mpsc::Receiver<Waiting>) {
    let mut head = None;
    let mut anchored: Option<Instant> = None;
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (acts, done): (Vec<_>, Vec<_>) = batch.drain(..).map(|one: Waiting| (one.act, one.done)).unzip();
        let written = append(&store, &mut head, &acts).await;
        if let Err(error) = &written {
            tracing::error!(%error, "acts cannot be recorded");
        }
        for done in done {
            // Whoever asked may be gone.
            let _ = done.send(written.clone());
        }
        if let Some(head) = head.as_ref().filter(|_| anchored.is_none_or(|at| at.elapsed() > ANCHOR_EVERY)) {
            tracing::info!(sequence = head.sequence.0, hash = head.hash, "newest audit entry");
            anchored = Some(Instant::now());
        }
    }
}

async fn append(store: &Store, head: &mut Option<Head>, acts: &[Act]) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let last = match head.take() {
            Some(head) => head,
            None => read_head(store).await?,
        };
        let at = now();
        let mut next = last.clone();
        let events = acts.iter().map(|act| {
            let mut entry = entry(act);
            next.sequence = next.sequence.next();
            entry.hash = chain::hash(&next.hash, next.sequence, at, &entry);
            next.hash.clone_from(&entry.hash);
            Event::Audit(entry)
        });
        let events = events.collect();
        let epoch = store.epoch(&StreamId::Audit).await?.unwrap_or(Epoch::FIRST);
        match store.append(Append::new(StreamId::Audit, epoch, last.sequence, at, events)).await {
            Ok(_) => {
                #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
                gauge!("tandem_audit_entries").set(next.sequence.0 as f64);
                *head = Some(next);
                return Ok(());
            }
            // Somebody else wrote, or an earlier try did after all: look where the chain ends.
            Err(AppendError::Conflict { .. } | AppendError::Fenced { .. }) => {}
            Err(AppendError::Busy) => return Err(StoreError::Busy),
            Err(error) => return Err(StoreError::Unavailable { reason: error.to_string() }),
        }
    }
    Err(StoreError::Busy)
}

async fn read_head(store: &Store) -> Result<Head, StoreError> {
    let sequence = store.last(&StreamId::Audit).await?;
    if sequence == Sequence::START {
        return Ok(Head { sequence, hash: chain::BEGINNING.to_owned() });
    }
    let loaded = store.load(&StreamId::Audit, Sequence(sequence.0 - 1), 1).await?;
    let newest = super::entries(loaded)?.into_iter().next();
    let newest =
        newest.ok_or_else(|| StoreError::Corrupt { reason: "the newest entry is missing".to_owned() })?;
    Ok(Head { sequence, hash: newest.event.hash })
}

fn entry(act: &Act) -> AuditEntry {
    AuditEntry {
        actor: cut(&act.actor).into(),
        act: cut(&act.act).into(),
        subject: cut(&act.subject).to_owned(),
        detail: act.detail.iter().map(|(name, value)| ((*name).into(), cut(value).to_owned())).collect(),
        hash: String::new(),
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
