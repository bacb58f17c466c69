//! Goes along the chain and says where it breaks first.

use std::fmt;
use std::str::FromStr;

use model::{Sequence, StreamId};
use store::{Store, StoreError};

use super::chain;

/// Entries read at once.
const PAGE: usize = 1_000;

/// A chain without a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub entries: u64,
    /// Of the newest entry; empty if there is none.
    pub hash: String,
}

/// Where the chain breaks first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {at}: {fault}")]
pub struct Broken {
    pub at: Sequence,
    pub fault: Fault,
}

/// What is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it was changed or moved, or the one before it was")]
    Hash,
    #[error("it is missing")]
    Missing,
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("it is not the entry that was kept elsewhere: the chain was written anew or cut")]
    Anchor,
}

/// An entry's hash that was kept elsewhere, written `SEQUENCE:HASH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub sequence: Sequence,
    pub hash: String,
}

impl FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let anchor = text.split_once(':').and_then(|(sequence, hash)| {
            let sequence = Sequence(sequence.parse().ok().filter(|sequence| *sequence > 0)?);
            let whole = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            whole.then(|| Self { sequence, hash: hash.to_ascii_lowercase() })
        });
        anchor.ok_or("an anchor is SEQUENCE:HASH, as the log shows it")
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

/// Reads the whole chain. `anchors` have to be entries of it.
pub async fn verify(store: &Store, anchors: &[Anchor]) -> Result<Result<Verified, Broken>, StoreError> {
    let last = store.last(&StreamId::Audit).await?;
    let mut at = Sequence::START;
    let mut previous = chain::BEGINNING.to_owned();
    while at < last {
        let page = store.load(&StreamId::Audit, at, PAGE).await;
        let page = match page.and_then(super::entries) {
            Ok(page) => page,
            Err(StoreError::Corrupt { reason }) => {
                return Ok(Err(Broken { at: at.next(), fault: Fault::Unreadable(reason) }));
            }
            Err(error) => return Err(error),
        };
        if page.is_empty() {
            return Ok(Err(Broken { at: at.next(), fault: Fault::Missing }));
        }
        for recorded in page {
            at = at.next();
            if recorded.sequence != at {
                return Ok(Err(Broken { at, fault: Fault::Missing }));
            }
            let expected = chain::hash(&previous, at, recorded.at, &recorded.event);
            if recorded.event.hash != expected {
                return Ok(Err(Broken { at, fault: Fault::Hash }));
            }
            if anchors.iter().any(|anchor| anchor.sequence == at && anchor.hash != expected) {
                return Ok(Err(Broken { at, fault: Fault::Anchor }));
            }
            previous = expected;
        }
    }
    match anchors.iter().map(|anchor| anchor.sequence).filter(|sequence| *sequence > at).min() {
        Some(beyond) => Ok(Err(Broken { at: beyond, fault: Fault::Anchor })),
        None => Ok(Ok(Verified { entries: at.0, hash: previous })),
    }
}
