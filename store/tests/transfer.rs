//! An embedded store moves to PostgreSQL whole or not at all, and a dump of it is a whole store.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::process::Command;

use common::postgres::program;
use common::*;
use model::{Sequence, SessionEvent, StreamId, Timestamp};
use serde_json::json;
use store::{
    OutboxCounts, OutboxEntry, OutboxKind, PostgresOptions, SearchQuery, SearchScope, Store, TransferError,
};
use uuid::Uuid;

const SESSIONS: u128 = 40;

async fn fill(store: &Store) {
    for number in 1..=SESSIONS {
        let mut first =
            append(number, 0, 1, vec![opened(number, number % 5), message(10, "where is my parcel")]);
        first.mail_ids = vec![format!("{number}@example.org")];
        first.outbox = vec![OutboxEntry {
            id: Uuid::from_u128(number),
            kind: OutboxKind::Mail,
            target: "a".into(),
            payload: json!({ "number": number.to_string() }),
            not_before: Timestamp(0),
        }];
        store.append(first).await.unwrap();
        record(
            store,
            number,
            2,
            vec![created(number + 1_000, "sales", 2), reserved(number + 1_000, 5, "ana")],
        )
        .await;
    }
    let mut file = written(20, "see the file");
    file.original = Some("f".repeat(64));
    record(store, 1, 3, vec![SessionEvent::MessagePosted { message: file }]).await;
    record(store, 1, 4, vec![SessionEvent::Erased { by: agent("ana") }]).await;
    store.claim(&StreamId::Session(session(2))).await.unwrap();
    store.put_document("logins", "ana", &json!({ "agent": "ana" }), Some(Timestamp(99))).await.unwrap();
}

async fn everything(store: &Store) -> String {
    let query =
        SearchQuery { text: "parcel".into(), scope: SearchScope::MessagesAndNotes, limit: 200, before: None };
    let hits = store.search(query).await.unwrap();
    let mut all = format!("{:?}", hits.iter().map(|hit| (hit.position, hit.session)).collect::<Vec<_>>());
    all += &format!("{:?}", store.session_events(0, 9_999).await.unwrap());
    all += &format!("{:?}", store.open_tasks().await.unwrap());
    all += &format!("{:?}", store.outbox_due(OutboxKind::Mail, Timestamp(9), 9).await.unwrap());
    all += &format!("{:?}", store.documents("logins", "", Timestamp(1), 9).await.unwrap());
    all += &format!("{:?}", store.sessions_of_mails(vec!["7@example.org".into()]).await.unwrap());
    all += &format!("{:?}", store.epoch(&StreamId::Session(session(2))).await.unwrap());
    all += &format!("{:?}", store.erased_blobs(9).await.unwrap());
    for number in 0..5 {
        all += &format!("{:?}", store.sessions_of_customer(customer(number), 99).await.unwrap());
    }
    all
}

fn options(home: &Home) -> PostgresOptions {
    let Home::Database(server, name) = home else { panic!("not on PostgreSQL") };
    PostgresOptions::at(server.url(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embedded_store_moves_whole_and_goes_on() {
    let (folder, store) = open();
    fill(&store).await;
    let before = everything(&store).await;
    let home = Home::postgres();
    let moving = || store::transfer(folder.path(), &options(&home));
    let in_use = tokio::task::block_in_place(moving);
    assert!(matches!(in_use, Err(TransferError::Open(store::OpenError::InUse { .. }))), "{in_use:?}");
    drop(store);
    let moved = tokio::task::block_in_place(moving).unwrap();
    assert_eq!(moved.streams.len(), usize::try_from(SESSIONS).unwrap());
    assert!(moved.streams.iter().all(|stream| stream.checksum.len() == 64 && stream.events >= 4));
    assert!(moved.to_string().contains("39 rows of mail_ids"), "{moved}");

    let there = home.open();
    assert_eq!(everything(&there).await, before);
    // It goes on: positions, streams and epochs after those that came.
    let last = there.session_events(0, 9_999).await.unwrap().last().unwrap().position;
    assert_eq!(record(&there, 99, 9, vec![opened(99, 7)]).await.position, last + 1);
    let fenced = there.append(append(2, 4, 9, vec![message(30, "from before")])).await;
    assert!(matches!(fenced, Err(store::AppendError::Fenced { .. })), "{fenced:?}");

    let again = tokio::task::block_in_place(moving);
    assert!(matches!(again, Err(TransferError::NotEmpty { table: "streams" })), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_ends_early_leaves_nothing_and_can_start_anew() {
    let (folder, store) = open();
    fill(&store).await;
    drop(store);
    let home = Home::postgres();
    drop(home.open());
    let Home::Database(server, name) = &home else { return };
    // The last table cannot be written: everything before it was.
    server.psql(name, "ALTER TABLE erased_blobs ADD CHECK (blob = '')");
    let moving = || store::transfer(folder.path(), &options(&home));
    let refused = tokio::task::block_in_place(moving);
    assert!(matches!(refused, Err(TransferError::Store(_))), "{refused:?}");
    assert_eq!(server.psql(name, "SELECT count(*) FROM events"), "0");
    server.psql(name, "ALTER TABLE erased_blobs DROP CONSTRAINT erased_blobs_blob_check");
    tokio::task::block_in_place(moving).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_restored_into_another_database_is_a_whole_store() {
    let home = Home::postgres();
    let store = home.open();
    fill(&store).await;
    let Home::Database(server, name) = &home else { return };
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("tandem.dump");
    let run = |name: &str, arguments: &[&str]| {
        let output = Command::new(program(name)).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let file = dump.to_str().unwrap();
    // While others write.
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 500..560 {
                record(&store, number, 1, vec![opened(number, 7), message(10, "meanwhile")]).await;
            }
        })
    };
    tokio::task::block_in_place(|| {
        run("pg_dump", &["--format=custom", "--file", file, "--dbname", &server.url(name)]);
    });
    writing.await.unwrap();
    let other = server.database();
    tokio::task::block_in_place(|| {
        run("pg_restore", &["--exit-on-error", "--no-owner", "--dbname", &server.url(&other), file]);
    });
    let restored = Home::Database(server.clone(), other).open();
    assert_eq!(restored.integrity().await.unwrap(), "ok");
    let events = restored.session_events(0, 9_999).await.unwrap();
    let original = store.session_events(0, events.len()).await.unwrap();
    assert_eq!(events, original, "the dump is the log up to a moment");
    assert_eq!(restored.open_tasks().await.unwrap(), store.open_tasks().await.unwrap());
    let pending = u64::try_from(SESSIONS).unwrap() - 1;
    let counts = restored.outbox_counts().await.unwrap();
    assert_eq!(counts, OutboxCounts { pending, sent: 0, failed: 0 });
    let last = restored.last(&StreamId::Session(session(3))).await.unwrap();
    restored.append(append(3, last.0, 9, vec![message(40, "it goes on")])).await.unwrap();
    let loaded = restored.load_session(session(3), Sequence(last.0), 9).await.unwrap();
    assert_eq!(loaded.len(), 1);
}
