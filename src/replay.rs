//! Feeds the recorded inputs of the router to another router and shows what it decides: `tandem replay`.

use model::{Event, Sequence};
use routing::{Output, Record, Replay, ReplayError};
use store::{Store, StoreError};

use crate::recording;

/// Records read at a time.
const PAGE: usize = 1_000;

/// One record at its place, and what came of it.
pub struct Replayed<'a> {
    pub sequence: Sequence,
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

/// Replays all that is recorded, in order, and hands each step to `show`. Changes nothing.
pub async fn all(store: &Store, mut show: impl FnMut(Replayed<'_>)) -> Result<(), StoreError> {
    let stream = recording::stream();
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    let mut after = Sequence::START;
    loop {
        let page = store.load(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for recorded in &page {
            let Event::Routing(record) = &recorded.event else { continue };
            outputs.clear();
            let outcome = step(&mut replay, record, &mut outputs).map(|()| &outputs[..]);
            show(Replayed { sequence: recorded.sequence, record, outcome });
        }
    }
}

fn step(replay: &mut Replay, record: &serde_json::Value, outputs: &mut Vec<Output>) -> Result<(), Problem> {
    let record: Record = serde::Deserialize::deserialize(record)?;
    Ok(replay.take(record, outputs)?)
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
