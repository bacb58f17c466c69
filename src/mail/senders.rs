//! What is remembered of who writes to us: when they were acknowledged, and which sessions they opened.

use std::time::Duration;

use channels::email::loops::{OPEN_AT_MOST, OPEN_WINDOW, SenderHistory};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

const COLLECTION: &str = "mail_sender";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    acknowledged: Option<Timestamp>,
    opened: Vec<Timestamp>,
}

/// Used by one reader of mails at a time, so that what is read is still true when it is written.
pub struct Senders {
    store: Store,
    /// How long an acknowledgement is remembered.
    acknowledge_every: Duration,
}

/// What happened with a sender's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Opened,
    OpenedAndAcknowledged,
}

impl Senders {
    pub fn new(store: Store, acknowledge_every: Duration) -> Self {
        Self { store, acknowledge_every }
    }

    pub async fn history(
        &self,
        inbox: &str,
        sender: &str,
        now: Timestamp,
    ) -> Result<SenderHistory, StoreError> {
        let body = self.store.document(COLLECTION, &key(inbox, sender), now).await?;
        let kept: Kept = body.and_then(|body| serde_json::from_value(body).ok()).unwrap_or_default();
        Ok(SenderHistory { acknowledged: kept.acknowledged, opened: kept.opened })
    }

    /// Adds to what `history` said.
    pub async fn remember(
        &self,
        inbox: &str,
        sender: &str,
        history: SenderHistory,
        deed: Deed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut kept = Kept { acknowledged: history.acknowledged, opened: history.opened };
        kept.opened.retain(|&opened| now.since(opened) < OPEN_WINDOW);
        kept.opened.push(now);
        kept.opened.drain(..kept.opened.len().saturating_sub(OPEN_AT_MOST));
        if deed == Deed::OpenedAndAcknowledged {
            kept.acknowledged = Some(now);
        }
        let body = serde_json::to_value(kept).expect("plain data serialises");
        let until = now + self.acknowledge_every.max(OPEN_WINDOW);
        self.store.put_document(COLLECTION, &key(inbox, sender), &body, Some(until)).await
    }
}

/// Forgets what happened with a sender's mail at these addresses of ours.
pub async fn forget(
    store: &Store,
    inboxes: impl Iterator<Item = &String>,
    sender: &str,
) -> Result<(), StoreError> {
    for inbox in inboxes {
        store.delete_document(COLLECTION, &key(inbox, sender)).await?;
    }
    Ok(())
}

/// Neither has a space in it.
fn key(inbox: &str, sender: &str) -> String {
    format!("{inbox} {sender}")
}
