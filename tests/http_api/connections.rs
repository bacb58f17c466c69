//! Connections that dawdle, break the protocol, or are open when the server drains.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::house::House;

async fn say(house: &House, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    // The server may hang up before all of it is sent.
    let _ = stream.write_all(text.as_bytes()).await;
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // What came before a reset counts.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_is_cut_off_while_others_are_served() {
    let house = House::open().await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        slow.push(say(&house, "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").await);
    }
    assert_eq!(house.get("/health/live").send().await.unwrap().status(), 204);
    let cut = futures_util::future::join_all(slow.into_iter().map(answer));
    tokio::time::timeout(Duration::from_secs(20), cut).await.expect("all are cut after ten seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_and_too_large_headers_are_refused() {
    let house = House::open().await;
    let many: String = (0..100).map(|number| format!("X-{number}: y\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "y".repeat(64 * 1024));
    for headers in [many, large] {
        let stream = say(&house, &format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{headers}\r\n")).await;
        let text = answer(stream).await;
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 431"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_larger_than_any_request_needs_is_refused() {
    let house = House::open().await;
    let response =
        house.post("/v1/login").header("content-type", "application/json").body("x".repeat(1 << 20));
    // The answer may be lost when the server hangs up on the rest of the body.
    if let Ok(response) = response.send().await {
        assert_eq!(response.status(), 413);
    }
    // On a connection of its own: the server hangs up on the one before, sooner or later.
    let other = reqwest::Client::new().get(format!("http://{}/health/live", house.address));
    assert_eq!(other.send().await.unwrap().status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_ends_idle_connections_and_takes_no_new_ones() {
    let House { client, address, shutdown, served, .. } = House::open().await;
    let url = format!("http://{address}/health/live");
    assert_eq!(client.get(&url).send().await.unwrap().status(), 204);
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), served).await.expect("idle connections end").unwrap();
    assert!(client.get(&url).send().await.is_err());
}
