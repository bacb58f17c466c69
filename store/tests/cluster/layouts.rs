//! Redis behind sentinels, as a cluster, and over TLS.

use std::process::Command;
use std::time::Duration;

use store::cluster::{Cluster, JoinError, Layout, RedisOptions, Standing, TlsOptions};
use uuid::Uuid;

use crate::server::{Server, eventually, free_port};
use crate::support::*;

#[tokio::test]
async fn a_failover_by_sentinel_is_followed_and_epochs_rise() {
    let mut primary = Server::start(&[]);
    let replica = Server::start(&["--replicaof", "127.0.0.1", &primary.port.to_string()]);
    eventually("the replica is in step", || {
        replica.command(&["INFO", "replication"]).contains("master_link_status:up")
    });
    let sentinel = Server::sentinel(primary.port);
    eventually("the sentinel knows the replica", || {
        sentinel.command(&["SENTINEL", "replicas", "house"]).contains(&replica.port.to_string())
    });
    let mut options = RedisOptions::single("");
    options.layout = Layout::Sentinel { sentinels: vec![sentinel.address()], primary: "house".into() };
    let cluster = Cluster::redis(options).await.unwrap();
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let before = own(&a, session(1)).await;
    a.release(&before).await.unwrap();
    primary.kill();
    let after = take_over(&b, session(1), Some(before.epoch)).await;
    assert!(after.epoch > before.epoch);
    stands(&b, "held", |standing| matches!(standing, Standing::Held(_))).await;
    assert!(replica.command(&["ROLE"]).contains("master"));
    a.send(node("b"), Uuid::from_u128(1), bytes("hello")).await.unwrap();
    assert_eq!(b.next().await.unwrap().bytes, bytes("hello"));
}

#[tokio::test]
async fn a_redis_cluster_serves_every_promise_of_one_server() {
    let arguments = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
    let servers: Vec<_> = (0..3).map(|_| start_below(&arguments)).collect();
    let addresses: Vec<_> = servers.iter().map(Server::address).collect();
    let created = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(&addresses)
        .args(["--cluster-yes"])
        .output()
        .expect("redis-cli is missing; install the package redis-tools");
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stdout));
    eventually("all slots are served", || {
        servers.iter().all(|server| server.command(&["CLUSTER", "INFO"]).contains("cluster_state:ok"))
    });
    let mut options = RedisOptions::single("");
    options.layout = Layout::Cluster { nodes: addresses };
    options.answer_within = Duration::from_secs(2);
    let cluster = Cluster::redis(options).await.unwrap();
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    for number in 0..100 {
        let owned = own(&a, session(number)).await;
        assert_eq!(elsewhere(&b, session(number)).await.node, node("a"));
        a.save_snapshot(&owned, bytes("snapshot")).await.unwrap();
        a.release(&owned).await.unwrap();
        assert!(own(&b, session(number)).await.epoch > owned.epoch);
    }
    let asked = a.clone();
    let answer = tokio::spawn(async move {
        asked.ask(node("b"), bytes("question"), Duration::from_secs(10)).await.unwrap()
    });
    let question = b.next().await.unwrap();
    b.reply(&question, bytes("answer")).await.unwrap();
    assert_eq!(answer.await.unwrap(), "answer");
    a.announce(model::AgentId::new("ana").unwrap(), 1, bytes("Available")).await.unwrap();
    assert_eq!(b.presences().await.unwrap().len(), 1);
    let mut hints = b.hints();
    loop {
        a.hint(&store::cluster::Audience::All, bytes("tick")).await.unwrap();
        if tokio::time::timeout(Duration::from_millis(100), hints.recv()).await.is_ok() {
            break;
        }
    }
}

/// The bus of a cluster listens 10,000 above the port.
fn start_below(arguments: &[&str]) -> Server {
    loop {
        let port = free_port();
        if port < 55_000 {
            return Server::start_on(port, arguments);
        }
    }
}

#[tokio::test]
async fn tls_is_spoken_and_a_certificate_of_somebody_else_is_refused() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let issued = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, issued.cert.pem()).unwrap();
    std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
    let port = free_port();
    let _server = Server::start_on(
        port,
        &[
            "--port",
            "0",
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            &certificate.display().to_string(),
            "--tls-key-file",
            &key.display().to_string(),
            "--tls-ca-cert-file",
            &certificate.display().to_string(),
            "--tls-auth-clients",
            "no",
        ],
    );
    let mut options = RedisOptions::single(&format!("localhost:{port}"));
    options.tls =
        Some(TlsOptions { authorities: Some(issued.cert.pem().into_bytes()), ..TlsOptions::default() });
    let cluster = Cluster::redis(options.clone()).await.unwrap();
    let a = join(&cluster, "a").await;
    own(&a, session(1)).await;
    let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    options.tls =
        Some(TlsOptions { authorities: Some(other.cert.pem().into_bytes()), ..TlsOptions::default() });
    let error = Cluster::redis(options).await.unwrap_err();
    assert!(matches!(error, JoinError::Unreachable { .. }), "{error}");
}
