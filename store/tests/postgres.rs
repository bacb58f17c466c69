//! What PostgreSQL has to itself: several nodes on one log, a server that dies, and databases that do
//! not do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::postgres::Server;
use common::*;
use model::{Epoch, Sequence, SessionEvent, StreamId, Timestamp};
use serde_json::json;
use store::{AppendError, OpenError, PostgresOptions, Store, StoreError};

fn options(home: &Home) -> PostgresOptions {
    let Home::Database(server, name) = home else { panic!("not on PostgreSQL") };
    PostgresOptions::at(server.url(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_the_log_misses_no_event_of_several_nodes() {
    const SESSIONS: u128 = 24;
    const EACH: u64 = 40;
    let home = Home::postgres();
    let nodes = [home.open(), home.open()];
    let writing: Vec<_> = (1..=SESSIONS)
        .map(|number| {
            let store = nodes[usize::try_from(number % 2).unwrap()].clone();
            tokio::spawn(async move {
                for last in 0..EACH {
                    let text = format!("message {last}");
                    let events = vec![message(u128::from(last) + 1, &text)];
                    store.append(append(number, last, 1, events)).await.unwrap();
                }
            })
        })
        .collect();
    let reader = home.open();
    let until = Instant::now() + Duration::from_secs(60);
    let (mut after, mut seen) = (0, BTreeSet::new());
    let all = usize::try_from(SESSIONS).unwrap() * usize::try_from(EACH).unwrap();
    while seen.len() < all {
        assert!(Instant::now() < until, "{} of {all} seen", seen.len());
        for event in reader.session_events(after, 7).await.unwrap() {
            assert!(event.position > after);
            after = event.position;
            assert!(seen.insert((event.session.0, event.recorded.sequence)));
        }
    }
    for writer in writing {
        writer.await.unwrap();
    }
    assert_eq!(after, all as u64, "positions have no gaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_with_different_epochs_exactly_one_goes_on() {
    let home = Home::postgres();
    let (old, new) = (home.open(), home.open());
    let stream = StreamId::Session(session(1));
    let first = old.claim(&stream).await.unwrap();
    let write = |store: Store, epoch: Epoch, from: u128| async move {
        let (mut written, mut expected) = (0, 0);
        while written < 50 {
            let mut append = append(1, expected, 1, vec![message(from + written, "hello")]);
            append.epoch = epoch;
            match store.append(append).await {
                Ok(appended) => (written, expected) = (written + 1, appended.last.0),
                Err(AppendError::Conflict { last }) => expected = last.0,
                Err(AppendError::Fenced { .. }) => return (written, false),
                Err(error) => panic!("{error}"),
            }
        }
        (written, true)
    };
    let stale = tokio::spawn(write(old.clone(), first.epoch, 1_000));
    let second = new.claim(&stream).await.unwrap();
    assert!(second.epoch > first.epoch);
    let owner = tokio::spawn(write(new.clone(), second.epoch, 2_000));
    let ((before, is_stale_done), (after, is_owner_done)) = (stale.await.unwrap(), owner.await.unwrap());
    assert!(is_owner_done && after == 50);
    let loaded = new.load_session(session(1), Sequence::START, 999).await.unwrap();
    let sequences: Vec<u64> = loaded.iter().map(|event| event.sequence.0).collect();
    let last = u64::try_from(before).unwrap() + 50;
    assert_eq!(sequences, (1..=last).collect::<Vec<_>>());
    let mut late = append(1, last, 1, vec![message(9, "from the old owner")]);
    late.epoch = first.epoch;
    assert_eq!(old.append(late).await, Err(AppendError::Fenced { epoch: second.epoch }));
    assert!(!is_stale_done || before == 50);
    // In the database itself, too.
    let Home::Database(server, name) = &home else { return };
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        server.psql(name, "UPDATE streams SET epoch = epoch - 1")
    }));
    assert!(refused.is_err(), "an epoch sank");
}

/// Appends to one session until told to stop; returns the last sequence that was acknowledged.
async fn write_through(store: Store, number: u128, stop: Arc<AtomicBool>) -> (u64, u64) {
    let (mut acknowledged, mut refused) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let next = append(number, acknowledged, 1, vec![message(u128::from(acknowledged) + 1, "hello")]);
        match store.append(next).await {
            Ok(appended) => acknowledged = appended.last.0,
            // What was not acknowledged may be there all the same.
            Err(AppendError::Duplicate { sequence, .. }) => acknowledged = sequence.0,
            Err(AppendError::Unavailable { .. } | AppendError::Busy) => {
                refused += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    (acknowledged, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_acknowledged_and_is_found_again() {
    let server = Arc::new(Server::start());
    let home = Home::Database(server.clone(), server.database());
    let store = home.open();
    let stop = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> =
        (1..=8).map(|number| tokio::spawn(write_through(store.clone(), number, stop.clone()))).collect();
    let past = async |least: u64| {
        let until = Instant::now() + Duration::from_secs(60);
        while store.session_events(least, 1).await.is_ok_and(|events| events.is_empty())
            || store.last(&StreamId::Session(session(1))).await.is_err()
        {
            assert!(Instant::now() < until, "no event past {least}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let mut end = 50;
    for _ in 0..5 {
        past(end).await;
        let killed = server.clone();
        tokio::task::spawn_blocking(move || killed.kill()).await.unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while store.is_available() {
            assert!(Instant::now() < until, "nobody notices");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let restarted = server.clone();
        tokio::task::spawn_blocking(move || restarted.restart()).await.unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(error) = store.claim(&StreamId::Organisation).await {
            assert!(Instant::now() < until, "not found again: {error}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        end += 50;
    }
    stop.store(true, Ordering::Relaxed);
    let (mut all, mut refusals) = (0, 0);
    for (number, written) in (1..).zip(writing) {
        let (acknowledged, refused) = written.await.unwrap();
        let loaded = store.load_session(session(number), Sequence::START, 1_000_000).await.unwrap();
        let ids: Vec<u64> = loaded
            .iter()
            .map(|recorded| match &recorded.event {
                SessionEvent::MessagePosted { message } => u64::try_from(message.id.0.as_u128()).unwrap(),
                _ => 0,
            })
            .collect();
        assert!(ids.len() as u64 >= acknowledged, "session {number} lost what was acknowledged");
        assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "session {number}");
        (all, refusals) = (all + acknowledged, refusals + refused);
    }
    println!("5 kills, {all} events acknowledged, {refusals} tries refused");
    assert!(refusals > 0, "nobody was refused while the server was dead");
    assert_eq!(store.integrity().await.unwrap(), "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_the_server_refuses_fails_nobody_else() {
    let home = Home::postgres();
    let store = Store::open_postgres(&PostgresOptions { writers: 1, ..options(&home) }).unwrap();
    // Longer than an index takes, and nothing to compress.
    let mut random = 0x5eed_7a4d_e300_0001u64;
    let key: String = (0..20_000)
        .map(|_| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            char::from_digit(u32::try_from(random >> 59).unwrap(), 36).unwrap()
        })
        .collect();
    let requests: Vec<_> = (1..=60u128)
        .map(|number| {
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move {
                if number % 20 == 0 {
                    store.put_document("logins", &key, &json!(1), None).await.is_ok()
                } else {
                    store.append(append(number, 0, 1, vec![opened(number, 7)])).await.is_ok()
                }
            })
        })
        .collect();
    for (number, request) in (1..).zip(requests) {
        assert_eq!(request.await.unwrap(), number % 20 != 0, "request {number}");
    }
}

#[tokio::test]
async fn a_full_queue_says_busy_and_loses_nothing_it_took() {
    let home = Home::postgres();
    let options = PostgresOptions { writers: 1, write_queue: 1, ..options(&home) };
    let store = Store::open_postgres(&options).unwrap();
    let flood: Vec<_> = (1..=300u128)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.append(append(number, 0, 1, vec![opened(number, 7)])).await })
        })
        .collect();
    let (mut taken, mut busy) = (0, 0);
    for answer in flood {
        match answer.await.unwrap() {
            Ok(_) => taken += 1,
            Err(AppendError::Busy) => busy += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(busy > 0, "300 at once found room in a queue of one");
    assert_eq!(store.open_sessions(None, 999).await.unwrap().len(), taken);
}

#[tokio::test]
async fn any_text_can_be_written() {
    let home = Home::postgres();
    let store = home.open();
    let text = "zero \0 and 😀 and \u{202e} and \\u0000 and '\" \\";
    let posted = message(10, text);
    record(&store, 1, 1, vec![opened(1, 7), posted.clone()]).await;
    assert_eq!(store.load_session(session(1), Sequence(1), 1).await.unwrap()[0].event, posted);
    let word = "x".repeat(100_000);
    record(&store, 1, 2, vec![message(11, &word), message(12, &"lots of words ".repeat(200_000))]).await;
    store.put_document("a", "b", &json!({ "text": text }), Some(Timestamp(9))).await.unwrap();
    let kept = store.document("a", "b", Timestamp(1)).await.unwrap();
    assert_eq!(kept, Some(json!({ "text": text })));
}

#[test]
fn what_does_not_do_is_refused_with_the_remedy() {
    let home = Home::postgres();
    drop(home.open());
    let Home::Database(server, name) = &home else { panic!("not on PostgreSQL") };
    server.psql(name, "UPDATE tandem_schema SET version = 99");
    let refused = Store::open_postgres(&options(&home)).err().unwrap();
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(server.psql(name, "SELECT version FROM tandem_schema"), "99");

    server.psql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    let refused = Store::open_postgres(&PostgresOptions::at(server.url("latin"))).err().unwrap();
    assert!(matches!(&refused, OpenError::Encoding { found } if found == "LATIN1"), "{refused}");
    assert_eq!(server.psql("latin", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");

    let nowhere = PostgresOptions::at("postgres://tandem:hush@127.0.0.1:1/tandem");
    let refused = Store::open_postgres(&nowhere).err().unwrap();
    assert!(matches!(&refused, OpenError::Postgres { .. }) && !refused.to_string().contains("hush"));
    let refused = Store::open_postgres(&PostgresOptions::at("postgres://a:hush@[")).err().unwrap();
    assert!(matches!(&refused, OpenError::Settings { .. }) && !refused.to_string().contains("hush"));
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_be_corrupt() {
    let home = Home::postgres();
    let store = home.open();
    record(&store, 1, 1, vec![opened(1, 7)]).await;
    let Home::Database(server, name) = &home else { return };
    server.psql(name, "UPDATE events SET body = '{\"type\":\"from_the_future\"}'");
    let refused = store.load_session(session(1), Sequence::START, 9).await;
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
}
