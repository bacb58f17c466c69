//! Rules written as expressions, over sockets: a route's `when` and a step's `where` decide by what a form,
//! a site's token or a colleague says of the customer, and the explanation names the condition.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use channels::chat::wire::Hello;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use model::{FactName, QueueId, SessionId, TaskId};
use serde_json::{Value, json};
use support::{Customer, House, desk};
use tandem::configuration::SecretRef;
use tandem::configuration::organisation::{Organisation, Queue, Step, VerifiedUsers};
use tandem::console::wire::{Answer, Ask, ExplanationView};

const SECRET: &str = "shared by the shop and the engine";
/// How long a step holds; nothing else here takes a second.
const HOLDS: Duration = Duration::from_secs(3);
const OTHER: &str = "other";

/// `agent-000` of the team south serves the desk, and `agent-001` of the team north the other queue too.
async fn house(steps: Value) -> House {
    let secret = tempfile::tempdir().unwrap().keep().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 2, 3);
        rules(organisation);
        desk::queue(organisation).steps = serde_json::from_value::<Vec<Step>>(steps).unwrap();
        for site in &mut organisation.sites {
            let secret = SecretRef::File(secret.clone());
            site.verified_users = Some(VerifiedUsers { secret, issuer: None, audience: None });
        }
        assert_eq!(organisation.flaws(), []);
    });
    house.await
}

fn rules(organisation: &mut Organisation) {
    let other = Queue { id: QueueId::new(OTHER).unwrap(), ..desk::queue(organisation).clone() };
    organisation.queues.push(other);
    organisation.attributes = serde_json::from_value(json!([
        { "id": "team", "of": "agent", "kind": "text" },
        { "id": "tier", "of": "task", "kind": "text", "from": "verified" },
        { "id": "topic", "of": "task", "kind": "text" },
    ]))
    .unwrap();
    organisation.routes = serde_json::from_value(json!([
        { "when": "task.attributes.tier == 'gold' && task.channel == 'chat'", "queue": OTHER },
        { "when": "task.attributes.topic.startsWith('bike')", "queue": OTHER },
    ]))
    .unwrap();
    for (person, team) in organisation.agents.iter_mut().skip(1).zip(["south", "north"]) {
        person.attributes = serde_json::from_value(json!({ "team": team })).unwrap();
    }
    organisation.agents[2].queues.push(QueueId::new(OTHER).unwrap());
}

fn token(claims: Value) -> Option<String> {
    let mut whole = json!({ "sub": "u-1", "exp": 4_000_000_000_u64 });
    whole.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    Some(
        encode(&Header::new(Algorithm::HS256), &whole, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap(),
    )
}

async fn arrive(house: &House, user: Option<String>, form: &[(&str, &str)]) -> Customer {
    let form = form.iter().map(|(name, answer)| ((*name).to_owned(), (*answer).to_owned())).collect();
    Customer::arrive_as(house, Hello { user, form, ..support::hello() }).await
}

/// The one session that is open, and its task.
async fn open_task(house: &House) -> (SessionId, TaskId) {
    let engine = &house.server.engine;
    let open = engine.foundation.store.open_sessions(None, 10).await.unwrap();
    let state = engine.sessions().state(open[0]).await.unwrap();
    (open[0], state.task.as_ref().unwrap().id)
}

async fn explained(house: &House, task: TaskId) -> ExplanationView {
    let mut sam = house.agent("sam").await;
    match sam.ask(Ask::Explain { task, at: None }).await.unwrap() {
        Answer::Explanation(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_site_vouches_for_as_gold_comes_to_their_queue_with_the_first_word() {
    let house = house(json!([])).await;
    let mut north = house.agent(&desk::name(1)).await;
    let mut gold = arrive(&house, token(json!({ "tier": "gold", "topic": "boats" })), &[]).await;
    gold.say("Hello").await;
    let offer = north.offer().await;
    assert_eq!(offer.queue.as_str(), OTHER);
    let state = house.server.engine.sessions().state(offer.session).await.unwrap();
    let facts: Vec<_> = state.facts.keys().map(FactName::as_str).collect();
    assert_eq!(facts, ["tier"], "only what is kept for the site's word is taken from its token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_only_says_so_is_not_gold() {
    let house = house(json!([])).await;
    let mut north = house.agent(&desk::name(1)).await;
    let mut boaster = arrive(&house, None, &[("tier", "gold")]).await;
    boaster.say("Hello").await;
    let offer = north.offer().await;
    assert_eq!(offer.queue.as_str(), desk::QUEUE);
    let state = house.server.engine.sessions().state(offer.session).await.unwrap();
    assert!(state.facts.is_empty(), "{:?}", state.facts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_form_says_counts_for_the_first_task() {
    let house = house(json!([])).await;
    let mut north = house.agent(&desk::name(1)).await;
    for (topic, queue) in [("bike repair", OTHER), ("boats", desk::QUEUE)] {
        let mut customer = arrive(&house, None, &[("topic", topic)]).await;
        customer.say("Hello").await;
        let offer = north.accept_next().await;
        assert_eq!(offer.queue.as_str(), queue, "{topic}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_waits_for_the_agent_it_describes_says_so_and_relaxes_on_time() {
    let north_only = json!({ "holds": "3s", "where": "agent.attributes.team == 'north'" });
    let house = house(json!([north_only, {}])).await;
    let mut south = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("Hello").await;
    let (_, task) = open_task(&house).await;
    let why = explained(&house, task).await;
    assert_eq!((why.step.as_deref(), why.matching_agents), (Some("1 of 2"), 1), "{why:?}");
    let said = format!("{:?} {:?}", why.asks, why.candidates);
    assert!(said.contains("agent.attributes.team == 'north'"), "{said}");
    let offer = south.offer().await;
    let waited = offer.offered_at.since(offer.waiting_since);
    assert!(waited >= HOLDS && waited < HOLDS + Duration::from_secs(1), "{waited:?}");

    let mut north = house.agent(&desk::name(1)).await;
    let mut second = house.customer().await;
    second.tell("Hello").await;
    let offer = north.offer().await;
    assert!(offer.offered_at.since(offer.waiting_since) < HOLDS, "it finds the agent of the step at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_learns_of_a_waiting_customer_counts_at_once() {
    let condition = "task.attributes.topic == 'boats' || agent.attributes.team == 'north'";
    let house = house(json!([{ "where": condition }])).await;
    let mut south = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("Hello").await;
    let (session, task) = open_task(&house).await;
    let why = explained(&house, task).await;
    assert_eq!(why.position, Some(1), "it waits: {why:?}");
    let mut sam = house.agent("sam").await;
    let (name, value) = (FactName::new("topic").unwrap(), "boats".to_owned());
    sam.ask(Ask::SetFact { session, name, value }).await.unwrap();
    assert_eq!(south.offer().await.task, task);
}
