//! What is erased is in no table any more, and nothing else is lost with it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::*;
use model::event::{Attachment, Author};
use model::{FactName, Identity, SessionEvent, Verification};

/// Every text and blob in every table, the index's own among them.
fn all_cells(folder: &tempfile::TempDir) -> Vec<(String, Vec<u8>)> {
    let database = rusqlite::Connection::open(folder.path().join("tandem.db")).unwrap();
    let mut names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut cells = Vec::new();
    for name in names {
        let mut rows = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let Ok(bytes) = row.get_ref(column).unwrap().as_bytes() {
                    cells.push((name.clone(), bytes.to_vec()));
                }
            }
        }
    }
    cells
}

/// The tables in which a text stands.
fn tables_with(folder: &tempfile::TempDir, text: &str) -> Vec<String> {
    let holds =
        |cell: &[u8]| cell.to_ascii_lowercase().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    all_cells(folder).into_iter().filter(|(_, cell)| holds(cell)).map(|(name, _)| name).collect()
}

#[tokio::test]
async fn erasing_takes_the_customers_names_and_words_out_of_every_table() {
    let (folder, store) = open();
    let blob = "f".repeat(64);
    let mut with_file = written(10, "a zanzibar of words");
    with_file.subject = Some("zanzibar subject".into());
    with_file.mail_id = Some("zanzibar@mail.example".into());
    with_file.original = Some("e".repeat(64));
    with_file.attachments.push(Attachment {
        blob: blob.clone(),
        name: "zanzibar.txt".into(),
        media_type: "text/plain".into(),
        size: 1,
    });
    let email = || Identity::email("zanzibar@customer.example");
    let events = vec![
        opened(1, 7),
        leg(1, email(), Verification::Verified),
        SessionEvent::IdentityAttached {
            identity: Identity::User("zanzibar".into()),
            verification: Verification::Verified,
        },
        SessionEvent::MessagePosted { message: with_file },
        note(11, "zanzibar was rude"),
        SessionEvent::TranscriptRequested { to: email() },
        SessionEvent::FactCollected {
            name: FactName::new("order_number").unwrap(),
            value: "zanzibar".into(),
            source: Author::Customer,
        },
    ];
    let mut append = append(1, 0, 1, events);
    append.mail_ids = vec!["zanzibar@mail.example".into()];
    store.append(append).await.unwrap();
    // Another of the customer, which stays, is known by an address of its own; another's has the file too.
    let stays = || Identity::email("stays@customer.example");
    record(&store, 2, 1, vec![opened(2, 7), leg(2, stays(), Verification::Verified)]).await;
    let mut shared = written(20, "kept");
    shared.original = Some("e".repeat(64));
    record(&store, 3, 1, vec![opened(3, 8), SessionEvent::MessagePosted { message: shared }]).await;
    for table in ["events", "identities", "mail_ids", "blobs", "sessions", "search_data"] {
        let word = if table == "blobs" { &blob } else { "zanzibar" };
        assert!(tables_with(&folder, word).iter().any(|found| found == table), "{table} holds it before");
    }

    record(&store, 1, 2, vec![SessionEvent::Erased { by: agent("ana") }]).await;
    assert_eq!(tables_with(&folder, "zanzibar"), Vec::<String>::new());
    assert_eq!(tables_with(&folder, &blob), ["erased_blobs"], "to be deleted");
    assert_eq!(
        store.erased_blobs(9).await.unwrap(),
        std::slice::from_ref(&blob),
        "not the one that another names"
    );
    let whose = async |identity: Identity| {
        store.customer_by_identity(&identity, Verification::Claimed).await.unwrap()
    };
    assert_eq!((whose(email()).await, whose(stays()).await), (None, Some(customer(7))));
    // Not from the log anew either.
    store.rebuild_projections().await.unwrap();
    assert_eq!(tables_with(&folder, "zanzibar"), Vec::<String>::new());
    assert_eq!(whose(Identity::email("")).await, None);
    store.blob_gone(&blob).await.unwrap();
    assert_eq!(tables_with(&folder, &blob), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_is_named_again_is_not_to_be_deleted() {
    let (_folder, store) = open();
    let named = |number| {
        let mut message = written(number, "see the file");
        message.original = Some("f".repeat(64));
        SessionEvent::MessagePosted { message }
    };
    record(&store, 1, 1, vec![opened(1, 7), named(10)]).await;
    record(&store, 1, 2, vec![SessionEvent::Erased { by: agent("ana") }]).await;
    assert_eq!(store.erased_blobs(9).await.unwrap().len(), 1);
    record(&store, 2, 1, vec![opened(2, 8), named(20)]).await;
    assert_eq!(store.erased_blobs(9).await.unwrap(), Vec::<String>::new());
}
