//! Outbox, documents, mail threading and blobs.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::*;
use model::{SessionEvent, Timestamp};
use serde_json::json;
use store::{AppendError, BlobError, Blobs, OutboxCounts, OutboxEntry, OutboxKind, OutboxMark, Store};
use uuid::Uuid;

on_every_engine!(
    the_outbox_keeps_order_for_each_target_across_a_restart,
    a_refused_append_leaves_nothing_in_the_outbox,
    erasing_takes_unsent_words_out_of_the_outbox_but_tells_of_itself,
    a_document_is_found_until_it_expires,
    a_mail_finds_the_sessions_of_the_mails_it_answers,
);

fn entry(id: u128, target: &str, not_before: i64) -> OutboxEntry {
    OutboxEntry {
        id: Uuid::from_u128(id),
        kind: OutboxKind::Webhook,
        target: target.to_owned(),
        payload: json!({ "number": id.to_string() }),
        not_before: Timestamp(not_before),
    }
}

async fn due(store: &Store, now: i64) -> Vec<u128> {
    let entries = store.outbox_due(OutboxKind::Webhook, Timestamp(now), 10).await.unwrap();
    entries.iter().map(|entry| entry.id.as_u128()).collect()
}

async fn mark(store: &Store, id: u128, mark: OutboxMark) {
    store.outbox_mark(Uuid::from_u128(id), mark).await.unwrap();
}

async fn the_outbox_keeps_order_for_each_target_across_a_restart(home: Home) {
    let store = home.open();
    let mut first = append(1, 0, 1, vec![opened(1, 7)]);
    first.outbox = vec![entry(1, "a", 0), entry(2, "a", 0), entry(3, "b", 0), entry(4, "c", 500)];
    store.append(first).await.unwrap();
    assert_eq!(due(&store, 10).await, [1, 3]);
    assert!(store.outbox_due(OutboxKind::Mail, Timestamp(10), 10).await.unwrap().is_empty());

    let error = "refused".to_owned();
    mark(&store, 1, OutboxMark::Retry { at: Timestamp(100), error: error.clone() }).await;
    mark(&store, 3, OutboxMark::Sent).await;
    drop(store);
    let store = home.open();
    assert_eq!(due(&store, 99).await, [0u128; 0], "the second waits behind the first");
    assert_eq!(due(&store, 100).await, [1]);
    mark(&store, 1, OutboxMark::Failed { error }).await;
    assert_eq!(due(&store, 100).await, [2]);
    assert_eq!(due(&store, 500).await, [2, 4]);
    let counts = store.outbox_counts().await.unwrap();
    assert_eq!(counts, OutboxCounts { pending: 2, sent: 1, failed: 1 });
    assert_eq!(store.outbox_sweep(Timestamp(2)).await.unwrap(), 2);
}

async fn a_refused_append_leaves_nothing_in_the_outbox(home: Home) {
    let store = home.open();
    let mut refused = append(1, 5, 1, vec![opened(1, 7)]);
    refused.outbox = vec![entry(1, "a", 0)];
    assert!(matches!(store.append(refused).await, Err(AppendError::Conflict { .. })));
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts::default());
}

async fn erasing_takes_unsent_words_out_of_the_outbox_but_tells_of_itself(home: Home) {
    let store = home.open();
    let mut first = append(1, 0, 1, vec![opened(1, 7)]);
    first.outbox = vec![entry(1, "a", 0)];
    store.append(first).await.unwrap();
    let mut erased = append(1, 1, 2, vec![SessionEvent::Erased { by: agent("ana") }]);
    erased.outbox = vec![entry(2, "a", 0)];
    store.append(erased).await.unwrap();
    assert_eq!(due(&store, 10).await, [2]);
    store.rebuild_projections().await.unwrap();
    assert_eq!(due(&store, 10).await, [2]);
}

async fn a_document_is_found_until_it_expires(home: Home) {
    let store = home.open();
    let now = Timestamp(10);
    store.put_document("logins", "ana:1", &json!({ "agent": "ana" }), Some(Timestamp(20))).await.unwrap();
    store.put_document("logins", "ana:2", &json!(2), None).await.unwrap();
    store.put_document("logins", "a%", &json!(3), None).await.unwrap();
    assert_eq!(store.document("logins", "ana:1", now).await.unwrap(), Some(json!({ "agent": "ana" })));
    assert_eq!(store.document("logins", "ana:1", Timestamp(20)).await.unwrap(), None);
    assert_eq!(store.document("keys", "ana:1", now).await.unwrap(), None);
    let page = store.documents("logins", "a%", now, 10).await.unwrap();
    assert_eq!(page.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["ana:1", "ana:2"]);

    assert_eq!(store.sweep_documents(Timestamp(20)).await.unwrap(), 1);
    assert_eq!(store.delete_documents("logins", "a%").await.unwrap(), 1, "a prefix is no pattern");
    store.delete_document("logins", "ana:2").await.unwrap();
    assert!(store.documents("logins", "", now, 10).await.unwrap().is_empty());
}

async fn a_mail_finds_the_sessions_of_the_mails_it_answers(home: Home) {
    let store = home.open();
    let mut first = append(1, 0, 1, vec![opened(1, 7)]);
    first.mail_ids = vec!["a@example.org".into(), "b@example.org".into()];
    store.append(first).await.unwrap();
    let asked = vec!["x@example.org".to_owned(), "b@example.org".to_owned()];
    let found = store.sessions_of_mails(asked).await.unwrap();
    assert_eq!(found, [("b@example.org".to_owned(), session(1))]);
    let mut long = append(1, 1, 1, vec![message(10, "hello")]);
    long.mail_ids = vec!["x".repeat(999)];
    assert!(matches!(store.append(long).await, Err(AppendError::Invalid { .. })));
}

#[tokio::test]
async fn a_blob_is_named_by_its_content_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_folder(folder.path(), 10).unwrap();
    let name = blobs.put("hello".into()).await.unwrap();
    assert_eq!(name, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(blobs.put("hello".into()).await.unwrap(), name);
    assert_eq!(blobs.get(&name).await.unwrap(), "hello");
    assert!(matches!(blobs.put("hello world".into()).await, Err(BlobError::TooLarge { limit: 10 })));
    for bad in ["", "../../etc/passwd", &"A".repeat(64), &"0".repeat(64)] {
        assert!(matches!(blobs.get(bad).await, Err(BlobError::NotFound)), "{bad}");
    }
    blobs.delete(&name).await.unwrap();
    blobs.delete(&name).await.unwrap();
    assert!(matches!(blobs.get(&name).await, Err(BlobError::NotFound)));
}
