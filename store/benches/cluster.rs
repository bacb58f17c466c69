//! What sharing the live state costs over a Redis of its own on this machine:
//! `cargo bench -p store --bench cluster`.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::SessionId;
use store::cluster::{Claimed, Cluster, Member, NodeId, NodeOptions, RedisOptions, Subject};
use uuid::Uuid;

const CLAIMS: u128 = 20_000;
const TOGETHER: u128 = 64;
const FORWARDS: usize = 5_000;
/// A command of a chat message, and a session of some twenty messages.
const COMMAND: usize = 400;
const SNAPSHOT: usize = 8 * 1024;

struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn server() -> Server {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server starts; install the package redis-server");
    let server = Server(child, port);
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "Redis never listened");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

impl Server {
    fn ask(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.1.to_string()]).args(arguments).output();
        String::from_utf8(output.expect("redis-cli starts").stdout).unwrap().trim().to_owned()
    }

    /// Commands so far: those of this benchmark's that clients send, and all with what scripts run.
    fn commands(&self) -> (u64, u64) {
        let stats = self.ask(&["INFO", "commandstats"]);
        let calls = |line: &str| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), rest.split(',').next()?.parse::<u64>().ok()?))
        };
        let sent = ["evalsha", "get", "xreadgroup"];
        let all: Vec<_> = stats.lines().filter_map(calls).filter(|(name, _)| name != "info").collect();
        let by_clients = all.iter().filter(|(name, _)| sent.contains(&name.as_str()));
        (by_clients.map(|(_, calls)| calls).sum(), all.iter().map(|(_, calls)| calls).sum())
    }
}

#[tokio::main]
async fn main() {
    let server = server();
    let cluster = Cluster::redis(RedisOptions::single(&format!("127.0.0.1:{}", server.1))).await.unwrap();
    let node = |name: &str| NodeId::new(name).unwrap();
    let a = cluster.join(NodeOptions::new(node("a"), "bench")).await.unwrap();
    let b = cluster.join(NodeOptions::new(node("b"), "bench")).await.unwrap();
    claims(&server, &a).await;
    meetings(&server, &b).await;
    bytes(&server, &a).await;
    forwards(&server, &a, &b).await;
}

async fn claims(server: &Server, member: &Member) {
    let (before, begun) = (server.commands(), Instant::now());
    let lanes = (0..TOGETHER).map(|lane| {
        let member = member.clone();
        tokio::spawn(async move {
            for number in (lane..CLAIMS).step_by(TOGETHER as usize) {
                member.claim(session(number), None).await.unwrap();
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    report("claims of free sessions, 64 at once", CLAIMS as f64, begun.elapsed(), before, server.commands());
}

/// Sessions that another node owns: the claimant reads its lease and yields.
async fn meetings(server: &Server, member: &Member) {
    let (before, begun) = (server.commands(), Instant::now());
    for number in 0..2_000 {
        assert!(matches!(member.claim(session(number), None).await.unwrap(), Claimed::Elsewhere(_)));
    }
    report(
        "claims that meet a living owner, one by one",
        2_000.0,
        begun.elapsed(),
        before,
        server.commands(),
    );
}

async fn bytes(server: &Server, member: &Member) {
    let Claimed::Ours(owned) = member.claim(session(1), None).await.unwrap() else { panic!("not ours") };
    let used = |kind: &str| {
        let key = format!("tandem:{{{}}}:{kind}", Uuid::from_u128(1));
        server.ask(&["MEMORY", "USAGE", &key])
    };
    println!("bytes of an owner: {}", used("owner"));
    member.save_snapshot(&owned, Bytes::from(vec![7; SNAPSHOT])).await.unwrap();
    println!("bytes of a snapshot of {SNAPSHOT}: {}", used("kept"));
}

async fn forwards(server: &Server, a: &Member, b: &Member) {
    let answering = b.clone();
    let answers = tokio::spawn(async move {
        while let Some(question) = answering.next().await {
            answering.reply(&question, question.bytes.clone()).await.unwrap();
        }
    });
    let command = Bytes::from(vec![7; COMMAND]);
    let mut took = Vec::with_capacity(FORWARDS);
    let (before, begun) = (server.commands(), Instant::now());
    for _ in 0..FORWARDS {
        let asked = Instant::now();
        a.ask(b.id().clone(), command.clone(), Duration::from_secs(5)).await.unwrap();
        took.push(asked.elapsed());
    }
    report(
        "forwards with an answer, one by one",
        FORWARDS as f64,
        begun.elapsed(),
        before,
        server.commands(),
    );
    took.sort_unstable();
    println!("forward: p50 {:?}, p99 {:?}", took[FORWARDS / 2], took[FORWARDS * 99 / 100]);
    answers.abort();
}

fn report(what: &str, count: f64, took: Duration, before: (u64, u64), after: (u64, u64)) {
    let each = |later: u64, earlier: u64| (later - earlier) as f64 / count;
    println!(
        "{what}: {:.0}/s; each {:.2} commands sent, {:.2} run",
        count / took.as_secs_f64(),
        each(after.0, before.0),
        each(after.1, before.1)
    );
}

fn session(number: u128) -> Subject {
    Subject::Session(SessionId(Uuid::from_u128(number)))
}
