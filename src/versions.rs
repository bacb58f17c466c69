//! The organisation in the log: its versions, each the whole of it, and which queues are closed by hand.
//!
//! The newest version holds, and the closings of the newest event of either kind. Each event is one step of
//! the organisation's number, so that whoever changes it knows of all that came before.

use model::event::{Closing, OrganisationEvent};
use model::{Epoch, Event, QueueId, Recorded, Sequence, StreamId, Timestamp};
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

/// How many times the organisation was recorded, or its closings were.
pub async fn count(store: &Store) -> Result<Sequence, StoreError> {
    store.last(&StreamId::Organisation).await
}

/// The newest version; none before the first.
pub async fn newest(store: &Store) -> Result<Option<Organisation>, VersionError> {
    let mut last = count(store).await?;
    // What came after the newest version are closings: few.
    while last != Sequence::START {
        if let OrganisationEvent::Applied { document, .. } = load(store, last).await?.event {
            let read = serde_json::from_value(document);
            return read.map(Some).map_err(|error| VersionError::Unreadable(error.to_string()));
        }
        last = Sequence(last.0 - 1);
    }
    Ok(None)
}

/// The queues that were closed by hand, also those whose time is over.
pub async fn closings(store: &Store) -> Result<Vec<Closing>, VersionError> {
    let last = count(store).await?;
    if last == Sequence::START {
        return Ok(Vec::new());
    }
    Ok(closings_in(load(store, last).await?.event))
}

fn closings_in(event: OrganisationEvent) -> Vec<Closing> {
    match event {
        OrganisationEvent::Applied { closings, .. } | OrganisationEvent::ClosingsChanged { closings, .. } => {
            closings
        }
    }
}

/// A queue, or all, was closed by hand from then until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastClosing {
    pub queue: Option<QueueId>,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// The closings that ended after `since` and before `now`: by themselves, by hand, or in another closing of
/// the same.
pub async fn past_closings(
    store: &Store,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<PastClosing>, VersionError> {
    let mut last = count(store).await?;
    let (mut past, mut after, mut until) = (Vec::new(), Vec::new(), now);
    while last != Sequence::START {
        let recorded = load(store, last).await?;
        let (at, closings) = (recorded.at, closings_in(recorded.event));
        past.extend(closings.iter().filter(|closing| !after.contains(*closing)).map(|closing| PastClosing {
            queue: closing.queue.clone(),
            since: closing.since,
            until: closing.until.map_or(until, |own| own.min(until)),
        }));
        if at <= since {
            break;
        }
        (after, until) = (closings, at);
        last = Sequence(last.0 - 1);
    }
    past.retain(|closing| since < closing.until && closing.until < now);
    Ok(past)
}

/// Adds a version after `last`; refused if there is a later one.
pub async fn record(
    store: &Store,
    organisation: &Organisation,
    last: Sequence,
    by: &str,
) -> Result<(), VersionError> {
    let closings = closings(store).await?;
    let (document, by) = (organisation.document(), by.into());
    append(store, last, OrganisationEvent::Applied { document, by, closings }).await
}

/// Records which queues are closed by hand from now on; refused if somebody else records meanwhile.
pub async fn record_closings(store: &Store, closings: Vec<Closing>, by: &str) -> Result<(), VersionError> {
    let last = count(store).await?;
    append(store, last, OrganisationEvent::ClosingsChanged { closings, by: by.into() }).await
}

async fn append(store: &Store, last: Sequence, event: OrganisationEvent) -> Result<(), VersionError> {
    let stream = StreamId::Organisation;
    let epoch = store.epoch(&stream).await?.unwrap_or(Epoch::FIRST);
    store.append(Append::new(stream, epoch, last, now(), vec![Event::Organisation(event)])).await?;
    Ok(())
}

async fn load(store: &Store, at: Sequence) -> Result<Recorded<OrganisationEvent>, VersionError> {
    let found = store.load(&StreamId::Organisation, Sequence(at.0 - 1), 1).await?;
    match found.into_iter().next() {
        Some(Recorded { sequence, at, event: Event::Organisation(event) }) => {
            Ok(Recorded { sequence, at, event })
        }
        _ => Err(VersionError::Unreadable(format!("version {at} is missing"))),
    }
}
