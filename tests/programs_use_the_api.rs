//! A company's own programs work over `/v1`: they read sessions and queues, steer, search, erase, and
//! change the organisation while it works; each as far as its scopes go.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{Customer, House};
use tandem::auth::token;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};
use tandem::console::wire::{Ask, ConsoleMessage};

const ALL: [Scope; 9] = [
    Scope::SessionsRead,
    Scope::SessionsWrite,
    Scope::HistoryRead,
    Scope::QueuesRead,
    Scope::AgentsRead,
    Scope::AgentsWrite,
    Scope::OrganisationRead,
    Scope::OrganisationWrite,
    Scope::CustomersErase,
];

fn client(id: &str, scopes: &[Scope]) -> ApiClient {
    ApiClient {
        id: model::Name::new(id).unwrap(),
        name: id.into(),
        scopes: scopes.to_vec(),
        key: ApiKey::Sha256(token::hash(&key(id))),
        agent: None,
    }
}

fn key(id: &str) -> String {
    format!("tdm_{id}")
}

async fn house() -> House {
    House::open_with(|_, organisation| {
        organisation.api_clients = vec![client("all", &ALL), client("none", &[])];
    })
    .await
}

async fn call(house: &House, program: &str, method: Method, path: &str, body: Option<Value>) -> Response {
    let mut request = reqwest::Client::new().request(method, house.url(path)).bearer_auth(key(program));
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

async fn get(house: &House, path: &str) -> Value {
    let response = call(house, "all", Method::GET, path, None).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.unwrap()
}

async fn post(house: &House, path: &str, body: Value) -> StatusCode {
    call(house, "all", Method::POST, path, Some(body)).await.status()
}

/// A customer whose chat waits for people, and its session.
async fn waiting(house: &House) -> (Customer, Value) {
    let mut customer = house.customer().await;
    customer.say("How long does delivery take?").await;
    customer.answer().await;
    customer.ask(channels::chat::wire::ChatRequest::RequestPerson).await;
    loop {
        let sessions = get(house, "/v1/sessions").await;
        let waits = |session: &&Value| session["task"]["state"] == "pending";
        if let Some(session) = sessions.as_array().unwrap().iter().find(waits) {
            return (customer, session.clone());
        }
        tokio::task::yield_now().await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The recording is written behind: it is there in a moment.
async fn the_past_is_explained_from_the_recording(house: &House, open: &Value, now: &Value) {
    let path = format!("/v1/tasks/{}/explanation?at={}", text(&open["task"]["task"]), now["at"]);
    let deadline = std::time::Instant::now() + support::PATIENCE;
    let then = loop {
        let response = call(house, "all", Method::GET, &path, None).await;
        if response.status() == StatusCode::OK {
            break response.json::<Value>().await.unwrap();
        }
        assert!(std::time::Instant::now() < deadline, "{}", response.status());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(then["headline"], now["headline"]);
    assert_eq!((&then["at"], &then["needs"]), (&now["at"], &now["needs"]));
    let before = format!("/v1/tasks/{}/explanation?at=1000", text(&open["task"]["task"]));
    assert_eq!(call(house, "all", Method::GET, &before, None).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_a_session_steers_it_and_finds_it_again() {
    let house = house().await;
    let (_customer, open) = waiting(&house).await;
    let session = text(&open["session"]);
    let path = |rest: &str| format!("/v1/sessions/{session}{rest}");

    let events = get(&house, &path("/events?limit=3")).await;
    let numbers: Vec<_> = events.as_array().unwrap().iter().map(|event| event["sequence"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(events[0]["event"]["type"], "opened");
    let next = get(&house, &path("/events?after=3&limit=1")).await;
    assert_eq!(next[0]["sequence"], 4);

    let explanation = get(&house, &format!("/v1/tasks/{}/explanation", text(&open["task"]["task"]))).await;
    assert!(text(&explanation["headline"]).starts_with("Waits in "), "{explanation}");
    assert_eq!((&explanation["position"], &explanation["step"]), (&json!(1), &json!("1 of 3")));
    assert!(explanation["step_until"].is_number() && explanation["asks"].is_string(), "{explanation}");
    assert!(!explanation["needs"].as_array().unwrap().is_empty(), "{explanation}");
    the_past_is_explained_from_the_recording(&house, &open, &explanation).await;
    let queue = text(&open["task"]["queue"]);
    let queues = get(&house, "/v1/queues").await;
    let shown = queues.as_array().unwrap().iter().find(|shown| shown["queue"] == queue.as_str()).unwrap();
    assert_eq!(shown["waiting"], 1);
    assert_eq!(get(&house, &format!("/v1/sessions?queue={queue}")).await.as_array().unwrap().len(), 1);
    assert_eq!(get(&house, "/v1/sessions?queue=nowhere").await, json!([]));

    let note = json!({ "id": uuid::Uuid::now_v7(), "text": "pays by invoice, cobblestone" });
    assert_eq!(post(&house, &path("/notes"), note.clone()).await, StatusCode::NO_CONTENT);
    assert_eq!(post(&house, &path("/notes"), note).await, StatusCode::NO_CONTENT, "the same note once");
    let hits = get(&house, "/v1/search?text=cobblestone").await;
    assert_eq!(hits.as_array().unwrap().len(), 1);
    assert_eq!(hits[0]["session"], session.as_str());

    assert_eq!(
        post(&house, &path("/transfer"), json!({ "queue": "nowhere" })).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(post(&house, &path("/transfer"), json!({ "queue": "billing" })).await, StatusCode::NO_CONTENT);
    assert_eq!(get(&house, &path("")).await["task"]["queue"], "billing");

    assert_eq!(post(&house, &path("/close"), json!({})).await, StatusCode::NO_CONTENT);
    assert_eq!(get(&house, &path("")).await["closed"], true);
    let customer = text(&open["customer"]);
    let past = get(&house, &format!("/v1/customers/{customer}/sessions")).await;
    assert_eq!(past[0]["session"], session.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_agents_that_a_task_rings_at_are_named_and_then_who_has_it() {
    let house = House::open_with(|_, organisation| {
        organisation.api_clients = vec![client("all", &ALL)];
        let support = organisation.queues.iter_mut().find(|queue| queue.id.as_str() == "support").unwrap();
        support.offers_at_once = 2;
    })
    .await;
    let mut ana = house.agent("ana").await;
    let mut chloe = house.agent("chloe").await;
    let mut customer = house.customer().await;
    customer.ask(channels::chat::wire::ChatRequest::RequestPerson).await;
    let offer = ana.offer().await;
    chloe.offer().await;
    let of = |agent: &str| format!("/v1/sessions?agent={agent}");
    let task = async |path: &str| get(&house, path).await[0]["task"].clone();
    let named = |task: &Value| {
        let mut named: Vec<_> = task["agents"].as_array().unwrap().iter().map(text).collect();
        named.sort_unstable();
        named
    };
    let rings = task(&of("ana")).await;
    assert_eq!(
        (text(&rings["state"]).as_str(), named(&rings)),
        ("reserved", vec!["ana".into(), "chloe".into()])
    );
    assert_eq!(task(&of("chloe")).await, rings, "found by either");

    ana.take(&offer).await;
    let has = task(&of("ana")).await;
    assert_eq!((text(&has["state"]).as_str(), named(&has)), ("assigned", vec!["ana".into()]));
    assert_eq!(get(&house, &of("chloe")).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_customer_leaves_nothing_they_said() {
    let house = house().await;
    let (_customer, open) = waiting(&house).await;
    assert!(!get(&house, "/v1/search?text=delivery").await.as_array().unwrap().is_empty());
    let path = format!("/v1/customers/{}/erase", text(&open["customer"]));
    let erased = call(&house, "all", Method::POST, &path, None).await;
    assert_eq!(erased.json::<Value>().await.unwrap(), json!({ "sessions": 1 }));
    assert_eq!(get(&house, "/v1/search?text=delivery").await, json!([]));
    let log = get(&house, &format!("/v1/sessions/{}/events", text(&open["session"]))).await;
    assert!(!log.to_string().contains("delivery take"), "{log}");
    assert_eq!(get(&house, "/v1/sessions").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_open_to_a_key_without_its_scope() {
    let house = house().await;
    let some = "0190163d-0000-7000-8000-000000000033";
    let routes = [
        (Method::GET, "/v1/sessions".to_owned()),
        (Method::GET, format!("/v1/sessions/{some}")),
        (Method::GET, format!("/v1/sessions/{some}/events")),
        (Method::POST, format!("/v1/sessions/{some}/close")),
        (Method::GET, format!("/v1/customers/{some}/sessions")),
        (Method::POST, format!("/v1/customers/{some}/erase")),
        (Method::GET, "/v1/search?text=a".to_owned()),
        (Method::GET, "/v1/queues".to_owned()),
        (Method::GET, format!("/v1/tasks/{some}/explanation")),
        (Method::GET, "/v1/agents".to_owned()),
        (Method::GET, "/v1/organisation".to_owned()),
        (Method::GET, "/v1/simulations".to_owned()),
    ];
    for (method, path) in &routes {
        let refused = call(&house, "none", method.clone(), path, None).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
        let stranger = reqwest::Client::new().request(method.clone(), house.url(path)).send().await.unwrap();
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let unknown = call(&house, "all", Method::GET, &format!("/v1/sessions/{some}"), None).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let nonsense = call(&house, "all", Method::GET, "/v1/sessions/nonsense", None).await;
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
    let note = json!({ "id": "no uuid", "text": "" });
    let path = format!("/v1/sessions/{some}/notes");
    let malformed = call(&house, "all", Method::POST, &path, Some(note)).await;
    assert!(malformed.status().is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_day_is_played_again_by_other_rules() {
    let house = house().await;
    let (_customer, _) = waiting(&house).await;
    let simulate = async |body: Value| call(&house, "all", Method::POST, "/v1/simulations", Some(body)).await;
    // The recording is written behind: it is there in a moment.
    let deadline = std::time::Instant::now() + support::PATIENCE;
    let recordings = loop {
        let recordings = get(&house, "/v1/simulations").await;
        if recordings["last_day"].is_string() {
            break recordings;
        }
        assert!(std::time::Instant::now() < deadline, "nothing is recorded");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let day = recordings["last_day"].clone();
    assert!(text(&recordings["rules"]).contains("[[queues]]"));
    let rules = "[[queues]]\nid = \"support\"\nname = \"Support\"\nselection = \"round_robin\"";
    let played = loop {
        let asked = json!({ "day": day, "replications": 3, "rules": rules });
        let response = simulate(asked).await;
        if response.status() == StatusCode::OK {
            break response.json::<Value>().await.unwrap();
        }
        assert!(std::time::Instant::now() < deadline, "{}", response.text().await.unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(played["replications"], 3);
    for rules in ["rules", "against"] {
        let offered = &played[rules]["figures"]["all"]["offered"]["mean"];
        assert!(offered.as_f64().unwrap() >= 1.0, "{played}");
    }
    assert!(played["differences"]["all"]["offered"].is_object());
    let held = house.server.engine.foundation.organisation();
    let support = held.queue(&model::QueueId::new("support").unwrap()).unwrap();
    assert_eq!(support.selection, tandem::configuration::organisation::Selection::LongestIdle, "only tried");

    let refused = async |body: Value| {
        let response = simulate(body).await;
        (response.status(), text(&response.json::<Value>().await.unwrap()["message"]))
    };
    let (status, why) =
        refused(json!({ "day": day, "rules": "[[queues]]\nid = \"x\"\nname = \"X\"\noverflow = \"y\"" }))
            .await;
    assert!(status == StatusCode::BAD_REQUEST && why.contains("no queue \"y\""), "{why}");
    let (status, why) = refused(json!({ "day": "1999-01-01" })).await;
    assert!(status == StatusCode::NOT_FOUND && why.contains("1999-01-01"), "{why}");
    assert_eq!(refused(json!({ "day": "yesterday" })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(refused(json!({ "day": day, "replications": 0 })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(refused(json!({ "day": day, "replications": 101 })).await.0, StatusCode::BAD_REQUEST);
    let none = call(&house, "none", Method::POST, "/v1/simulations", Some(json!({ "day": day }))).await;
    assert_eq!(none.status(), StatusCode::FORBIDDEN);
    let large = json!({ "day": day, "rules": "#".repeat(2_000_000) });
    assert_eq!(simulate(large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_shown_and_their_presence_is_set() {
    let house = house().await;
    let mut ana = house.agent("ana").await;
    let put = |agent: &str, presence: &str| {
        let path = format!("/v1/agents/{agent}/presence");
        let body = json!({ "presence": presence });
        let house = &house;
        async move { call(house, "all", Method::PUT, &path, Some(body)).await.status() }
    };
    assert_eq!(put("ana", "nonsense").await, StatusCode::BAD_REQUEST);
    assert_eq!(put("nobody", "break").await, StatusCode::NOT_FOUND);
    assert_eq!(put("ana", "break").await, StatusCode::NO_CONTENT);
    let told = ana
        .until(|message| match message {
            ConsoleMessage::Presence { presence, .. } => Some(presence.to_string()),
            _ => None,
        })
        .await;
    assert_eq!(told, "break");
    let agents = get(&house, "/v1/agents").await;
    let shown = agents.as_array().unwrap().iter().find(|agent| agent["agent"] == "ana").unwrap();
    assert_eq!((shown["presence"].as_str(), shown["automated"].as_bool()), (Some("break"), Some(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_changes_while_it_works_all_of_it_or_nothing() {
    let house = house().await;
    let mut ana = house.agent("ana").await;
    let response = call(&house, "all", Method::GET, "/v1/organisation", None).await;
    let version = text(&json!(response.headers()["etag"].to_str().unwrap()));
    let mut organisation: Value = response.json().await.unwrap();
    assert!(!organisation.to_string().contains("tandem-demo"), "no password is answered");

    let put = |query: &str, body: &Value| {
        let (path, body) = (format!("/v1/organisation{query}"), body.clone());
        let house = &house;
        async move { call(house, "all", Method::PUT, &path, Some(body)).await }
    };
    // A queue that nobody defines: refused, with its path.
    let mut broken = organisation.clone();
    broken["agents"][0]["queues"] = json!(["nowhere"]);
    let refused = put("", &broken).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let said: Value = refused.json().await.unwrap();
    assert!(text(&said["message"]).contains("agents[0].queues"), "{said}");

    // Somebody new, and a queue renamed.
    let agents = organisation["agents"].as_array_mut().unwrap();
    let mut newcomer = agents.iter().find(|agent| agent["id"] == "ana").unwrap().clone();
    newcomer["id"] = json!("dora");
    newcomer["name"] = json!("Dora");
    newcomer["password"] = json!({ "demo": "tandem-demo" });
    agents.push(newcomer);
    organisation["queues"][0]["name"] = json!("First line");
    let shown: Value = put("?dry_run=true", &organisation).await.json().await.unwrap();
    assert!(shown["changes"].as_array().unwrap().contains(&json!("+ agents.dora")), "{shown}");
    assert!(house.server.engine.agent(&model::AgentId::new("dora").unwrap()).is_none());
    let applied = put("", &organisation).await;
    assert_eq!(applied.status(), StatusCode::OK);
    let view = ana
        .until(|message| match message {
            ConsoleMessage::Organisation(view) => Some(view.clone()),
            _ => None,
        })
        .await;
    assert!(view.agents.iter().any(|agent| agent.name == "Dora"));
    assert!(view.queues.iter().any(|queue| queue.name == "First line"));
    let mut dora = house.agent("dora").await;
    assert_eq!(dora.welcome.presence.as_str(), "available");
    dora.ask(Ask::UnwatchBoard).await.unwrap();
    house.agent("ben").await;

    // By somebody who read an older version.
    let stale = reqwest::Client::new()
        .put(house.url("/v1/organisation"))
        .bearer_auth(key("all"))
        .header("if-match", version)
        .json(&organisation);
    assert_eq!(stale.send().await.unwrap().status(), StatusCode::PRECONDITION_FAILED);

    // Gone again: her console closes, her login is no longer one, also after a restart.
    organisation["agents"].as_array_mut().unwrap().retain(|agent| agent["id"] != "dora");
    assert_eq!(put("", &organisation).await.status(), StatusCode::OK);
    dora.until(|message| matches!(message, ConsoleMessage::Bye { .. }).then_some(())).await;
    drop((ana, dora));
    let house = house.restart(|_| {}).await;
    let organisation = house.server.engine.foundation.organisation();
    assert!(organisation.queues.iter().any(|queue| queue.name == "First line"));
    assert!(!organisation.agents.iter().any(|agent| agent.name == "Dora"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_offered_what_waits_and_a_leaver_s_work_goes_on_with_others() {
    let house = house().await;
    let (_customer, open) = waiting(&house).await;
    let queue = text(&open["task"]["queue"]);
    let mut organisation = get(&house, "/v1/organisation").await;
    let agents = organisation["agents"].as_array_mut().unwrap();
    let mut newcomer = agents.iter().find(|agent| agent["id"] == "chloe").unwrap().clone();
    newcomer["id"] = json!("dora");
    newcomer["password"] = json!({ "demo": "tandem-demo" });
    newcomer["queues"] = json!([queue]);
    agents.push(newcomer);
    let put = |body: Value| {
        let house = &house;
        async move { call(house, "all", Method::PUT, "/v1/organisation", Some(body)).await.status() }
    };
    assert_eq!(put(organisation.clone()).await, StatusCode::OK);
    let mut dora = house.agent("dora").await;
    let offer = dora.offer().await;
    dora.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    dora.until(|message| matches!(message, ConsoleMessage::Session(_)).then_some(())).await;

    organisation["agents"].as_array_mut().unwrap().retain(|agent| agent["id"] != "dora");
    assert_eq!(put(organisation).await, StatusCode::OK);
    let mut chloe = house.agent("chloe").await;
    assert_eq!(chloe.offer().await.session, offer.session);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_route_is_there() {
    let house = house().await;
    let description = get(&house, "/v1/openapi.json").await;
    let paths = description["paths"].as_object().unwrap();
    for path in ["/v1/login", "/v1/uploads", "/v1/files/{blob}", "/v1/sessions", "/v1/organisation"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let response = reqwest::Client::new().request(method, house.url(path)).send().await.unwrap();
            assert!(!matches!(response.status().as_u16(), 404 | 405), "{path}: {}", response.status());
        }
    }
}

/// `TANDEM_WRITE_DOCS=1` writes the file anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_in_the_documents_is_the_one_served() {
    let house = house().await;
    let served = get(&house, "/v1/openapi.json").await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("TANDEM_WRITE_DOCS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(written, served, "write it anew with TANDEM_WRITE_DOCS=1");
}
