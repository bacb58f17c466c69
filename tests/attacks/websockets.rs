//! Our sockets keep RFC 6455: the cases of the Autobahn test suite, played by kosoku against an echo on
//! our own handshake and limits.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::process::Stdio;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tandem::cluster::Desk;
use tandem::http::{self, Socket};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::tool;

/// The suite sends messages of up to 16 MiB.
const LARGEST: usize = 16 * 1024 * 1024;

async fn echo(mut socket: Socket) {
    while let Some(Ok(message)) = socket.next().await {
        let (Message::Text(_) | Message::Binary(_)) = message else { continue };
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_autobahn_suite_ends_as_the_standard_says() {
    let upgrade = |mut request: Request| async move { http::upgrade(&mut request, LARGEST, echo) };
    let router = Router::new().route("/", get(upgrade));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(http::serve(listener, Desk::alone(router), None, stop.clone()));

    let reports = tempfile::tempdir().unwrap();
    let output = Command::new(tool("kosoku"))
        // Compression is not offered.
        .args(["--exclude", "12.*", "--exclude", "13.*", "--parallelism", "4", "--outdir"])
        .arg(reports.path())
        .arg(address.to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let index = std::fs::read(reports.path().join("index.json"));
    let index = index.unwrap_or_else(|error| panic!("{error}: {said}"));
    let index: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_slice(&index).unwrap();
    let cases: Vec<_> = index.values().flatten().collect();
    let of = |wanted: &[&str]| {
        let is = |case: &(&String, &Value)| wanted.contains(&case.1["behavior"].as_str().unwrap());
        cases.iter().copied().filter(is).collect::<Vec<_>>()
    };
    let (right, told) = (of(&["OK"]).len(), of(&["INFORMATIONAL", "NON-STRICT"]).len());
    println!("{} cases: {right} right, {told} informational or not strict", cases.len());
    assert_eq!(right + told, cases.len(), "{:#?}", of(&["FAILED", "ERROR", "UNIMPLEMENTED"]));
    assert!(right > 200, "the suite was played: {said}");
    stop.cancel();
}
