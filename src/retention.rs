//! How long the router's recorded inputs are kept: whole recordings, each from one start of the router to
//! the next, for replaying can begin at a start only.
//!
//! A start is noted in a document as it is recorded. What was recorded before the last start that is old
//! enough is cut; a server that is not restarted for longer keeps its whole recording.

use std::time::Duration;

use model::{Event, Sequence, Timestamp};
use store::{Store, StoreError};

use crate::recording;

const STARTS: &str = "recording_starts";
/// Starts looked at: after so many a server restarts for the wrong reasons.
const MOST_STARTS: usize = 10_000;
/// Records cut in one write, so that others do not wait long.
const CUT_AT_ONCE: usize = 5_000;

/// The router's start is about to be recorded there. Retrying is safe.
pub async fn note_start(store: &Store, at: Sequence, now: Timestamp) -> Result<(), StoreError> {
    // Keys are in order of their text.
    store.put_document(STARTS, &format!("{:020}", at.0), &serde_json::json!({ "at": now }), None).await
}

/// Forgets what was recorded longer than `keep` ago, as far as the starts allow; answers how many records.
/// Retrying is safe.
pub async fn cut(store: &Store, keep: Duration, now: Timestamp) -> Result<u64, StoreError> {
    let Some(start) = last_start_before(store, now - keep, now).await? else { return Ok(0) };
    let mut cut = 0;
    loop {
        let some = store.cut_routing(&recording::domain(), start, CUT_AT_ONCE).await?;
        cut += some;
        if some == 0 {
            break;
        }
    }
    for (key, _) in store.documents(STARTS, "", now, MOST_STARTS).await? {
        if key.parse().is_ok_and(|sequence| Sequence(sequence) < start) {
            store.delete_document(STARTS, &key).await?;
        }
    }
    Ok(cut)
}

async fn last_start_before(
    store: &Store,
    horizon: Timestamp,
    now: Timestamp,
) -> Result<Option<Sequence>, StoreError> {
    for (key, body) in store.documents(STARTS, "", now, MOST_STARTS).await?.iter().rev() {
        let (Ok(sequence), Some(at)) = (key.parse().map(Sequence), body["at"].as_i64()) else { continue };
        // A start that was noted and not recorded is none.
        if Timestamp(at) <= horizon && is_start(store, sequence).await? {
            return Ok(Some(sequence));
        }
    }
    Ok(None)
}

async fn is_start(store: &Store, sequence: Sequence) -> Result<bool, StoreError> {
    let found = store.load(&recording::stream(), Sequence(sequence.0.saturating_sub(1)), 1).await?;
    let is_start = |event: &Event| matches!(event, Event::Routing(record) if record["record"] == "started");
    Ok(found.first().is_some_and(|found| found.sequence == sequence && is_start(&found.event)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{self, Moment, PastError, Window};
    use model::{Epoch, StreamId};
    use routing::{Configuration, Input, Record};
    use store::{Append, SqliteOptions};

    const DAY: i64 = 86_400_000;
    const MONTH: Duration = Duration::from_secs(30 * 86_400);

    /// A start on each of these days, with two inputs after it.
    async fn recorded(days: &[i64]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap();
        let stream: StreamId = recording::stream();
        let mut last = Sequence::START;
        for day in days {
            let at = Timestamp(day * DAY);
            note_start(&store, last.next(), at).await.unwrap();
            let fed = || Record::Fed { at, input: Box::new(Input::Tick) };
            let records = [Record::started(&Configuration::default(), 1), fed(), fed()];
            let events = records.map(|record| Event::Routing(serde_json::to_value(record).unwrap()));
            let append = Append::new(stream.clone(), Epoch::FIRST, last, at, events.into());
            last = store.append(append).await.unwrap().last;
        }
        (folder, store)
    }

    async fn replayed(store: &Store, from: Option<Moment>) -> Result<Vec<u64>, PastError> {
        let mut seen = Vec::new();
        let show = |replayed: replay::Replayed<'_>| {
            assert!(replayed.outcome.is_ok(), "{:?}", replayed.outcome);
            seen.push(replayed.sequence.0);
        };
        replay::all(store, Window { from, to: None }, show).await?;
        Ok(seen)
    }

    #[tokio::test]
    async fn what_is_kept_begins_with_the_last_start_that_is_old_enough() {
        let (_folder, store) = recorded(&[100, 110, 120, 135]).await;
        let now = Timestamp(151 * DAY);
        assert_eq!(cut(&store, MONTH, now).await.unwrap(), 6, "the recordings of two starts");
        assert_eq!(replayed(&store, None).await.unwrap(), [7, 8, 9, 10, 11, 12]);
        assert_eq!(cut(&store, MONTH, now).await.unwrap(), 0);
        let later = Timestamp(1_000 * DAY);
        assert_eq!(cut(&store, MONTH, later).await.unwrap(), 3);
        assert_eq!(cut(&store, MONTH, later).await.unwrap(), 0, "the last recording stays whole");
        assert_eq!(replayed(&store, None).await.unwrap(), [10, 11, 12]);
    }

    #[tokio::test]
    async fn a_moment_that_was_cut_is_refused_and_one_that_was_kept_is_found() {
        let (_folder, store) = recorded(&[100, 110, 120, 135]).await;
        cut(&store, MONTH, Timestamp(151 * DAY)).await.unwrap();
        let at = |day: i64| Some(Moment::Time(Timestamp(day * DAY)));
        let begins = Timestamp(120 * DAY);
        for moment in [at(110), Some(Moment::Sequence(Sequence(6)))] {
            let refused = replayed(&store, moment).await.unwrap_err();
            assert!(matches!(refused, PastError::Cut { begins: found } if found == begins), "{refused}");
            let past = replay::router_at(&store, moment, 1_000).await;
            assert!(matches!(past, Err(PastError::Cut { .. })));
        }
        assert_eq!(replayed(&store, at(120)).await.unwrap(), [7, 8, 9, 10, 11, 12]);
        assert_eq!(replayed(&store, at(121)).await.unwrap(), [10, 11, 12]);
        assert_eq!(replayed(&store, Some(Moment::Sequence(Sequence(8)))).await.unwrap(), [8, 9, 10, 11, 12]);
        assert!(replay::router_at(&store, at(121), 1_000).await.unwrap().0.router().is_some());
    }

    #[tokio::test]
    async fn a_recording_that_was_never_cut_refuses_nothing() {
        let (_folder, store) = recorded(&[100]).await;
        let before = Some(Moment::Time(Timestamp(DAY)));
        assert_eq!(replayed(&store, before).await.unwrap(), [1, 2, 3]);
    }
}
