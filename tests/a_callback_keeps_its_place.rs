//! Story 9: a customer who chooses to be called back keeps the place, need not stay, and is no abandonment;
//! attempts are honoured, also after a restart.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use channels::chat::wire::{ChatContent, ChatMessage, ChatRequest};
use model::task::CancelReason;
use model::{Channel, SessionEvent};
use reqwest::StatusCode;
use serde_json::json;
use support::{Customer, House, desk, log};
use tandem::auth::token;
use tandem::configuration::organisation::{ApiClient, ApiKey, End, Organisation, Overflow, Scope, Way};
use tandem::console::wire::Ask;

const NUMBER: &str = "+49 30 1234567";
const QUESTION: &str = "Shall we call you?";

/// One agent for one chat and one call; who waits for long is asked whether to be called back.
fn change(organisation: &mut Organisation, deadline: Option<Duration>, attempts: u8) {
    desk::desk(organisation, 1, 1);
    let agent = organisation.agents.iter_mut().find(|person| person.id.as_str() != "sam").unwrap();
    agent.capacity.voice = 1;
    let text = [(model::Language::new("en").unwrap(), QUESTION.to_owned())].into();
    let way = Way {
        end: Some(End::Callback),
        text,
        attempts: Some(attempts),
        interval: Some(Duration::from_secs(3_600)),
        ..Way::default()
    };
    desk::queue(organisation).deadline = deadline;
    desk::queue(organisation).overflow = Some(Overflow::Way(Box::new(way)));
    organisation.api_clients = vec![ApiClient {
        id: model::Name::new("crm").unwrap(),
        name: "CRM".into(),
        scopes: vec![Scope::SessionsWrite, Scope::SessionsRead],
        key: ApiKey::Sha256(token::hash("tdm_crm")),
        agent: None,
    }];
}

async fn open(deadline: Option<Duration>, attempts: u8) -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        change(organisation, deadline, attempts);
    })
    .await
}

async fn sees<T>(customer: &mut Customer, mut wanted: impl FnMut(&ChatContent) -> Option<T>) -> T {
    customer
        .until(|message| match message {
            ChatMessage::Event { item, .. } => wanted(&item.content),
            _ => None,
        })
        .await
}

async fn is_asked(customer: &mut Customer) -> String {
    sees(customer, |content| match content {
        ChatContent::CallbackOffered { text, .. } => Some(text.clone()),
        _ => None,
    })
    .await
}

async fn is_to_be_called(customer: &mut Customer) -> String {
    sees(customer, |content| match content {
        ChatContent::CallbackChosen { number, .. } => Some(number.clone()),
        _ => None,
    })
    .await
}

async fn post(house: &House, path: &str, body: serde_json::Value) -> (StatusCode, String) {
    let request = reqwest::Client::new().post(house.url(path)).bearer_auth("tdm_crm").json(&body);
    let response = request.send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

fn canceled(house: &House) -> Vec<CancelReason> {
    let reason = |logged: log::Logged| match logged.event {
        SessionEvent::TaskCanceled { reason, .. } => Some(reason),
        _ => None,
    };
    log::read(house.data.path()).into_iter().filter_map(reason).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_asked_chooses_leaves_and_is_called_before_who_came_later() {
    let house = open(Some(Duration::from_millis(300)), 1).await;
    let mut first = house.customer().await;
    first.tell("my tent leaks").await;
    assert_eq!(is_asked(&mut first).await, QUESTION);
    let mut second = house.customer().await;
    second.tell("mine too").await;
    is_asked(&mut second).await;
    second.ask(ChatRequest::ChooseCallback { number: "+49 30 7654321".into() }).await;
    is_to_be_called(&mut second).await;
    first.ask(ChatRequest::ChooseCallback { number: NUMBER.into() }).await;
    assert_eq!(is_to_be_called(&mut first).await, "+49301234567");
    first.ask(ChatRequest::End).await;

    // One call at a time: the place counts, not who chose first.
    let mut ana = house.agent(&desk::name(0)).await;
    let call = ana.offer().await;
    assert_eq!(call.channel, Channel::Voice);
    let to_call = call.card.task.as_ref().unwrap().call_back.clone().unwrap();
    assert_eq!((to_call.number.as_str(), to_call.attempts_left), ("+49301234567", 1));
    ana.ask(Ask::Accept { reservation: call.reservation }).await.unwrap();
    ana.has(&call).await;
    ana.ask(Ask::CallFailed { session: call.session, task: call.task }).await.unwrap();
    support::mail::eventually("the last call is over", async || {
        (canceled(&house) == [CancelReason::NotReached]).then_some(())
    })
    .await;
    let next = ana.offer().await;
    assert!(next.waiting_since > call.waiting_since, "then who came later");
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_for_a_callback_and_what_needs_the_voice_channel_is_refused() {
    let house = open(None, 2).await;
    let mut customer = house.customer().await;
    customer.tell("my tent leaks").await;
    let task = log::read(house.data.path()).into_iter().find_map(|logged| match logged.event {
        SessionEvent::TaskCreated { task, .. } => Some(task),
        _ => None,
    });
    let task = task.unwrap();
    let path = format!("/v1/tasks/{task}/callback");
    let refused = |(status, text): (StatusCode, String), wanted: StatusCode, reason: &str| {
        assert_eq!(status, wanted, "{text}");
        assert!(text.contains(reason), "{text}");
    };
    let customer_first = json!({ "number": NUMBER, "mode": "customer_first" });
    refused(post(&house, &path, customer_first).await, StatusCode::CONFLICT, "needs the voice channel");
    let badly = json!({ "number": "030 1234567" });
    refused(post(&house, &path, badly).await, StatusCode::BAD_REQUEST, "no number");
    let never = json!({ "number": NUMBER, "attempts": 0 });
    refused(post(&house, &path, never).await, StatusCode::BAD_REQUEST, "one call");
    let failed = format!("{path}/failed");
    refused(post(&house, &failed, json!({})).await, StatusCode::CONFLICT, "nobody has the task");

    let (status, text) = post(&house, &path, json!({ "number": NUMBER, "attempts": 2 })).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{text}");
    assert_eq!(is_to_be_called(&mut customer).await, "+49301234567");

    let mut ana = house.agent(&desk::name(0)).await;
    let call = ana.offer().await;
    ana.ask(Ask::Accept { reservation: call.reservation }).await.unwrap();
    ana.has(&call).await;
    let (status, text) = post(&house, &failed, json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{text}");
    let age = format!("/v1/tasks/{task}/age");
    assert_eq!(
        post(&house, &age, json!({ "waiting_since": 1_700_000_000_000_i64 })).await.0,
        StatusCode::NO_CONTENT
    );
    let future = json!({ "waiting_since": 9_700_000_000_000_i64 });
    assert_eq!(post(&house, &age, future).await.0, StatusCode::BAD_REQUEST);
    ana.close().await;

    let house = house.restart(|_| {}).await;
    let waits = |house: &House| {
        let router = house.server.engine.router().clone();
        async move { router.explain(task).await.unwrap() }
    };
    let standing = waits(&house).await;
    let routing::Standing::Scheduled { attempts, not_before } = standing.standing else {
        panic!("it is tried again later: {standing:?}")
    };
    assert_eq!(attempts, Some(1));
    assert!(not_before > model::Timestamp(1_700_000_000_000));
    assert_eq!(standing.waiting_since, model::Timestamp(1_700_000_000_000), "its other age");
    assert_eq!(canceled(&house), []);
    support::replayed::judge(&house).await;
}
