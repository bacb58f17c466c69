//! A full disk refuses, loses nothing it acknowledged, and is forgotten when there is space again.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::*;
use model::{Sequence, SessionId};
use store::{AppendError, SqliteOptions, Store};

const TEXT: usize = 4_000;

/// Appends until it is refused; returns the acknowledged sessions and the one that was not.
async fn fill(store: &Store, from: u128) -> (Vec<u128>, u128) {
    let text = "words ".repeat(TEXT / 6);
    for number in from..from + 100_000 {
        match store.append(append(number, 0, 1, vec![opened(number, 7), message(10, &text)])).await {
            Ok(_) => {}
            Err(AppendError::Unavailable { .. }) => return ((from..number).collect(), number),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the disk never got full");
}

async fn holds_exactly(store: &Store, acknowledged: &[u128]) {
    let sessions: Vec<SessionId> = store.open_sessions(None, 200_000).await.unwrap();
    assert_eq!(sessions, acknowledged.iter().map(|number| session(*number)).collect::<Vec<_>>());
    for number in acknowledged {
        assert_eq!(store.load_session(session(*number), Sequence::START, 9).await.unwrap().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_size_limit_appends_are_refused_and_resume_when_it_is_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { size_limit: Some(1_000_000), ..SqliteOptions::default() };
    let store = Store::open_sqlite(folder.path(), options).unwrap();
    let (mut acknowledged, refused) = fill(&store, 1).await;
    holds_exactly(&store, &acknowledged).await;

    // Many at once: all are refused, or some still fit; what is acknowledged is there.
    let text = "words ".repeat(TEXT);
    let burst: Vec<_> = (50_000..50_040u128)
        .map(|number| {
            let (store, text) = (store.clone(), text.clone());
            tokio::spawn(async move {
                store.append(append(number, 0, 1, vec![opened(number, 7), message(10, &text)])).await
            })
        })
        .collect();
    for answer in burst {
        let answer = answer.await.unwrap();
        assert!(matches!(answer, Err(AppendError::Unavailable { .. })), "{answer:?}");
    }
    holds_exactly(&store, &acknowledged).await;

    store.set_size_limit(None).await.unwrap();
    store.append(append(refused, 0, 1, vec![opened(refused, 7), message(10, "again")])).await.unwrap();
    acknowledged.push(refused);
    drop(store);
    let store = reopen(&folder);
    holds_exactly(&store, &acknowledged).await;
    assert_eq!(store.integrity().await.unwrap(), "ok");
}

/// The same on a real small file system: mount one (say a tmpfs of 8 MB), name it in
/// `STORE_SMALL_DISK`, and run with `--ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a small file system, named in STORE_SMALL_DISK"]
async fn on_a_full_file_system_appends_are_refused_and_resume_when_there_is_space() {
    let disk = std::env::var("STORE_SMALL_DISK").expect("STORE_SMALL_DISK names a small file system");
    let folder = tempfile::tempdir_in(&disk).unwrap();
    let ballast = Path::new(&disk).join("ballast");
    std::fs::write(&ballast, vec![1; 3_000_000]).unwrap();
    let mut all = Vec::new();
    let store = reopen(&folder);
    let (acknowledged, refused) = fill(&store, 1).await;
    all.extend(acknowledged);
    holds_exactly(&store, &all).await;

    std::fs::remove_file(&ballast).unwrap();
    let (more, _) = fill(&store, refused).await;
    assert!(!more.is_empty(), "service did not resume");
    all.extend(more);
    holds_exactly(&store, &all).await;
    drop(store);
    let store = reopen(&folder);
    holds_exactly(&store, &all).await;
    assert_eq!(store.integrity().await.unwrap(), "ok");
}
