//! Feeds the recorded inputs of the router to another router: `tandem replay`.
//!
//! [`all`] shows every input with what it decides, [`verify`](verify::verify) holds the decisions against
//! what the sessions recorded, [`compare`](against::compare) asks what other rules would have decided.
//! Nothing is changed.

pub mod against;
pub mod command;
mod reading;
pub mod verify;
mod window;

use model::{Event, Sequence, Timestamp};
use routing::{Output, Record, Replay, ReplayError};
use store::{Store, StoreError};

use crate::recording;

pub use reading::{Reading, ReadingError};
pub use window::{Moment, NoMoment, Window};

/// Records read at a time.
const PAGE: usize = 1_000;

/// One record at its place, and what came of it.
pub struct Replayed<'a> {
    pub sequence: Sequence,
    /// When the router was told; for a start, when it was recorded.
    pub at: Timestamp,
    /// As it stands in the log.
    pub record: &'a serde_json::Value,
    pub outcome: Result<&'a [Output], Problem>,
}

/// Why a record was passed over. The records after it are still read.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("cannot read the record: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// A record as it was read.
struct Read<'a> {
    sequence: Sequence,
    at: Timestamp,
    text: &'a serde_json::Value,
    record: Result<Record, serde_json::Error>,
}

/// All records from the last start before the window until its end, in order. What is before the window
/// is needed to know how things stood.
async fn walk(store: &Store, window: Window, mut visit: impl FnMut(Read<'_>)) -> Result<(), PastError> {
    if let Some(begins) = window::cut(store, window).await? {
        return Err(PastError::Cut { begins });
    }
    let stream = recording::stream();
    let mut after = window::begin(store, window.from).await?;
    loop {
        let page = store.load(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for recorded in &page {
            let Event::Routing(text) = &recorded.event else { continue };
            let record: Result<Record, _> = serde::Deserialize::deserialize(text);
            let at = match &record {
                Ok(Record::Fed { at, .. }) => *at,
                _ => recorded.at,
            };
            if window.is_over(recorded.sequence, at) {
                return Ok(());
            }
            visit(Read { sequence: recorded.sequence, at, text, record });
        }
    }
}

/// Replays all that is recorded in the window, in order, and hands each step to `show`.
pub async fn all(store: &Store, window: Window, mut show: impl FnMut(Replayed<'_>)) -> Result<(), PastError> {
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    walk(store, window, |read| {
        outputs.clear();
        let outcome = step(&mut replay, read.record, &mut outputs).map(|()| &outputs[..]);
        if window.has_begun(read.sequence, read.at) {
            show(Replayed { sequence: read.sequence, at: read.at, record: read.text, outcome });
        }
    })
    .await
}

/// How things stood in the past is not known.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// Retrying is safe.
    #[error("cannot read the recording: {0}")]
    Store(#[from] StoreError),
    /// Retrying later is safe.
    #[error("another question about the past is being answered")]
    Busy,
    /// Retrying is pointless: the command line answers it on a copy.
    #[error("more than {most} inputs would have to be read: the command line does it, on a backup")]
    TooFar { most: u64 },
    /// Retrying is pointless.
    #[error(
        "the recording begins at {}: what was recorded before is kept no more (store.keep_routing)",
        verify::time(*begins)
    )]
    Cut { begins: Timestamp },
}

/// The router as it stood at a moment, and what time it was; at the end of the recording without one.
/// At most `most` records are replayed.
pub async fn router_at(
    store: &Store,
    moment: Option<Moment>,
    most: u64,
) -> Result<(Replay, Timestamp), PastError> {
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    let mut now = Timestamp(i64::MIN);
    // From the start before the moment: earlier ones do not matter.
    let last = Moment::Sequence(store.last(&recording::stream()).await?);
    let window = Window { from: Some(moment.unwrap_or(last)), to: moment };
    if window::length(store, window).await? > most {
        return Err(PastError::TooFar { most });
    }
    walk(store, window, |read| {
        outputs.clear();
        now = read.at;
        // What cannot be replayed leaves no router behind.
        let _ = step(&mut replay, read.record, &mut outputs);
    })
    .await?;
    let end = moment.and_then(Moment::end).filter(|end| *end <= crate::foundation::now());
    Ok((replay, end.unwrap_or(now)))
}

/// The records of a window, and those before it back to the last start; at most `most`. Those that cannot
/// be read are passed over.
pub async fn records(
    store: &Store,
    window: Window,
    most: u64,
    mut take: impl FnMut(Record),
) -> Result<(), PastError> {
    if window::length(store, window).await? > most {
        return Err(PastError::TooFar { most });
    }
    walk(store, window, |read| read.record.into_iter().for_each(&mut take)).await?;
    Ok(())
}

fn step(
    replay: &mut Replay,
    record: Result<Record, serde_json::Error>,
    outputs: &mut Vec<Output>,
) -> Result<(), Problem> {
    Ok(replay.take(record?, outputs)?)
}

/// One line of JSON for a step.
pub fn line(replayed: &Replayed<'_>) -> String {
    let mut line = serde_json::json!({ "sequence": replayed.sequence, "record": replayed.record });
    match &replayed.outcome {
        Ok(outputs) => line["outputs"] = serde_json::json!(outputs),
        Err(problem) => line["problem"] = problem.to_string().into(),
    }
    line.to_string()
}
