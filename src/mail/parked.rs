//! Mails that no session takes: kept with the reason until a person has them read again or discards
//! them.

use channels::email::wire;
use channels::email::{Envelope, ParsedMail};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use utoipa::ToSchema;

use super::waiting::Accepted;

const COLLECTION: &str = "mail_parked";

/// Why a mail is in no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It has more parts than are read.
    TooManyParts,
    /// Its parts are nested deeper than is read.
    NestedTooDeep,
    /// The parser gave up on it.
    Unreadable,
    /// It names nobody to answer.
    NoSender,
    /// The address it was sent to is no site's any more.
    NoSite,
    /// It says that a mail came back which we have not sent.
    StrayBounce,
    /// Its sender opens sessions faster than people do.
    TooManySessions,
    /// The session refused it.
    Refused,
    /// The raw mail is not in the blob store.
    Lost,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooManyParts => "too_many_parts",
            Self::NestedTooDeep => "nested_too_deep",
            Self::Unreadable => "unreadable",
            Self::NoSender => "no_sender",
            Self::NoSite => "no_site",
            Self::StrayBounce => "stray_bounce",
            Self::TooManySessions => "too_many_sessions",
            Self::Refused => "refused",
            Self::Lost => "lost",
        }
    }
}

impl From<wire::Parked> for Reason {
    fn from(parked: wire::Parked) -> Self {
        match parked {
            wire::Parked::TooManyParts => Self::TooManyParts,
            wire::Parked::NestedTooDeep => Self::NestedTooDeep,
            wire::Parked::Unreadable => Self::Unreadable,
        }
    }
}

/// A parked mail, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub reason: Reason,
    pub accepted: Accepted,
    /// As its header has it.
    pub from: Option<String>,
    pub subject: Option<String>,
    pub parked_at: Timestamp,
}

impl Parked {
    pub fn new(reason: Reason, accepted: Accepted, mail: Option<&ParsedMail>, now: Timestamp) -> Self {
        let from = mail.and_then(|mail| mail.from.as_ref()).map(|from| from.address.clone());
        let subject = mail.and_then(|mail| mail.subject.clone());
        Self { reason, accepted, from, subject, parked_at: now }
    }

    pub fn envelope(&self) -> &Envelope {
        &self.accepted.envelope
    }
}

/// The parked mails, oldest first by key.
pub struct Shelf {
    store: Store,
}

impl Shelf {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// `key` is the one it waited under, so that a mail parked twice is there once.
    pub async fn put(&self, key: &str, parked: &Parked) -> Result<(), StoreError> {
        let body = serde_json::to_value(parked).expect("plain data serialises");
        self.store.put_document(COLLECTION, key, &body, None).await
    }

    pub async fn list(&self, after: &str, most: usize) -> Result<Vec<(String, Parked)>, StoreError> {
        let listed = self.store.documents(COLLECTION, after, Timestamp::EPOCH, most).await?;
        let read = |(key, body)| Some((key, serde_json::from_value(body).ok()?));
        Ok(listed.into_iter().filter_map(read).collect())
    }

    pub async fn get(&self, key: &str) -> Result<Option<Parked>, StoreError> {
        let body = self.store.document(COLLECTION, key, Timestamp::EPOCH).await?;
        Ok(body.and_then(|body| serde_json::from_value(body).ok()))
    }

    pub async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete_document(COLLECTION, key).await
    }
}
