//! Whatever ends a login or a key closes the sockets opened with it within five seconds, each measured;
//! and nobody else's.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use support::{Agent, House};
use tandem::configuration::organisation::{
    ApiClient, ApiKey, Organisation, Password, PersonRole, Scope, VirtualAgent, VirtualAgentKind,
};
use tandem::console::wire::{Ask, ConsoleMessage, ConsoleRefusal, ConsoleRequest};
use tandem::engine::reorganise::Trial;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const AT_MOST: Duration = Duration::from_secs(5);
const KEY: &str = "tdm_the-key-that-is-revoked";

/// Waits until the server closes the socket; answers why.
async fn closed(socket: &mut support::Client) -> Option<ConsoleRefusal> {
    let mut why = None;
    loop {
        match tokio::time::timeout(AT_MOST, socket.next()).await.expect("closed within five seconds") {
            Some(Ok(Message::Text(text))) => {
                if let ConsoleMessage::Bye { code, .. } = serde_json::from_str(&text).unwrap() {
                    why = Some(code);
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return why,
            Some(Ok(_)) => {}
        }
    }
}

/// Measures from the act's answer, or before: the act itself counts.
async fn measured(what: &str, agent: &mut Agent, wanted: ConsoleRefusal, act: impl Future<Output = ()>) {
    let begun = Instant::now();
    act.await;
    let why = closed(agent.socket()).await;
    let took = begun.elapsed();
    println!("{what}: closed after {took:?}");
    assert_eq!(why, Some(wanted), "{what}");
    assert!(took < AT_MOST, "{what} took {took:?}");
}

async fn asks(agent: &Agent, house: &House, method: reqwest::Method, path: &str) {
    let csrf = agent.cookies.split("tandem_csrf=").nth(1).unwrap().split(';').next().unwrap();
    let request = reqwest::Client::new().request(method, house.url(path));
    let request = request.header("cookie", &agent.cookies).header("x-csrf-token", csrf);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
}

async fn reorganise(house: &House, change: impl FnOnce(&mut Organisation)) {
    let mut organisation = (*house.server.engine.foundation.organisation()).clone();
    change(&mut organisation);
    house.server.engine.reorganise(organisation, None, "test", Trial::Apply).await.unwrap();
}

fn person<'o>(
    organisation: &'o mut Organisation,
    id: &str,
) -> &'o mut tandem::configuration::organisation::Person {
    organisation.agents.iter_mut().find(|person| person.id.as_str() == id).unwrap()
}

async fn still_there(agent: &mut Agent) {
    agent.ask(Ask::Ping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_closes_the_sockets_of_that_login_alone() {
    let house = House::open().await;
    let (mut here, mut there) = (house.agent("ana").await, house.agent("ana").await);
    let mut tab = Agent::open_console(&house, here.cookies.clone()).await;
    let out = Agent::open_console(&house, here.cookies.clone()).await;
    measured("logout", &mut here, ConsoleRefusal::LoggedOut, async {
        asks(&out, &house, reqwest::Method::POST, "/v1/logout").await;
    })
    .await;
    assert_eq!(closed(tab.socket()).await, Some(ConsoleRefusal::LoggedOut), "a tab of the same login");
    still_there(&mut there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_everywhere_closes_all_of_ones_sockets() {
    let house = House::open().await;
    let (here, mut there) = (house.agent("ana").await, house.agent("ana").await);
    let mut ben = house.agent("ben").await;
    measured("logout everywhere", &mut there, ConsoleRefusal::LoggedOut, async {
        asks(&here, &house, reqwest::Method::DELETE, "/v1/me/logins").await;
    })
    .await;
    still_there(&mut ben).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ends_a_login_from_the_list_and_an_admin_those_of_others() {
    let house = House::open().await;
    let (mut here, mut there) = (house.agent("ana").await, house.agent("ana").await);
    let listed = reqwest::Client::new().get(house.url("/v1/me/logins")).header("cookie", &here.cookies);
    let listed: serde_json::Value = listed.send().await.unwrap().json().await.unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2);
    let other = listed.iter().find(|login| login["current"] == false).unwrap();
    assert_eq!((&other["proof"], &other["address"]), (&"password".into(), &"127.0.0.1".into()));
    let path = format!("/v1/me/logins/{}", other["id"].as_str().unwrap());
    measured("end from the list", &mut there, ConsoleRefusal::LoggedOut, async {
        asks(&here, &house, reqwest::Method::DELETE, &path).await;
    })
    .await;
    let ben = house.agent("ben").await;
    let path = format!("/v1/me/logins/{}", listed[0]["id"].as_str().unwrap());
    let csrf = ben.cookies.split("tandem_csrf=").nth(1).unwrap();
    let not_his = reqwest::Client::new().delete(house.url(&path)).header("cookie", &ben.cookies);
    assert_eq!(not_his.header("x-csrf-token", csrf).send().await.unwrap().status(), 404);
    let admin = house.agent("admin").await;
    measured("ended by an admin", &mut here, ConsoleRefusal::LoggedOut, async {
        asks(&admin, &house, reqwest::Method::DELETE, "/v1/people/ana/logins").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_or_gets_another_password_or_role_is_cut_off() {
    let house = House::open().await;
    let (mut ana, mut ben) = (house.agent("ana").await, house.agent("ben").await);
    let (mut sam, mut chloe) = (house.agent("sam").await, house.agent("chloe").await);
    measured(
        "person removed",
        &mut ana,
        ConsoleRefusal::LoggedOut,
        reorganise(&house, |organisation| {
            organisation.agents.retain(|person| person.id.as_str() != "ana");
        }),
    )
    .await;
    measured(
        "password changed",
        &mut ben,
        ConsoleRefusal::LoggedOut,
        reorganise(&house, |organisation| {
            person(organisation, "ben").password = Some(Password::Demo("another".into()));
        }),
    )
    .await;
    sam.ask(Ask::WatchBoard).await.unwrap();
    measured(
        "role lowered",
        &mut sam,
        ConsoleRefusal::GoingAway,
        reorganise(&house, |organisation| {
            let capacity = person(organisation, "chloe").capacity;
            let sam = person(organisation, "sam");
            (sam.roles, sam.capacity) = (vec![PersonRole::Agent], capacity);
        }),
    )
    .await;
    let mut lowered = Agent::open_console(&house, sam.cookies.clone()).await;
    assert!(lowered.ask(Ask::WatchBoard).await.is_err(), "it is an agent's console now");
    still_there(&mut chloe).await;
}

type Change = fn(&mut Organisation);

fn outside(organisation: &mut Organisation) {
    let echo = VirtualAgent {
        id: "echo".parse().unwrap(),
        name: "Echo".into(),
        kind: VirtualAgentKind::External,
        facts: Vec::new(),
        ..organisation.virtual_agents[0].clone()
    };
    organisation.api_clients = vec![ApiClient {
        id: model::id::Name::new("echo").unwrap(),
        name: "Echo".into(),
        scopes: vec![Scope::Attend],
        key: ApiKey::Sha256(tandem::auth::token::hash(KEY)),
        agent: Some(echo.id.clone()),
    }];
    organisation.virtual_agents.push(echo);
}

async fn attend(house: &House) -> support::Client {
    let mut request = format!("ws://{}/console", house.server.address).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {KEY}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    support::send(&mut socket, &ConsoleRequest { request: 0, ask: Ask::Hello { version: 1 } }).await;
    let ConsoleMessage::Welcome(_) = support::receive(&mut socket).await else { panic!("no welcome") };
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_or_loses_its_scope_is_cut_off() {
    let house = House::open_with(|_, organisation| outside(organisation)).await;
    let changes: [(&str, Change); 3] = [
        ("key's scope taken", |organisation| organisation.api_clients[0].scopes = vec![Scope::QueuesRead]),
        ("key replaced", |organisation| {
            organisation.api_clients[0].key = ApiKey::Sha256(tandem::auth::token::hash("tdm_another"));
        }),
        ("key revoked", |organisation| organisation.api_clients.clear()),
    ];
    let before = house.server.engine.foundation.organisation();
    for (what, change) in changes {
        let mut socket = attend(&house).await;
        let begun = Instant::now();
        reorganise(&house, change).await;
        assert_eq!(closed(&mut socket).await, Some(ConsoleRefusal::LoggedOut), "{what}");
        println!("{what}: closed after {:?}", begun.elapsed());
        assert!(begun.elapsed() < AT_MOST);
        reorganise(&house, |organisation| *organisation = (*before).clone()).await;
    }
}
