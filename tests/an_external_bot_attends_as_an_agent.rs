//! A program in another process attends as a virtual agent over the documented protocol, with a key:
//! the very example of the documents, run by Node. And one that does not answer loses the session.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use model::SessionEvent;
use model::task::TransferReason;
use support::House;
use tandem::configuration::organisation::{
    ApiClient, ApiKey, Organisation, Scope, VirtualAgent, VirtualAgentKind,
};
use tokio::process::{Child, Command};

const KEY: &str = "tdm_the-echo-agent-of-the-tests";

/// The example's own virtual agent is replaced by one from outside.
fn outside(organisation: &mut Organisation, limit: Duration) {
    let echo = VirtualAgent {
        id: "echo".parse().unwrap(),
        name: "Echo".into(),
        kind: VirtualAgentKind::External,
        facts: Vec::new(),
        answer_time_limit: limit,
        ..organisation.virtual_agents[0].clone()
    };
    organisation.api_clients = vec![ApiClient {
        id: model::id::Name::new("echo").unwrap(),
        name: "Echo".into(),
        scopes: vec![Scope::Attend],
        key: ApiKey::Sha256(tandem::auth::token::hash(KEY)),
        agent: Some(echo.id.clone()),
    }];
    organisation.virtual_agents = vec![echo];
}

async fn start(house: &House, script: &str) -> Child {
    let version = Command::new("node").arg("--version").output().await.expect("node is installed");
    let version = String::from_utf8(version.stdout).unwrap();
    let major: u32 = version.trim_start_matches('v').split('.').next().unwrap().parse().unwrap();
    let mut node = Command::new("node");
    if major < 22 {
        node.arg("--experimental-websocket");
    }
    node.arg("--no-warnings").arg("--input-type=module").arg("--eval").arg(script);
    node.env("TANDEM", format!("ws://{}/console", house.server.address));
    node.env("KEY", KEY).env("PEOPLE", "support").stdin(Stdio::null()).kill_on_drop(true);
    node.spawn().unwrap()
}

fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/echo_agent.mjs");
    let script = std::fs::read_to_string(path).unwrap();
    assert!(script.lines().count() <= 50, "an example is read in one go");
    script
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_example_takes_a_chat_answers_and_hands_over() {
    let house = House::open_with(|_, organisation| outside(organisation, Duration::from_secs(20))).await;
    let mut ana = house.agent("ana").await;
    let _echo = start(&house, &example()).await;
    let mut customer = house.customer().await;
    customer.say("hello out there").await;
    assert_eq!(customer.answer().await, ("Echo".to_owned(), "You said: hello out there".to_owned()));
    customer.say("and again").await;
    assert_eq!(customer.answer().await.1, "You said: and again");
    customer.say("I want a person").await;
    let offer = ana.offer().await;
    assert_eq!(offer.context.handover_note.as_deref(), Some("Wants a person: I want a person"));
    ana.take(&offer).await;
    let snapshot = ana.open(offer.session).await;
    ana.post(offer.session, "Ana here", snapshot.sequence).await.unwrap();
    assert_eq!(customer.answer().await, ("Ana Silva".to_owned(), "Ana here".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_answer_in_its_time_loses_the_session_with_the_reason() {
    let limit = Duration::from_millis(300);
    let house = House::open_with(|_, organisation| outside(organisation, limit)).await;
    let mut ana = house.agent("ana").await;
    let silent = example().replace("ask(\"post\"", "void (\"post\"");
    let _echo = start(&house, &silent).await;
    let mut customer = house.customer().await;
    customer.say("How long does standard delivery take?").await;
    let offer = ana.offer().await;
    assert_eq!(offer.context.handover_reason.as_deref(), Some("the virtual agent took too long"));
    ana.take(&offer).await;
    let transfers = ana.open(offer.session).await.events;
    let transfers: Vec<_> = transfers
        .iter()
        .filter_map(|recorded| match &recorded.event {
            SessionEvent::TaskTransferred { reason, from, .. } => Some((*reason, from.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(transfers, [(TransferReason::TimeLimit, Some("echo".parse().unwrap()))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_scope_attends_nothing() {
    let house = House::open_with(|_, organisation| {
        outside(organisation, Duration::from_secs(20));
        organisation.api_clients[0].scopes = vec![Scope::QueuesRead];
    })
    .await;
    let mut echo = start(&house, &example()).await;
    let ended = tokio::time::timeout(support::PATIENCE, echo.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(1), "it is shown the door");
}
