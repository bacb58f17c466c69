//! Every node takes connections; whoever leads answers them, and knows who they are from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tandem::cluster::{Answering, Desk, Introductions, receive};
use tandem::http::{self, Peer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// A node: the port for everybody, and the one for nodes.
struct Node {
    address: SocketAddr,
    internal: SocketAddr,
    answering: watch::Sender<Answering>,
    stop: CancellationToken,
}

async fn node(secret: &str) -> Node {
    let (answering, told) = watch::channel(Answering::Nowhere);
    let introductions = Arc::new(Introductions::new(&secret.into()));
    let stop = CancellationToken::new();
    let desk = Desk::among_nodes(told, introductions.clone());
    let (outer, inner) = (listen().await, listen().await);
    let (address, internal) = (outer.local_addr().expect("bound"), inner.local_addr().expect("bound"));
    tokio::spawn(http::serve(outer, desk.clone(), None, stop.clone()));
    tokio::spawn(receive(inner, desk, introductions, stop.clone()));
    Node { address, internal, answering, stop }
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has free ports")
}

/// Says its name and who asks.
fn answers_as(name: &'static str) -> Router {
    let who = move |Peer(peer): Peer| async move { format!("{name} to {peer}") };
    Router::new().route("/", get(who))
}

/// The same; a request for `/stay` never ends, and is noticed.
fn answers_and_keeps(name: &'static str) -> (Router, Arc<Notify>) {
    let kept = Arc::new(Notify::new());
    let noticed = kept.clone();
    let stay = move || async move {
        noticed.notify_one();
        std::future::pending::<()>().await;
    };
    (answers_as(name).route("/stay", get(stay)), kept)
}

/// What comes back until the other side closes.
async fn ask(from: IpAddr, to: SocketAddr, path: &str) -> String {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind((from, 0).into()).expect("all of 127/8 is this machine");
    let mut stream = socket.connect(to).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    // A connection that is cut has said all it will.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

fn visitor() -> IpAddr {
    Ipv4Addr::new(127, 0, 0, 7).into()
}

#[tokio::test]
async fn a_node_that_does_not_lead_carries_requests_on_and_says_whose_they_are() {
    let (leader, other) = (node("secret").await, node("secret").await);
    leader.answering.send_replace(Answering::Here(answers_as("leader")));
    other.answering.send_replace(Answering::There(leader.internal));
    for entrance in [leader.address, other.address] {
        let answer = ask(visitor(), entrance, "/").await;
        assert!(answer.ends_with("leader to 127.0.0.7"), "{answer}");
    }
}

#[tokio::test]
async fn who_connects_while_nobody_leads_is_answered_once_somebody_does() {
    let node = node("secret").await;
    let asked = tokio::spawn(ask(visitor(), node.address, "/"));
    // Long enough for an answer that should not be.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!asked.is_finished(), "answered though nobody leads");
    node.answering.send_replace(Answering::Here(answers_as("node")));
    let answer = asked.await.unwrap();
    assert!(answer.ends_with("node to 127.0.0.7"), "{answer}");
}

#[tokio::test]
async fn what_is_carried_to_a_node_that_leads_no_more_is_cut_and_begins_anew_elsewhere() {
    let (first, second, other) = (node("secret").await, node("secret").await, node("secret").await);
    let (router, kept) = answers_and_keeps("first");
    first.answering.send_replace(Answering::Here(router));
    other.answering.send_replace(Answering::There(first.internal));
    let staying = tokio::spawn(ask(visitor(), other.address, "/stay"));
    kept.notified().await;
    second.answering.send_replace(Answering::Here(answers_as("second")));
    other.answering.send_replace(Answering::There(second.internal));
    let cut = tokio::time::timeout(Duration::from_secs(5), staying).await.expect("cut").unwrap();
    assert_eq!(cut, "");
    let after = ask(visitor(), other.address, "/").await;
    assert!(after.contains("second"), "{after}");
}

#[tokio::test]
async fn the_port_for_nodes_answers_nodes_only_and_only_where_they_are_led() {
    let (leader, stranger) = (node("secret").await, node("another").await);
    leader.answering.send_replace(Answering::Here(answers_as("leader")));
    assert_eq!(ask(visitor(), leader.internal, "/").await, "", "a browser");
    stranger.answering.send_replace(Answering::There(leader.internal));
    assert_eq!(ask(visitor(), stranger.address, "/").await, "", "a node with another secret");
    let mut silent = TcpStream::connect(leader.internal).await.unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(5), silent.read_u8()).await;
    assert!(closed.expect("who says nothing is closed").is_err());
    let follower = node("secret").await;
    leader.answering.send_replace(Answering::There(follower.internal));
    follower.answering.send_replace(Answering::There(leader.internal));
    assert_eq!(ask(visitor(), leader.address, "/").await, "", "nothing goes in a circle");
}

#[tokio::test]
async fn a_node_that_stops_ends_what_it_carries() {
    let (leader, other) = (node("secret").await, node("secret").await);
    let (router, kept) = answers_and_keeps("leader");
    leader.answering.send_replace(Answering::Here(router));
    other.answering.send_replace(Answering::There(leader.internal));
    let staying = tokio::spawn(ask(visitor(), other.address, "/stay"));
    kept.notified().await;
    other.stop.cancel();
    let cut = tokio::time::timeout(Duration::from_secs(5), staying).await.expect("ended").unwrap();
    assert_eq!(cut, "");
}
