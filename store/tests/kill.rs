//! `kill -9` at any moment loses nothing that was acknowledged.
//!
//! The test starts itself as a second process that appends from several tasks and prints what was
//! acknowledged, kills it at a seeded moment, and looks into the log; fifty times, on one folder.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use model::{Sequence, SessionEvent, StreamId};
use store::{SqliteOptions, Store};

const ROUNDS: u32 = 50;
const WRITERS: u128 = 16;
const FOLDER: &str = "STORE_KILL_FOLDER";

/// What a stream must hold: the message's id by its sequence.
type Acknowledged = BTreeMap<(u128, u64), u128>;

/// The second process; does nothing unless the test below starts it.
#[test]
#[ignore = "started by the test that kills it"]
fn the_process_that_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open_sqlite(folder.as_ref(), SqliteOptions::default()).unwrap();
        let writers: Vec<_> =
            (1..=WRITERS).map(|number| tokio::spawn(write(store.clone(), number))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

async fn write(store: Store, number: u128) {
    let claim = store.claim(&StreamId::Session(session(number))).await.unwrap();
    let mut last = claim.last;
    loop {
        let events: Vec<SessionEvent> = (1..=1 + last.0 % 3)
            .map(|step| message(u128::from(last.0 + step), &format!("message {} of {number}", last.0 + step)))
            .collect();
        let mut batch = append(number, last.0, 1, events);
        batch.epoch = claim.epoch;
        let appended = store.append(batch).await.unwrap();
        let mut lines = String::new();
        for sequence in appended.first.0..=appended.last.0 {
            lines += &format!("ack {number} {sequence} {sequence}\n");
        }
        std::io::stdout().lock().write_all(lines.as_bytes()).unwrap();
        last = appended.last;
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets it write for `time` after its first acknowledgement, kills it, and returns what it said.
fn run_and_kill(folder: &Path, time: Duration) -> Acknowledged {
    let mut child = start(folder);
    let output = BufReader::new(child.stdout.take().unwrap());
    let (first, seen) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut acknowledged = Acknowledged::new();
        for line in output.lines() {
            let Some((key, id)) = parse(&line.unwrap()) else { continue };
            if acknowledged.is_empty() {
                first.send(()).unwrap();
            }
            acknowledged.insert(key, id);
        }
        acknowledged
    });
    seen.recv_timeout(Duration::from_secs(20)).expect("the process never wrote anything");
    let until = Instant::now() + time;
    while Instant::now() < until {
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// None for a line that the kill cut short, or that the test harness printed.
fn parse(line: &str) -> Option<((u128, u64), u128)> {
    let mut words = line.strip_prefix("ack ")?.split(' ');
    let (number, sequence, id) = (words.next()?, words.next()?, words.next()?);
    let (sequence, id) = (sequence.parse().ok()?, id.parse::<u128>().ok()?);
    // Both are the same number: a line cut in the middle of the second does not match.
    (u128::from(sequence) == id).then_some(((number.parse().ok()?, sequence), id))
}

/// Looks at every event after `verified` of each stream: gapless, the right one, none missing.
async fn verify(store: &Store, acknowledged: &Acknowledged, verified: &mut BTreeMap<u128, u64>) {
    for number in 1..=WRITERS {
        let mut last = verified.get(&number).copied().unwrap_or(0);
        let events = store.load_session(session(number), Sequence(last), 1_000_000).await.unwrap();
        for recorded in events {
            last += 1;
            assert_eq!(recorded.sequence.0, last, "a gap in stream {number}");
            let SessionEvent::MessagePosted { message } = recorded.event else { panic!("not a message") };
            assert_eq!(message.id.0.as_u128(), u128::from(last), "the wrong event in stream {number}");
        }
        let promised = acknowledged.range((number, 0)..=(number, u64::MAX)).next_back();
        let promised = promised.map_or(0, |((_, sequence), _)| *sequence);
        assert!(last >= promised, "stream {number} ends at {last}, {promised} was acknowledged");
        verified.insert(number, last);
    }
}

#[test]
fn fifty_kills_lose_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut seed: u64 = 0x5eed_7a4d_e300_0001;
    println!("seed {seed:#x}");
    let mut total = 0;
    let mut verified = BTreeMap::new();
    for _ in 0..ROUNDS {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let acknowledged = run_and_kill(folder.path(), Duration::from_micros(1_000 + seed % 150_000));
        total += acknowledged.len();
        let store = reopen(&folder);
        runtime.block_on(verify(&store, &acknowledged, &mut verified));
    }
    println!("{ROUNDS} kills, {total} events acknowledged, {:?} stored", verified.values().sum::<u64>());
    assert!(total > 1_000, "it was hardly ever writing: {total} events");
    let store = reopen(&folder);
    runtime.block_on(async {
        verify(&store, &Acknowledged::new(), &mut BTreeMap::new()).await;
        assert_eq!(store.integrity().await.unwrap(), "ok");
    });
}
