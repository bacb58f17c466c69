//! What every engine behind [`store::Store`] promises of its log. Nothing here knows which it is.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::*;
use model::event::{AgentEvent, PresenceCause};
use model::{Epoch, Event, PresenceName, Sequence, StreamId, Timestamp};
use store::{Append, AppendError};
use uuid::Uuid;

on_every_engine!(
    events_are_loaded_as_they_were_appended,
    each_kind_of_stream_keeps_its_own_kind_of_event,
    a_wrong_expected_sequence_is_refused_and_writes_nothing,
    a_new_owner_fences_the_old_one,
    an_epoch_claimed_elsewhere_is_adopted,
    a_fence_survives_a_restart,
    a_deduplication_key_is_held_once_a_stream,
    of_many_who_append_at_once_one_wins_each_place,
    a_refused_append_fails_nobody_else_in_its_batch,
    positions_order_all_streams,
);

async fn events_are_loaded_as_they_were_appended(home: Home) {
    let store = home.open();
    let events = vec![opened(1, 7), message(10, "hello"), message(11, "are you there?")];
    let appended = store.append(append(1, 0, 5, events.clone())).await.unwrap();
    assert_eq!((appended.first, appended.last), (Sequence(1), Sequence(3)));

    let loaded = store.load_session(session(1), Sequence::START, 100).await.unwrap();
    assert_eq!(loaded.iter().map(|recorded| recorded.event.clone()).collect::<Vec<_>>(), events);
    assert!(loaded.iter().all(|recorded| recorded.at == Timestamp(5)));
    let page = store.load(&StreamId::Session(session(1)), Sequence(1), 1).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!((page[0].sequence, &page[0].event), (Sequence(2), &Event::Session(events[1].clone())));
}

async fn each_kind_of_stream_keeps_its_own_kind_of_event(home: Home) {
    let store = home.open();
    let presence = Event::Agent(AgentEvent::PresenceChanged {
        presence: PresenceName::new("available").unwrap(),
        cause: PresenceCause::Agent,
        by: None,
    });
    let to = |stream, event| Append::new(stream, Epoch::FIRST, Sequence::START, Timestamp(1), vec![event]);
    let stream = StreamId::Agent(agent("ana"));
    store.append(to(stream.clone(), presence.clone())).await.unwrap();
    assert_eq!(store.load(&stream, Sequence::START, 9).await.unwrap()[0].event, presence);
    let entry = Event::Audit(model::event::AuditEntry {
        actor: "ana".into(),
        act: "login".into(),
        subject: String::new(),
        detail: [("address".into(), "192.0.2.1".to_owned())].into(),
        hash: "0".repeat(64),
    });
    store.append(to(StreamId::Audit, entry.clone())).await.unwrap();
    assert_eq!(store.load(&StreamId::Audit, Sequence::START, 9).await.unwrap()[0].event, entry);
    let refused = store.append(to(StreamId::Organisation, presence)).await;
    assert!(matches!(refused, Err(AppendError::Invalid { .. })), "{refused:?}");
    let empty = Append::new(stream, Epoch::FIRST, Sequence(1), Timestamp(1), Vec::new());
    assert!(matches!(store.append(empty).await, Err(AppendError::Invalid { .. })));
}

async fn a_wrong_expected_sequence_is_refused_and_writes_nothing(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "hello")]).await;
    for expected in [0, 1, 3] {
        let refused = store.append(append(1, expected, 2, vec![message(11, "lost")])).await;
        assert_eq!(refused, Err(AppendError::Conflict { last: Sequence(2) }));
    }
    assert_eq!(store.load_session(session(1), Sequence::START, 9).await.unwrap().len(), 2);
}

async fn a_new_owner_fences_the_old_one(home: Home) {
    let store = home.open();
    let stream = StreamId::Session(session(1));
    let old = store.claim(&stream).await.unwrap();
    record(&store, 1, 1, vec![opened(1, 7)]).await;
    let new = store.claim(&stream).await.unwrap();
    assert!(new.epoch > old.epoch);
    assert_eq!(new.last, Sequence(1));

    let mut late = append(1, 1, 2, vec![message(10, "from the old owner")]);
    late.epoch = old.epoch;
    assert_eq!(store.append(late.clone()).await, Err(AppendError::Fenced { epoch: new.epoch }));
    late.epoch = new.epoch;
    store.append(late).await.unwrap();
}

async fn an_epoch_claimed_elsewhere_is_adopted(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7)]).await;
    let mut ahead = append(1, 1, 2, vec![message(10, "hello")]);
    ahead.epoch = Epoch::FIRST.next().next();
    store.append(ahead.clone()).await.unwrap();
    let stale = store.append(append(1, 2, 3, vec![message(11, "late")])).await;
    assert_eq!(stale, Err(AppendError::Fenced { epoch: ahead.epoch }));
}

async fn a_fence_survives_a_restart(home: Home) {
    let store = home.open();
    let stream = StreamId::Session(session(1));
    store.claim(&stream).await.unwrap();
    let second = store.claim(&stream).await.unwrap();
    drop(store);
    let store = home.open();
    let stale = store.append(append(1, 0, 1, vec![opened(1, 7)])).await;
    assert_eq!(stale, Err(AppendError::Fenced { epoch: second.epoch }));
}

async fn a_deduplication_key_is_held_once_a_stream(home: Home) {
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7), message(10, "hello")]).await;
    let key = Uuid::from_u128(10);
    let again = store.append(append(1, 2, 2, vec![message(12, "new"), message(10, "hello")])).await;
    assert_eq!(again, Err(AppendError::Duplicate { key, sequence: Sequence(2) }));
    // A retry that does not know of its success hears of the duplicate, not of the conflict.
    let retry = store.append(append(1, 1, 2, vec![message(10, "hello")])).await;
    assert_eq!(retry, Err(AppendError::Duplicate { key, sequence: Sequence(2) }));
    assert_eq!(store.last(&StreamId::Session(session(1))).await.unwrap(), Sequence(2));
    // Elsewhere the same key is another one.
    record(&store, 2, 2, vec![opened(2, 7), message(10, "hello")]).await;
    assert_eq!(store.find_key(&StreamId::Session(session(2)), key).await.unwrap(), Some(Sequence(2)));
    assert_eq!(store.find_key(&StreamId::Session(session(3)), key).await.unwrap(), None);
    let twice = store.append(append(1, 2, 2, vec![message(13, "a"), message(13, "b")])).await;
    assert!(matches!(twice, Err(AppendError::Invalid { .. })));
}

async fn of_many_who_append_at_once_one_wins_each_place(home: Home) {
    let store = home.open();
    let writers: Vec<_> = (0..8u128)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut written = 0;
                let mut expected = 0;
                while written < 20 {
                    let id = 1_000 + writer * 100 + written;
                    match store.append(append(1, expected, 1, vec![message(id, "hello")])).await {
                        Ok(appended) => {
                            written += 1;
                            expected = appended.last.0;
                        }
                        Err(AppendError::Conflict { last }) => expected = last.0,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let loaded = store.load_session(session(1), Sequence::START, 1_000).await.unwrap();
    let sequences: Vec<u64> = loaded.iter().map(|recorded| recorded.sequence.0).collect();
    assert_eq!(sequences, (1..=160).collect::<Vec<_>>());
}

async fn a_refused_append_fails_nobody_else_in_its_batch(home: Home) {
    let store = home.open();
    let appends = (0..200u128).map(|number| {
        let store = store.clone();
        // Every second one is wrong.
        let expected = u64::try_from(number % 2).unwrap();
        tokio::spawn(async move { store.append(append(number, expected, 1, vec![opened(number, 7)])).await })
    });
    let appends: Vec<_> = appends.collect();
    for (number, answer) in appends.into_iter().enumerate() {
        assert_eq!(answer.await.unwrap().is_ok(), number % 2 == 0, "append {number}");
    }
    assert_eq!(store.open_sessions(None, 1_000).await.unwrap().len(), 100);
}

async fn positions_order_all_streams(home: Home) {
    let store = home.open();
    let mut before = 0;
    for number in 1..5 {
        let position = record(&store, number, 1, vec![opened(number, 7)]).await.position;
        assert!(position > before);
        before = position;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_writing_is_a_whole_store() {
    let (folder, store) = open();
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 1..200 {
                record(&store, number, 1, vec![opened(number, 7), message(10, "hello")]).await;
            }
        })
    };
    while store.open_sessions(None, 50).await.unwrap().len() < 50 {
        tokio::task::yield_now().await;
    }
    let copy = tempfile::tempdir().unwrap();
    let target = copy.path().join("tandem.db");
    store.backup(&target).await.unwrap();
    assert!(store.backup(&target).await.is_err(), "an existing file is never overwritten");
    writing.await.unwrap();

    let backup = reopen(&copy);
    assert_eq!(backup.integrity().await.unwrap(), "ok");
    let sessions = backup.open_sessions(None, 1_000).await.unwrap();
    assert!(sessions.len() >= 50);
    for number in sessions {
        let original = store.load_session(number, Sequence::START, 9).await.unwrap();
        assert_eq!(backup.load_session(number, Sequence::START, 9).await.unwrap(), original);
    }
    drop(folder);
}

#[tokio::test]
async fn two_stores_never_share_a_folder() {
    let (folder, store) = open();
    let second = store::Store::open_sqlite(folder.path(), store::SqliteOptions::default());
    assert!(matches!(second, Err(store::OpenError::InUse { .. })));
    drop(store);
    reopen(&folder);
}
