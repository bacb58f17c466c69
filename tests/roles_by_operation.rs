//! Who may do what: every operation of the API's description, tried by everybody there is: nobody,
//! people of each role, and programs with each scope. An operation that is new has to be listed here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::{Agent, House};
use tandem::auth::token;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};

/// Whom an operation is for.
#[derive(Clone, Copy, PartialEq)]
enum For {
    /// Whoever asks.
    Anybody,
    /// Whoever is known, people and programs.
    Known,
    /// People, about themselves.
    People,
    /// People who have what proves it, which these here have not: for nobody else in any case.
    Proven,
    /// Whoever may do this.
    May(Scope),
    /// The same; of people, those who see all customers, not only their own.
    MayOfAll(Scope),
}

use For::{Anybody, Known, May, MayOfAll, People, Proven};
use Scope::{
    AgentsRead, AgentsWrite, AuditRead, CustomersErase, HistoryRead, MailsRead, MailsWrite, OrganisationRead,
    OrganisationWrite, QueuesRead, QueuesWrite, SessionsRead, SessionsWrite,
};

/// Written down apart from the code that decides, on purpose.
fn operations() -> Vec<(&'static str, &'static str, For, Option<Value>)> {
    let closing = || Some(json!({ "reason": "fire" }));
    let other = || Some(json!({ "other": UNKNOWN }));
    let password = || Some(json!({ "password": "tandem-demo" }));
    vec![
        ("GET", "/v1/agents", May(AgentsRead), None),
        ("PUT", "/v1/agents/{agent}/presence", May(AgentsWrite), Some(json!({ "presence": "available" }))),
        ("GET", "/v1/audit", May(AuditRead), None),
        ("DELETE", "/v1/closing", May(QueuesWrite), None),
        ("PUT", "/v1/closing", May(QueuesWrite), closing()),
        ("POST", "/v1/customers/{customer}/erase", May(CustomersErase), None),
        ("GET", "/v1/customers/{customer}/sessions", MayOfAll(HistoryRead), None),
        ("GET", "/v1/files/{blob}", May(SessionsRead), None),
        ("POST", "/v1/login", Anybody, Some(json!({ "user": "sam", "password": "tandem-demo" }))),
        ("POST", "/v1/logout", Anybody, None),
        ("GET", "/v1/mails/parked", May(MailsRead), None),
        ("DELETE", "/v1/mails/parked/{id}", May(MailsWrite), None),
        ("GET", "/v1/mails/parked/{id}/raw", May(MailsRead), None),
        ("POST", "/v1/mails/parked/{id}/retry", May(MailsWrite), None),
        ("GET", "/v1/me", Known, None),
        ("GET", "/v1/me/logins", People, None),
        ("DELETE", "/v1/me/logins", People, None),
        ("DELETE", "/v1/me/logins/{login}", People, None),
        ("GET", "/v1/me/second-factor", People, None),
        ("POST", "/v1/me/second-factor", People, password()),
        ("POST", "/v1/me/second-factor/confirm", Proven, Some(json!({ "code": "000000" }))),
        ("POST", "/v1/me/second-factor/remove", People, password()),
        ("GET", "/v1/organisation", May(OrganisationRead), None),
        ("PUT", "/v1/organisation", May(OrganisationWrite), Some(json!({}))),
        ("GET", "/v1/people", May(OrganisationWrite), None),
        ("DELETE", "/v1/people/{person}/logins", May(OrganisationWrite), None),
        ("DELETE", "/v1/people/{person}/second-factor", May(OrganisationWrite), None),
        ("GET", "/v1/queues", May(QueuesRead), None),
        ("DELETE", "/v1/queues/{queue}/closing", May(QueuesWrite), None),
        ("PUT", "/v1/queues/{queue}/closing", May(QueuesWrite), closing()),
        ("GET", "/v1/search", May(HistoryRead), None),
        ("GET", "/v1/sessions", May(SessionsRead), None),
        ("GET", "/v1/sessions/{session}", May(SessionsRead), None),
        ("GET", "/v1/sessions/{session}/events", May(SessionsRead), None),
        (
            "POST",
            "/v1/sessions/{session}/assign",
            May(SessionsWrite),
            Some(json!({ "agent": "nobody-here" })),
        ),
        ("POST", "/v1/sessions/{session}/merge", May(SessionsWrite), other()),
        (
            "POST",
            "/v1/sessions/{session}/notes",
            May(SessionsWrite),
            Some(json!({ "id": UNKNOWN, "text": "seen" })),
        ),
        ("POST", "/v1/sessions/{session}/separate", May(SessionsWrite), other()),
        ("POST", "/v1/sessions/{session}/transfer", May(SessionsWrite), Some(json!({ "queue": "no-queue" }))),
        ("POST", "/v1/sessions/{session}/close", May(SessionsWrite), None),
        ("GET", "/v1/simulations", MayOfAll(OrganisationRead), None),
        ("POST", "/v1/simulations", MayOfAll(OrganisationRead), Some(json!({ "day": "1999-01-01" }))),
        ("POST", "/v1/tasks/{task}/age", May(SessionsWrite), Some(json!({ "waiting_since": 1 }))),
        ("POST", "/v1/tasks/{task}/callback", May(SessionsWrite), Some(json!({ "number": "+49301234567" }))),
        ("POST", "/v1/tasks/{task}/callback/failed", May(SessionsWrite), None),
        ("GET", "/v1/tasks/{task}/explanation", May(QueuesRead), None),
        ("POST", "/v1/uploads", May(SessionsWrite), None),
    ]
}

const UNKNOWN: &str = "018f0000-0000-7000-8000-000000000000";
const SCOPES: [Scope; 13] = [
    SessionsRead,
    SessionsWrite,
    HistoryRead,
    QueuesRead,
    QueuesWrite,
    AgentsRead,
    AgentsWrite,
    OrganisationRead,
    OrganisationWrite,
    AuditRead,
    CustomersErase,
    MailsRead,
    MailsWrite,
];

/// The least role for each, as `docs/security.md` says.
fn rank(scope: Scope) -> usize {
    match scope {
        SessionsRead | SessionsWrite | HistoryRead | QueuesRead | AgentsRead | OrganisationRead => 0,
        QueuesWrite | AgentsWrite | MailsRead | MailsWrite => 1,
        _ => 2,
    }
}

/// Somebody who tries.
enum Who {
    Nobody,
    /// Logged in anew for each attempt; 0 for an agent, 1 for a supervisor, 2 for an admin.
    Person(&'static str, usize),
    /// With this scope only, or none.
    Program(Option<Scope>),
}

impl Who {
    fn is_meant(&self, operation: For) -> bool {
        match (operation, self) {
            (Anybody, _) | (Known | People, Self::Person(..)) | (Known, Self::Program(_)) => true,
            (May(scope), Self::Person(_, role)) => rank(scope) <= *role,
            (MayOfAll(scope), Self::Person(_, role)) => rank(scope).max(1) <= *role,
            (May(scope) | MayOfAll(scope), Self::Program(own)) => *own == Some(scope),
            (Known | People | May(_) | MayOfAll(_), Self::Nobody) | (People, Self::Program(_)) => false,
            (Proven, _) => false,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Nobody => "nobody".into(),
            Self::Person(name, _) => (*name).into(),
            Self::Program(scope) => format!("a program with {scope:?}"),
        }
    }
}

fn key(scope: Option<Scope>) -> String {
    format!("tdm_{}", format!("{scope:?}").to_lowercase().replace(['(', ')'], "-"))
}

async fn house() -> House {
    House::open_with(|settings, organisation| {
        support::desk::cheap_logins(settings);
        settings.auth.logins_per_account_per_minute = 100_000;
        let client = |scope: Option<Scope>| ApiClient {
            id: model::Name::new(&key(scope)).unwrap(),
            name: "a program".into(),
            scopes: scope.into_iter().collect(),
            key: ApiKey::Sha256(token::hash(&key(scope))),
            agent: None,
        };
        organisation.api_clients = SCOPES.into_iter().map(Some).chain([None]).map(client).collect();
    })
    .await
}

fn csrf(cookies: &str) -> String {
    let token = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("tandem_csrf="));
    token.unwrap().to_owned()
}

async fn attempt(
    house: &House,
    who: &Who,
    session: &str,
    operation: &(&str, &str, For, Option<Value>),
) -> StatusCode {
    let (method, path, _, body) = operation;
    let path = path
        .replace("{session}", session)
        .replace("{blob}", &"0".repeat(64))
        .replace("{queue}", "support")
        .replace("{agent}", "ana")
        .replace("{person}", "nobody-here");
    let path = ["{customer}", "{task}", "{id}", "{login}"]
        .iter()
        .fold(path, |path, name| path.replace(name, UNKNOWN));
    let query = if path == "/v1/search" { "?text=tent" } else { "" };
    let dry = if *method == "PUT" && path == "/v1/organisation" { "?dry_run=true" } else { "" };
    let url = format!("{}{query}{dry}", house.url(&path));
    let mut request = reqwest::Client::new().request(Method::from_bytes(method.as_bytes()).unwrap(), url);
    match who {
        Who::Nobody => {}
        Who::Person(name, _) => {
            let cookies = Agent::log_in(house, name).await.cookies;
            let origin = format!("http://{}", house.server.address);
            request = request.header("cookie", &cookies).header("x-csrf-token", csrf(&cookies));
            request = request.header("origin", origin);
        }
        Who::Program(scope) => request = request.bearer_auth(key(*scope)),
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_open_to_whom_it_is_meant_for_and_to_nobody_else() {
    let house = house().await;
    let mut customer = house.customer().await;
    customer.say("My tent leaks.").await;
    let session = customer.until(|message| match message {
        channels::chat::wire::ChatMessage::Event { .. } => Some(()),
        _ => None,
    });
    session.await;
    let sessions = reqwest::Client::new().get(house.url("/v1/sessions")).bearer_auth(key(Some(SessionsRead)));
    let sessions: Value = sessions.send().await.unwrap().json().await.unwrap();
    let session = sessions[0]["session"].as_str().unwrap().to_owned();

    let description: Value = reqwest::get(house.url("/v1/openapi.json")).await.unwrap().json().await.unwrap();
    let described: BTreeSet<_> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let operations = operations();
    let listed: BTreeSet<_> =
        operations.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(described, listed, "each operation has to be listed with whom it is for");

    let mut everybody = vec![Who::Nobody, Who::Program(None)];
    everybody.extend(SCOPES.into_iter().map(|scope| Who::Program(Some(scope))));
    for (name, role) in [("ana", 0), ("sam", 1), ("admin", 2)] {
        everybody.push(Who::Person(name, role));
    }
    let (mut tried, mut leaks) = (0, Vec::new());
    for operation in &operations {
        for who in &everybody {
            let status = attempt(&house, who, &session, operation).await;
            tried += 1;
            let is_refused = status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN;
            if is_refused == who.is_meant(operation.2) {
                leaks.push(format!("{} {} by {}: {status}", operation.0, operation.1, who.name()));
            }
            // What is not ana's is not there for her.
            let is_of_session = operation.1.contains("{session}");
            if is_of_session && matches!(who, Who::Person("ana", ..)) && status != StatusCode::NOT_FOUND {
                leaks.push(format!("{} {} of another's session: {status}", operation.0, operation.1));
            }
        }
    }
    println!(
        "{} operations, {} who try: {tried} attempts, {} leaks",
        operations.len(),
        everybody.len(),
        leaks.len()
    );
    assert!(leaks.is_empty(), "{leaks:#?}");
}
