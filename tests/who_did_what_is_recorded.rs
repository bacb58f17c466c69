//! The audit log: what people and programs do stands in it, and nothing of it is changed unseen.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use store::{DATABASE, SqliteOptions, Store};
use support::{Agent, House};
use tandem::audit::{Act, Anchor, Audit, Fault, verify};
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};
use tandem::console::wire::Ask;

async fn ask(agent: &Agent, house: &House, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let csrf = agent.cookies.split("tandem_csrf=").nth(1).unwrap().split(';').next().unwrap();
    let mut request = reqwest::Client::new().request(method, house.url(path));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let request = request.header("cookie", &agent.cookies).header("x-csrf-token", csrf);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// Newest last: actor, act, subject.
async fn recorded(admin: &Agent, house: &House) -> Vec<(String, String, String)> {
    let (status, entries) = ask(admin, house, Method::GET, "/v1/audit?limit=500", None).await;
    assert_eq!(status, 200, "{entries}");
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let entries = entries.as_array().unwrap().iter().rev();
    entries.map(|entry| (text(entry, "actor"), text(entry, "act"), text(entry, "subject"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_changes_interventions_erasure_and_reading_are_recorded_with_who_did_them() {
    let house = House::open().await;
    let admin = house.agent("admin").await;
    let wrong = json!({ "user": "ana", "password": "wrong" });
    let failed = reqwest::Client::new().post(house.url("/v1/login")).json(&wrong).send().await.unwrap();
    assert_eq!(failed.status(), 401);
    let nobody = json!({ "user": "nobody", "password": "wrong" });
    reqwest::Client::new().post(house.url("/v1/login")).json(&nobody).send().await.unwrap();

    let mut customer = house.customer().await;
    customer.say("hello").await;
    let cards = || house.server.engine.directory.cards(usize::MAX);
    let deadline = tokio::time::Instant::now() + support::PATIENCE;
    while cards().is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "the session is opened");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let session = cards()[0].session;
    let mut sam = house.agent("sam").await;
    sam.ask(Ask::Open { session, since: model::Sequence(0) }).await.unwrap();
    sam.ask(Ask::Open { session, since: model::Sequence(0) }).await.unwrap();
    sam.ask(Ask::Monitor { session }).await.unwrap();
    let whisper =
        Ask::Whisper { session, message: model::MessageId(uuid::Uuid::now_v7()), text: "hush".into() };
    let _ = sam.ask(whisper).await;

    let path = format!("/v1/sessions/{session}/events");
    assert_eq!(ask(&admin, &house, Method::GET, &path, None).await.0, 200);
    let (_, mut organisation) = ask(&admin, &house, Method::GET, "/v1/organisation", None).await;
    organisation["api_clients"] = serde_json::to_value([ApiClient {
        id: model::Name::new("reports").unwrap(),
        name: "Reports".into(),
        scopes: vec![Scope::QueuesRead],
        key: ApiKey::Sha256("a".repeat(64)),
        agent: None,
    }])
    .unwrap();
    let put = |organisation: Value| ask(&admin, &house, Method::PUT, "/v1/organisation", Some(organisation));
    assert_eq!(put(organisation.clone()).await.0, 200);
    organisation["api_clients"] = json!([]);
    assert_eq!(put(organisation).await.0, 200);
    let customer_id = house.server.engine.sessions().state(session).await.unwrap().customer.unwrap();
    let erase = format!("/v1/customers/{customer_id}/erase");
    assert_eq!(ask(&admin, &house, Method::POST, &erase, None).await.0, 200);
    assert_eq!(ask(&sam, &house, Method::POST, &erase, None).await.0, 403);

    let all = recorded(&admin, &house).await;
    let stands = |actor: &str, act: &str, subject: &str| {
        all.iter().filter(|one| one.0 == actor && one.1 == act && one.2 == subject).count()
    };
    let session = session.to_string();
    for (actor, act, subject) in [
        ("admin", "login", "admin"),
        ("ana", "login_failed", "ana"),
        ("sam", "session_read", session.as_str()),
        ("sam", "monitor", session.as_str()),
        ("admin", "get /v1/sessions/{session}/events", path.as_str()),
        ("admin", "get /v1/organisation", "/v1/organisation"),
        ("admin", "key_made", "reports"),
        ("admin", "key_revoked", "reports"),
        ("admin", "post /v1/customers/{customer}/erase", erase.as_str()),
        ("sam", "post /v1/customers/{customer}/erase", erase.as_str()),
    ] {
        assert_eq!(stands(actor, act, subject), 1, "{actor} {act} {subject} in {all:#?}");
    }
    assert_eq!(stands("admin", "organisation_changed", ""), 2);
    assert!(!all.iter().any(|one| one.0 == "nobody"), "strangers do not fill the record");
    assert!(!format!("{all:?}").contains("hush"), "what was said stands in the session alone");

    let (refused, _) = ask(&sam, &house, Method::GET, "/v1/audit", None).await;
    assert_eq!(refused, 403, "admins alone read it");
    let (_, newest) = ask(&admin, &house, Method::GET, "/v1/audit?limit=1", None).await;
    let before = newest[0]["sequence"].as_u64().unwrap();
    let (_, earlier) =
        ask(&admin, &house, Method::GET, &format!("/v1/audit?limit=2&before={before}"), None).await;
    assert_eq!(earlier[0]["sequence"].as_u64(), Some(before - 1));

    let output = tandem(house.data.path(), &["audit", "--verify"]).await;
    assert_eq!(output.0, 0, "{}", output.1);
    let anchor = output.1.trim().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(tandem(house.data.path(), &["audit", "--verify", "--anchor", &anchor]).await.0, 0);
    let forged = format!("{before}:{}", "0".repeat(64));
    let broken = tandem(house.data.path(), &["audit", "--verify", "--anchor", &forged]).await;
    assert!(broken.0 == 1 && broken.1.contains(&format!("entry {before}")), "{}", broken.1);
}

/// Exit code and what it said.
async fn tandem(data: &Path, arguments: &[&str]) -> (i32, String) {
    let settings = data.join("audit.toml");
    std::fs::write(&settings, format!("[store]\nfolder = {:?}\n", data.join("data"))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("--config").arg(settings).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), said)
}

/// Nine entries, then what somebody with the database does to them.
async fn after(tamper: &str, anchors: &[Anchor]) -> Result<u64, (u64, Fault)> {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open_sqlite(folder.path(), SqliteOptions::default());
    {
        let audit = Audit::new(open().unwrap());
        for number in 0..9 {
            let act = Act { actor: "ana".into(), act: format!("act {number}"), ..Act::default() };
            audit.record(act).await.unwrap();
        }
    }
    let deadline = tokio::time::Instant::now() + support::PATIENCE;
    // The writer's own handle goes with its task.
    while open().is_err() {
        assert!(tokio::time::Instant::now() < deadline, "the store is let go");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let database = Connection::open(folder.path().join(DATABASE)).unwrap();
    database.execute_batch(tamper).unwrap();
    drop(database);
    let verdict = verify(&open().unwrap(), anchors).await.unwrap();
    verdict.map(|verified| verified.entries).map_err(|broken| (broken.at.0, broken.fault))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_changed_removed_or_moved_is_found_and_named() {
    assert_eq!(after("", &[]).await, Ok(9));
    let changed = "UPDATE events SET body = replace(body, 'act 4', 'act 5') WHERE sequence = 5";
    assert_eq!(after(changed, &[]).await, Err((5, Fault::Hash)));
    let dated = "UPDATE events SET at = at - 86400000 WHERE sequence = 3";
    assert_eq!(after(dated, &[]).await, Err((3, Fault::Hash)));
    assert_eq!(after("DELETE FROM events WHERE sequence = 6", &[]).await, Err((6, Fault::Missing)));
    assert_eq!(after("DELETE FROM events WHERE sequence = 9", &[]).await, Err((9, Fault::Missing)));
    let closed_up = "DELETE FROM events WHERE sequence = 6;
        UPDATE events SET sequence = sequence - 1 WHERE sequence = 7;
        UPDATE events SET sequence = sequence - 1 WHERE sequence = 8;
        UPDATE events SET sequence = sequence - 1 WHERE sequence = 9;
        UPDATE streams SET last = 8";
    assert_eq!(after(closed_up, &[]).await, Err((6, Fault::Hash)));
    let swapped = "UPDATE events SET sequence = 100 WHERE sequence = 2;
        UPDATE events SET sequence = 2 WHERE sequence = 3;
        UPDATE events SET sequence = 3 WHERE sequence = 100";
    assert_eq!(after(swapped, &[]).await, Err((2, Fault::Hash)));
    let unreadable = "UPDATE events SET body = '{}' WHERE sequence = 4";
    assert!(matches!(after(unreadable, &[]).await, Err((1..=4, Fault::Unreadable(_)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_cut_short_or_written_anew_is_found_by_a_hash_kept_elsewhere() {
    let cut = "DELETE FROM events WHERE sequence > 5; UPDATE streams SET last = 5";
    assert_eq!(after(cut, &[]).await, Ok(5), "by itself it looks whole");
    let anchor = |sequence: u64| format!("{sequence}:{}", "a".repeat(64)).parse::<Anchor>().unwrap();
    assert_eq!(after(cut, &[anchor(9)]).await, Err((9, Fault::Anchor)));
    assert_eq!(after("", &[anchor(4)]).await, Err((4, Fault::Anchor)), "another chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_acts_at_once_stand_in_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap();
    let (one, other) = (Audit::new(store.clone()), Audit::new(store.clone()));
    let begun = std::time::Instant::now();
    let acts = (0..2_000).map(|number| {
        let audit = if number % 2 == 0 { &one } else { &other };
        audit.record(Act { actor: "ana".into(), act: number.to_string(), ..Act::default() })
    });
    let written = futures_util::future::join_all(acts).await;
    let (taken, busy) = (written.iter().filter(|one| one.is_ok()).count(), written.len());
    println!("{taken} of {busy} acts recorded by two writers in {:?}", begun.elapsed());
    let verified = verify(&store, &[]).await.unwrap().unwrap();
    assert_eq!(verified.entries, taken as u64);
    assert!(taken > 0);
}
