//! What was taken before a stop is placed after it, however much it is.

use std::collections::BTreeSet;
use std::path::Path;

use model::Timestamp;
use serde_json::json;
use store::{Blobs, SqliteOptions, Store};

use crate::support::House;
use crate::support::mail::{self, eventually};

/// More than a thousand, and more than two pages of any list.
const MAILS: usize = 1_050;

/// Leaves mails as a listener does that was stopped right after it took them.
async fn take(folder: &Path) {
    let store = Store::open_sqlite(folder, SqliteOptions::default()).unwrap();
    let blobs = Blobs::open_folder(&folder.join("blobs"), 1 << 20).unwrap();
    let takes = (0..MAILS).map(async |number| {
        let raw = format!(
            "From: c{number}@example.test\r\nTo: help@outdoor.localhost\r\nSubject: hello\r\n\
             Message-ID: <{number}@example.test>\r\n\r\nThis is mail {number}.\r\n"
        );
        let blob = blobs.put(raw.into()).await.unwrap();
        let envelope = json!({
            "sender": format!("c{number}@example.test"), "recipients": ["help@outdoor.localhost"]
        });
        let body = json!({ "blob": blob, "envelope": envelope, "at": 1_000 });
        store.put_document("mail_waiting", &format!("{number:08}"), &body, None).await.unwrap();
    });
    futures_util::future::join_all(takes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_mail_of_an_earlier_run_gets_its_session() {
    let house = House::open_with(|settings, _| {
        mail::listen(settings);
        std::fs::create_dir_all(&settings.store.folder).unwrap();
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| runtime.block_on(take(&settings.store.folder)));
    })
    .await;
    let begun = std::time::Instant::now();
    let store = house.server.engine.foundation.store.clone();
    let waiting = async || store.documents("mail_waiting", "", Timestamp::EPOCH, MAILS).await.unwrap().len();
    let mut before = waiting().await;
    // Patience is for each step, since the machine may be busy: it has to go on.
    while before > 0 {
        before = eventually("fewer wait", async || Some(waiting().await).filter(|now| *now < before)).await;
    }
    println!("{MAILS} mails in {:.1?}", begun.elapsed());
    let mut sessions = BTreeSet::new();
    loop {
        let page = store.open_sessions(sessions.last().copied(), 500).await.unwrap();
        if page.is_empty() {
            break;
        }
        sessions.extend(page);
    }
    assert_eq!(sessions.len(), MAILS);
}
