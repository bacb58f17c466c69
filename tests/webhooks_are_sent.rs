//! Webhooks out, to a server on this machine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::id::Name;
use model::{Epoch, Event, Sequence, SessionId, StreamId, Timestamp};
use serde_json::json;
use store::{Append, Blobs, OutboxCounts, SqliteOptions, Store};
use tandem::configuration::organisation::{Organisation, Webhook};
use tandem::configuration::{SecretRef, Secrets, Settings};
use tandem::foundation::Foundation;
use tandem::webhooks::{Delivery, Sender, sign};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The far side: keeps what it hears, and answers as it is told to, 200 once it is told no more.
#[derive(Clone, Default)]
struct FarSide {
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl FarSide {
    async fn open(answers: &[u16]) -> (Self, SocketAddr) {
        let far =
            Self { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(hear).with_state(far.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (far, address)
    }

    fn bodies(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

async fn hear(State(far): State<FarSide>, headers: HeaderMap, body: String) -> (StatusCode, HeaderMap) {
    far.heard.lock().unwrap().push((headers, body));
    let status = far.answers.lock().unwrap().pop_front().unwrap_or(200);
    let mut headers = HeaderMap::new();
    headers.insert("location", "/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers)
}

struct House {
    foundation: Arc<Foundation>,
    written: u64,
    wake: Arc<Notify>,
    _folder: TempDir,
}

impl House {
    fn open(url: String, allow_private: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, SECRET).unwrap();
        let id = Name::new("crm").unwrap();
        let webhook = Webhook { id, url, secret: SecretRef::File(secret), events: Vec::new() };
        let organisation = Organisation { webhooks: vec![webhook], ..Organisation::default() };
        let mut settings = Settings::default();
        settings.webhooks.allow_private = allow_private.iter().map(ToString::to_string).collect();
        settings.webhooks.timeout = Duration::from_secs(5);
        let foundation = Arc::new(Foundation {
            settings,
            base: std::path::PathBuf::new(),
            organisation: ArcSwap::from_pointee(organisation),
            store: Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap(),
            blobs: Blobs::open_folder(&folder.path().join("blobs"), 1 << 20).unwrap(),
            secrets: Secrets::in_data(folder.path()),
        });
        Self { foundation, written: 0, wake: Arc::default(), _folder: folder }
    }

    fn sender(&self) -> Sender {
        Sender::new(Arc::clone(&self.foundation), self.wake.clone()).unwrap()
    }

    /// Writes an event of this session, with a call.
    async fn write(&mut self, session: u128, number: u64) -> Uuid {
        let stream = StreamId::Routing(Name::new("tests").unwrap());
        let event = Event::Routing(json!({ "number": number }));
        let mut append = Append::new(stream, Epoch::FIRST, Sequence(self.written), Timestamp(1), vec![event]);
        let delivery = Delivery { webhook: Name::new("crm").unwrap(), body: json!({ "number": number }) };
        let id = Uuid::from_u128(u128::from(number) + 1);
        append.at = self.foundation.now();
        append.outbox = vec![delivery.entry(id, SessionId(Uuid::from_u128(session)), Timestamp(0))];
        self.foundation.store.append(append).await.unwrap();
        self.written += 1;
        id
    }

    async fn counts(&self) -> (u64, u64, u64) {
        let OutboxCounts { pending, sent, failed } = self.foundation.store.outbox_counts().await.unwrap();
        (pending, sent, failed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_signed_and_made_once() {
    let (far, address) = FarSide::open(&[]).await;
    let mut house = House::open(format!("http://{address}/hook"), &["127.0.0.1"]);
    let id = house.write(1, 7).await.to_string();
    let sender = house.sender();
    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(sender.send_due().await.unwrap(), 0);
    let heard = far.heard.lock().unwrap().clone();
    let [(headers, body)] = heard.as_slice() else { panic!("{heard:?}") };
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!((body.as_str(), header("webhook-id")), (r#"{"number":7}"#, id.clone()));
    let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
    assert!((house.foundation.now().0 / 1_000 - timestamp).abs() < 60);
    assert_eq!(header("webhook-signature"), sign(&SECRET.into(), &id, timestamp, body.as_bytes()));
    assert_eq!(house.counts().await, (0, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_call_waits_and_its_session_waits_behind_it() {
    let (far, address) = FarSide::open(&[500]).await;
    let mut house = House::open(format!("http://{address}/"), &["127.0.0.1"]);
    house.write(1, 1).await;
    house.write(1, 2).await;
    let sender = house.sender();
    sender.send_due().await.unwrap();
    house.write(9, 3).await;
    sender.send_due().await.unwrap();
    assert_eq!(far.bodies(), [r#"{"number":1}"#, r#"{"number":3}"#], "another session does not wait");
    assert_eq!(house.counts().await, (2, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_a_session_arrive_in_order() {
    let (far, address) = FarSide::open(&[]).await;
    let mut house = House::open(format!("http://{address}/"), &["127.0.0.0/8"]);
    for number in 0..20 {
        house.write(1, number).await;
    }
    let sender = house.sender();
    while sender.send_due().await.unwrap() > 0 {}
    let expected: Vec<String> = (0..20).map(|number| format!("{{\"number\":{number}}}")).collect();
    assert_eq!(far.bodies(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_not_called_by_number_nor_by_name() {
    let (far, address) = FarSide::open(&[]).await;
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let mut house = House::open(format!("http://{host}:{}/", address.port()), &[]);
        house.write(1, 1).await;
        assert_eq!(house.sender().send_due().await.unwrap(), 1);
        assert_eq!(house.counts().await.1, 0, "{host}");
    }
    assert!(far.bodies().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let (far, address) = FarSide::open(&[307]).await;
    let mut house = House::open(format!("http://{address}/"), &["127.0.0.1"]);
    house.write(1, 1).await;
    house.sender().send_due().await.unwrap();
    assert_eq!(far.bodies().len(), 1);
    assert_eq!(house.counts().await, (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_far_side_that_is_gone_is_not_called_again() {
    let (far, address) = FarSide::open(&[410]).await;
    let mut house = House::open(format!("http://{address}/"), &["127.0.0.1"]);
    house.write(1, 1).await;
    house.write(1, 2).await;
    let sender = house.sender();
    while sender.send_due().await.unwrap() > 0 {}
    assert_eq!(far.bodies().len(), 2);
    assert_eq!(house.counts().await, (0, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_sender_is_woken_and_ends_when_told_to() {
    let (far, address) = FarSide::open(&[]).await;
    let mut house = House::open(format!("http://{address}/"), &["127.0.0.1"]);
    let sender = house.sender();
    let wake = house.wake.clone();
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(sender.run(shutdown.clone()));
    house.write(1, 1).await;
    wake.notify_one();
    let sent = async {
        while house.counts().await != (0, 1, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), sent).await.expect("it is sent");
    assert_eq!(far.bodies().len(), 1);
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(10), running).await.expect("it ends").unwrap();
}
