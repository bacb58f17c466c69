//! Durable events a second on each engine, with fsync on: one by one, and from many who append at once;
//! PostgreSQL runs on the same machine. Prints the
//! bare disk's syncs a second beside it. `STORE_BENCH_FOLDER` says on which disk.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use common::postgres::{Durable, Server};
use store::{PostgresOptions, SqliteOptions, Store};

const TEXT: &str =
    "Hello, my parcel with the order number 4711 has not arrived yet. Can you help me, please?";
const TIME: Duration = Duration::from_secs(4);

fn main() {
    let parent = std::env::var("STORE_BENCH_FOLDER").map_or_else(|_| std::env::temp_dir(), Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("bare disk: {:.0} syncs of 4 KiB a second", bare_syncs(&parent));
    let server = Server::start_with(Durable::Yes);
    for (engine, appenders) in ["sqlite", "postgres"]
        .into_iter()
        .flat_map(|engine| [1, 64, 512].map(|appenders| (engine, appenders)))
    {
        let folder = tempfile::tempdir_in(&parent).unwrap();
        let store = match engine {
            "sqlite" => Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap(),
            _ => Store::open_postgres(&PostgresOptions::at(server.url(&server.database()))).unwrap(),
        };
        let mut waits = runtime.block_on(run(&store, appenders));
        waits.sort_unstable();
        let rate = waits.len() as f64 / TIME.as_secs_f64();
        let at = |share: usize| waits[(waits.len() - 1) * share / 1_000];
        println!(
            "{engine:<8} {appenders:>4} appenders: {rate:>8.0} durable messages a second, p50 {:?}, p99 {:?}, max {:?}",
            at(500),
            at(990),
            at(1_000)
        );
    }
    let folder = tempfile::tempdir_in(&parent).unwrap();
    runtime.block_on(open_tasks(&Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap()));
    let url = server.url(&server.database());
    runtime.block_on(open_tasks(&Store::open_postgres(&PostgresOptions::at(url)).unwrap()));
}

fn bare_syncs(parent: &Path) -> f64 {
    let folder = tempfile::tempdir_in(parent).unwrap();
    let mut file = File::create(folder.path().join("syncs")).unwrap();
    let (started, mut syncs) = (Instant::now(), 0.0);
    while started.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        syncs += 1.0;
    }
    syncs
}

/// Each appender writes messages to a session of its own, one after the other.
async fn run(store: &Store, appenders: u128) -> Vec<Duration> {
    let started = Instant::now();
    let tasks: Vec<_> =
        (1..=appenders).map(|number| tokio::spawn(write(store.clone(), number, started))).collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    waits
}

async fn write(store: Store, number: u128, started: Instant) -> Vec<Duration> {
    let mut last = common::record(&store, number, 1, vec![common::opened(number, 7)]).await.last.0;
    let mut waits = Vec::new();
    while started.elapsed() < TIME {
        let sent = Instant::now();
        let message = common::message(u128::from(last), TEXT);
        last = store.append(common::append(number, last, 1, vec![message])).await.unwrap().last.0;
        waits.push(sent.elapsed());
    }
    waits
}

async fn open_tasks(store: &Store) {
    const TASKS: u128 = 100_000;
    for chunk in 0..TASKS / 500 {
        let appends: Vec<_> = (1..=500)
            .map(|step| {
                let (store, number) = (store.clone(), chunk * 500 + step);
                let created = common::created(number, "sales", i64::try_from(number).unwrap());
                let events = vec![common::opened(number, number), created];
                tokio::spawn(async move { store.append(common::append(number, 0, 1, events)).await.unwrap() })
            })
            .collect();
        for append in appends {
            append.await.unwrap();
        }
    }
    let started = Instant::now();
    let tasks = store.open_tasks().await.unwrap();
    println!("{} open tasks read in {:?}", tasks.len(), started.elapsed());
}
