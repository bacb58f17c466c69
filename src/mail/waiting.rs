//! Mails that were taken and are in no session yet: durable, in the order they came, and bounded.

use std::sync::atomic::{AtomicUsize, Ordering};

use channels::email::Envelope;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use tokio::sync::Notify;

const COLLECTION: &str = "mail_waiting";
/// Mails that wait at most; the next sender hears 452.
pub const MOST_WAITING: usize = 10_000;
/// Mails listed at a time.
const PAGE: usize = 200;

/// A mail whose raw bytes are durable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// Where the raw mail is in the blob store.
    pub blob: String,
    pub envelope: Envelope,
    pub at: Timestamp,
    /// Whether a person has looked at it and wants it read once more.
    #[serde(default)]
    pub handling: Handling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    #[default]
    First,
    /// Rates do not hold it up again.
    Retried,
}

/// Why a mail is not taken. Retrying later is safe.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotTaken {
    #[error("too many mails wait already")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct Waiting {
    store: Store,
    count: AtomicUsize,
    arrived: Notify,
}

impl Waiting {
    /// Finds what an earlier run has left, however much that is.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        let waiting = Self { store, count: AtomicUsize::new(0), arrived: Notify::new() };
        let mut after = String::new();
        loop {
            let page = waiting.page(&after).await?;
            waiting.count.fetch_add(page.len(), Ordering::Relaxed);
            let Some((last, _)) = page.into_iter().next_back() else { break };
            after = last;
        }
        waiting.tell();
        Ok(waiting)
    }

    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Durable when it returns.
    pub async fn add(&self, accepted: &Accepted) -> Result<(), NotTaken> {
        let room = |count: usize| (count < MOST_WAITING).then_some(count + 1);
        let place = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room);
        place.map_err(|_| NotTaken::Full)?;
        // Version 7: keys sort in the order mails came.
        let key = uuid::Uuid::now_v7().to_string();
        let body = serde_json::to_value(accepted).expect("plain data serialises");
        if let Err(error) = self.store.put_document(COLLECTION, &key, &body, None).await {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return Err(error.into());
        }
        self.tell();
        self.arrived.notify_one();
        Ok(())
    }

    /// The next ones after a key, oldest first; empty at the end.
    pub async fn page(&self, after: &str) -> Result<Vec<(String, Accepted)>, StoreError> {
        let mut after = after.to_owned();
        loop {
            let listed = self.store.documents(COLLECTION, &after, Timestamp::EPOCH, PAGE).await?;
            let Some((last, _)) = listed.last() else { return Ok(Vec::new()) };
            after.clone_from(last);
            let page: Vec<_> = listed.into_iter().filter_map(read).collect();
            if !page.is_empty() {
                return Ok(page);
            }
        }
    }

    /// It is in its session, or parked.
    pub async fn done(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete_document(COLLECTION, key).await?;
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.tell();
        Ok(())
    }

    /// Until another one comes, or has come since this was asked last.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge of at most some thousands")]
    fn tell(&self) {
        metrics::gauge!("tandem_mails_waiting").set(self.count() as f64);
    }
}

fn read((key, body): (String, serde_json::Value)) -> Option<(String, Accepted)> {
    match serde_json::from_value(body) {
        Ok(accepted) => Some((key, accepted)),
        Err(error) => {
            tracing::error!(key, %error, "a waiting mail's entry cannot be read");
            None
        }
    }
}
