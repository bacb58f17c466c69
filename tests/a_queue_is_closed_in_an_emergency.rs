//! A supervisor or a program closes a queue, or all, whatever the hours say, with a reason; who waits goes on
//! waiting, and it is still so after a restart and after a new version of the organisation.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use channels::chat::wire::{ChatMessage, ClosedFor};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Agent, Customer, House, desk};
use tandem::auth::token;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};
use tandem::console::wire::{Ask, ConsoleRefusal};

async fn open() -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 1);
        let client = |id: &str, scopes: &[Scope]| ApiClient {
            id: model::Name::new(id).unwrap(),
            name: id.into(),
            scopes: scopes.to_vec(),
            key: ApiKey::Sha256(token::hash(&format!("tdm_{id}"))),
            agent: None,
        };
        let all = [Scope::QueuesRead, Scope::QueuesWrite, Scope::OrganisationRead, Scope::OrganisationWrite];
        organisation.api_clients = vec![client("alarm", &all), client("reader", &[Scope::QueuesRead])];
    })
    .await
}

async fn call(
    house: &House,
    key: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let request = reqwest::Client::new().request(method, house.url(path)).bearer_auth(format!("tdm_{key}"));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

async fn put(house: &House, key: &str, path: &str, body: Value) -> StatusCode {
    call(house, key, Method::PUT, path, Some(body)).await.0
}

/// Whether the desk is open, and why not.
async fn standing(house: &House) -> (bool, Value) {
    let (_, queues) = call(house, "reader", Method::GET, "/v1/queues", None).await;
    (queues[0]["open"].as_bool().unwrap(), queues[0]["closing"].clone())
}

async fn rings(agent: &mut Agent) {
    let offer = agent.offer().await;
    agent.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_closes_a_queue_and_opens_it_again() {
    let house = open().await;
    let mut sam = house.agent("sam").await;
    let mut ana = house.agent(&desk::name(0)).await;
    let queue = Some(model::QueueId::new(desk::QUEUE).unwrap());
    let close = |reason: &str| Ask::CloseQueue { queue: queue.clone(), reason: reason.into(), until: None };
    let forbidden = ana.ask(close("lunch")).await.unwrap_err();
    assert_eq!(forbidden, ConsoleRefusal::Forbidden);
    assert_eq!(sam.ask(close(" ")).await.unwrap_err(), ConsoleRefusal::NotNow);
    sam.ask(close("fire alarm")).await.unwrap();
    assert_eq!(standing(&house).await, (false, json!("fire alarm")));

    let mut customer = house.customer().await;
    customer.tell("is anybody there?").await;
    // What is acknowledged is recorded; the router hears of it in a moment.
    let deadline = std::time::Instant::now() + support::PATIENCE;
    while sam.board().await.queues[0].waiting != 1 {
        assert!(std::time::Instant::now() < deadline, "it waits");
    }
    sam.ask(Ask::ReopenQueue { queue: queue.clone() }).await.unwrap();
    rings(&mut ana).await;
    assert_eq!(standing(&house).await, (true, Value::Null));
    assert_eq!(sam.ask(Ask::ReopenQueue { queue }).await.unwrap_err(), ConsoleRefusal::NotNow);
}

/// What a waiting customer is told of the closing: none while the queue is open.
async fn told(customer: &mut Customer) -> Option<ClosedFor> {
    customer
        .until(|message| match message {
            ChatMessage::Place { closed, .. } => Some(*closed),
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_told_that_it_is_closed_and_until_when() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 0, 1);
        // So that the place is told often.
        settings.chat.silence = std::time::Duration::from_secs(2);
    })
    .await;
    let mut sam = house.agent("sam").await;
    let mut customer = house.customer().await;
    assert!(customer.welcome.site.open);
    customer.tell("is anybody there?").await;
    assert_eq!(told(&mut customer).await, None);
    let until = model::Timestamp(house.server.engine.foundation.now().0 + 3_600_000);
    let close = |until| Ask::CloseQueue { queue: None, reason: "fire alarm".into(), until };
    sam.ask(close(Some(until))).await.unwrap();
    assert_eq!(told(&mut customer).await, Some(ClosedFor { until: Some(until) }));
    sam.ask(close(None)).await.unwrap();
    assert_eq!(told(&mut customer).await, Some(ClosedFor { until: None }));
    assert!(!house.customer().await.welcome.site.open, "who comes now is told at once");
    sam.ask(Ask::ReopenQueue { queue: None }).await.unwrap();
    assert_eq!(told(&mut customer).await, None);
    assert!(house.customer().await.welcome.site.open);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_has_closed_stays_closed_over_a_restart_and_a_new_version() {
    let house = open().await;
    let closing = json!({ "reason": "storm" });
    assert_eq!(put(&house, "reader", "/v1/closing", closing.clone()).await, StatusCode::FORBIDDEN);
    let nowhere = put(&house, "alarm", "/v1/queues/nowhere/closing", closing.clone()).await;
    assert_eq!(nowhere, StatusCode::NOT_FOUND);
    let past = json!({ "reason": "storm", "until": 1 });
    assert_eq!(put(&house, "alarm", "/v1/closing", past).await, StatusCode::BAD_REQUEST);
    assert_eq!(put(&house, "alarm", "/v1/closing", closing).await, StatusCode::NO_CONTENT);
    assert_eq!(standing(&house).await, (false, json!("storm")));

    let (_, mut organisation) = call(&house, "alarm", Method::GET, "/v1/organisation", None).await;
    organisation["name"] = json!("Another name");
    let (status, answer) = call(&house, "alarm", Method::PUT, "/v1/organisation", Some(organisation)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(standing(&house).await, (false, json!("storm")));

    let house = house.restart(|_| {}).await;
    assert_eq!(standing(&house).await, (false, json!("storm")));
    assert_eq!(house.server.engine.foundation.organisation().name, "Another name");
    let mut customer = house.customer().await;
    customer.tell("is anybody there?").await;
    let mut ana = house.agent(&desk::name(0)).await;
    let opened = call(&house, "alarm", Method::DELETE, "/v1/closing", None).await;
    assert_eq!(opened.0, StatusCode::NO_CONTENT);
    rings(&mut ana).await;
    assert_eq!(call(&house, "alarm", Method::DELETE, "/v1/closing", None).await.0, StatusCode::CONFLICT);
}
