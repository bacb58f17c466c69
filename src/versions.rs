//! The organisation's versions in the log: each is the whole of it, and the newest holds.

use model::event::OrganisationEvent;
use model::{Epoch, Event, Sequence, StreamId};
use store::{Append, AppendError, Store, StoreError};

use crate::configuration::Organisation;
use crate::foundation::now;

/// A version cannot be read or recorded.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// Retrying is safe.
    #[error("cannot read the log: {0}")]
    Store(#[from] StoreError),
    /// Retrying is safe.
    #[error("cannot record the organisation: {0}")]
    Append(#[from] AppendError),
    /// Retrying is pointless.
    #[error("the organisation in the log cannot be read: {0}")]
    Unreadable(String),
}

/// How many times the organisation was recorded.
pub async fn count(store: &Store) -> Result<Sequence, StoreError> {
    store.last(&StreamId::Organisation).await
}

/// The newest version; none before the first.
pub async fn newest(store: &Store) -> Result<Option<Organisation>, VersionError> {
    let last = count(store).await?;
    if last == Sequence::START {
        return Ok(None);
    }
    let newest = store.load(&StreamId::Organisation, Sequence(last.0 - 1), 1).await?;
    let Some(Event::Organisation(OrganisationEvent::Applied { document, .. })) =
        newest.into_iter().next().map(|recorded| recorded.event)
    else {
        return Err(VersionError::Unreadable("the newest version is missing".into()));
    };
    serde_json::from_value(document).map(Some).map_err(|error| VersionError::Unreadable(error.to_string()))
}

/// Adds a version after `last`; refused if there is a later one.
pub async fn record(
    store: &Store,
    organisation: &Organisation,
    last: Sequence,
    by: &str,
) -> Result<(), VersionError> {
    let stream = StreamId::Organisation;
    let epoch = store.epoch(&stream).await?.unwrap_or(Epoch::FIRST);
    let event =
        Event::Organisation(OrganisationEvent::Applied { document: organisation.document(), by: by.into() });
    store.append(Append::new(stream, epoch, last, now(), vec![event])).await?;
    Ok(())
}
