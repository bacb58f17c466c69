//! An organisation's own program hears of sessions: signed, in order, also of what was recorded while
//! it was away.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use channels::chat::wire::{ChatContent, ChatMessage, ChatRequest};
use model::id::Name;
use secrecy::SecretString;
use serde_json::Value;
use support::{Customer, House};
use tandem::configuration::SecretRef;
use tandem::configuration::organisation::Webhook;
use tandem::webhooks::sign;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The organisation's own program.
#[derive(Clone, Default)]
struct Program {
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    is_away: Arc<AtomicBool>,
    news: Arc<tokio::sync::Notify>,
}

impl Program {
    async fn start() -> (Self, SocketAddr) {
        let program = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(hear).with_state(program.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (program, address)
    }

    /// The bodies heard, once there is one of this type.
    async fn until(&self, wanted: &str) -> Vec<Value> {
        let heard = async {
            loop {
                let news = self.news.notified();
                let bodies = self.bodies();
                if bodies.iter().any(|body| body["type"] == wanted) {
                    return bodies;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), heard).await.expect("the program hears of it")
    }

    fn bodies(&self) -> Vec<Value> {
        self.heard.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

async fn hear(State(program): State<Program>, headers: HeaderMap, body: String) -> StatusCode {
    if program.is_away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    program.heard.lock().unwrap().push((headers, body));
    program.news.notify_one();
    StatusCode::OK
}

async fn house(address: SocketAddr, events: &[&str]) -> House {
    let folder = tempfile::tempdir().unwrap().keep();
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let events = events.iter().map(ToString::to_string).collect();
    House::open_with(move |settings, organisation| {
        settings.webhooks.allow_private = vec!["127.0.0.1".into()];
        organisation.webhooks = vec![Webhook {
            id: Name::new("crm").unwrap(),
            url: format!("http://{address}/tandem"),
            secret: SecretRef::File(secret),
            events,
        }];
    })
    .await
}

async fn write_and_leave(house: &House) {
    let mut customer = Customer::arrive(house, None, 0).await;
    customer.say("How long does delivery take?").await;
    customer.answer().await;
    customer.ask(ChatRequest::End).await;
    let is_over = |message: &ChatMessage| match message {
        ChatMessage::Event { item, .. } => (item.content == ChatContent::Closed).then_some(()),
        _ => None,
    };
    customer.until(is_over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_told_from_its_first_event_to_its_last_in_order() {
    let (program, address) = Program::start().await;
    let house = house(address, &[]).await;
    write_and_leave(&house).await;
    let bodies = program.until("closed").await;

    let sequences: Vec<u64> = bodies.iter().map(|body| body["data"]["sequence"].as_u64().unwrap()).collect();
    let gapless: Vec<u64> = (1..=sequences.len() as u64).collect();
    assert_eq!(sequences, gapless);
    assert_eq!(bodies[0]["type"], "opened");
    let said = bodies.iter().find(|body| body["type"] == "message_posted").unwrap();
    assert_eq!(said["data"]["event"]["message"]["text"], "How long does delivery take?");
    assert!(said["timestamp"].as_str().unwrap().ends_with('Z'));

    let (headers, body) = program.heard.lock().unwrap()[0].clone();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let at = header("webhook-timestamp").parse().unwrap();
    let expected = sign(&SecretString::from(SECRET), &header("webhook-id"), at, body.as_bytes());
    assert_eq!(header("webhook-signature"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_hears_of_the_events_it_asked_for_alone() {
    let (program, address) = Program::start().await;
    let house = house(address, &["opened", "closed"]).await;
    write_and_leave(&house).await;
    let types: Vec<_> = program.until("closed").await.iter().map(|body| body["type"].clone()).collect();
    assert_eq!(types, ["opened", "closed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_while_the_program_was_away_is_told_after_a_restart() {
    let (program, address) = Program::start().await;
    program.is_away.store(true, Ordering::SeqCst);
    let house = house(address, &["opened", "closed"]).await;
    write_and_leave(&house).await;
    program.is_away.store(false, Ordering::SeqCst);
    let _house = house.restart(|settings| settings.webhooks.allow_private = vec!["127.0.0.1".into()]).await;
    let types: Vec<_> = program.until("closed").await.iter().map(|body| body["type"].clone()).collect();
    assert_eq!(types, ["opened", "closed"]);
}
