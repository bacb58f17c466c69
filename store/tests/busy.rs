//! A full queue is said, not waited for; and a folder of a newer version is left alone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::*;
use model::{Sequence, StreamId};
use store::{AppendError, OpenError, SqliteOptions, Store};

#[tokio::test]
async fn a_full_queue_says_busy_and_loses_nothing_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { write_queue: 1, ..SqliteOptions::default() };
    let store = Store::open_sqlite(folder.path(), options).unwrap();
    let flood: Vec<_> = (1..=300u128)
        .map(|number| {
            let store = store.clone();
            // The first keeps the writer busy while the others come.
            let messages = if number == 1 { 999 } else { 1 };
            let events = (1..=messages).map(|id| message(id, "hello")).collect();
            tokio::spawn(async move { store.append(append(number, 0, 1, events)).await })
        })
        .collect();
    let mut busy = 0;
    for (number, answer) in (1..).zip(flood) {
        let answer = answer.await.unwrap();
        let last = store.last(&StreamId::Session(session(number))).await.unwrap();
        match answer {
            Ok(appended) => assert_eq!(last, appended.last),
            Err(AppendError::Busy) => {
                busy += 1;
                assert_eq!(last, Sequence::START);
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(busy > 0, "300 at once found room in a queue of one");
}

#[tokio::test]
async fn dropping_the_store_commits_what_it_took() {
    let (folder, store) = open();
    let waiting: Vec<_> = (1..=50u128)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.append(append(number, 0, 1, vec![opened(number, 7)])).await })
        })
        .collect();
    drop(store);
    for answer in waiting {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(reopen(&folder).open_sessions(None, 99).await.unwrap().len(), 50);
}

#[test]
fn a_folder_of_a_newer_version_is_left_alone() {
    let (folder, store) = open();
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("tandem.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let refused = Store::open_sqlite(folder.path(), SqliteOptions::default());
    assert!(matches!(refused, Err(OpenError::Newer { found: 99, .. })));
    let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_be_corrupt() {
    let (folder, store) = open();
    record(&store, 1, 1, vec![opened(1, 7)]).await;
    let database = rusqlite::Connection::open(folder.path().join("tandem.db")).unwrap();
    database.execute("UPDATE events SET body = '{\"type\":\"from_the_future\"}'", []).unwrap();
    let refused = store.load_session(session(1), Sequence::START, 9).await;
    assert!(matches!(refused, Err(store::StoreError::Corrupt { .. })), "{refused:?}");
}
