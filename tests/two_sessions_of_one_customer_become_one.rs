//! A customer who turns out to be known goes on in one session: what they said before the site vouched
//! for them, what they said elsewhere, and the place of both. It can be undone. Nobody else at the same
//! browser sees any of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use channels::chat::wire::{ChatContent, ChatItem, ChatMessage, ChatRequest, Hello};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use model::task::TaskState;
use model::{Sequence, SessionId};
use serde_json::json;
use support::{Customer, House, mail};
use tandem::configuration::SecretRef;
use tandem::configuration::organisation::VerifiedUsers;
use tandem::console::wire::{Answer, Ask, ConsoleRefusal};

const SECRET: &str = "shared by the shop and the engine";

async fn house() -> House {
    let folder = tempfile::tempdir().unwrap().keep();
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    House::open_with(|_, organisation| {
        for site in &mut organisation.sites {
            let secret = SecretRef::File(secret.clone());
            site.verified_users = Some(VerifiedUsers { secret, issuer: None, audience: None });
        }
    })
    .await
}

/// As the shop signs it for a user who is logged in there.
fn user(id: &str) -> String {
    let claims = json!({ "sub": id, "exp": 4_000_000_000_u64 });
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

async fn arrive(house: &House, visitor: Option<&str>, user: Option<String>) -> Customer {
    let hello = Hello { visitor: visitor.map(str::to_owned), user, ..support::hello() };
    Customer::arrive_as(house, hello).await
}

async fn say(customer: &mut Customer, text: &str) {
    customer.say(text).await;
    customer.answer().await;
}

fn snapshot(message: &ChatMessage) -> Option<(SessionId, Vec<ChatItem>)> {
    match message {
        ChatMessage::Snapshot { session, items, .. } => Some((*session, items.clone())),
        _ => None,
    }
}

fn texts(items: &[ChatItem]) -> Vec<String> {
    let texts = items.iter().filter_map(|item| match &item.content {
        ChatContent::Message { from, text, .. } if *from == channels::chat::wire::Sender::Customer => {
            Some(text.clone())
        }
        _ => None,
    });
    texts.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_in_during_a_chat_goes_on_with_it() {
    let house = house().await;
    let mut customer = arrive(&house, None, None).await;
    let visitor = customer.welcome.visitor.clone();
    say(&mut customer, "How long does delivery take?").await;
    customer.close().await;

    let mut customer = arrive(&house, Some(&visitor), Some(user("u-1"))).await;
    let (_, items) = customer.until(snapshot).await;
    assert_eq!(texts(&items), ["How long does delivery take?"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_live_sessions_become_the_older_one_with_everything_said_in_both() {
    let house = house().await;
    // At the shop's till the customer is known, and has an open chat.
    let mut known = arrive(&house, None, Some(user("u-1"))).await;
    say(&mut known, "How long does delivery take?").await;
    // At home nobody knows them yet.
    let mut at_home = arrive(&house, None, None).await;
    let visitor = at_home.welcome.visitor.clone();
    say(&mut at_home, "Can I return a tent?").await;
    at_home.close().await;

    let mut at_home = arrive(&house, Some(&visitor), Some(user("u-1"))).await;
    let (session, items) = at_home.until(snapshot).await;
    assert_eq!(texts(&items), ["How long does delivery take?", "Can I return a tent?"]);
    // The other screen shows the same, without a reload.
    let (shown, items) = known.until(snapshot).await;
    assert_eq!((shown, texts(&items).len()), (session, 2));
    known.seen = at_home.seen;
    let state = house.server.engine.sessions().state(session).await.unwrap();
    assert_eq!(state.absorbed.len(), 1);

    say(&mut at_home, "And how long does delivery take to Ghent?").await;
    let open = house.server.engine.foundation.store.open_sessions(None, 10).await.unwrap();
    assert_eq!(open.len(), 2, "the absorbed one is in the log, and not written to");
    let absorbed = open.into_iter().find(|other| *other != session).unwrap();
    assert_eq!(house.server.engine.going_on(absorbed).await.unwrap(), session);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_user_of_a_browser_sees_nothing_of_the_last() {
    let house = house().await;
    let mut first = arrive(&house, None, Some(user("u-1"))).await;
    let visitor = first.welcome.visitor.clone();
    say(&mut first, "How long does delivery take?").await;
    first.close().await;
    let mut anonymous = arrive(&house, Some(&visitor), None).await;
    assert_eq!(anonymous.welcome.session, None, "logged out");
    say(&mut anonymous, "Can I return a tent?").await;
    anonymous.close().await;
    let mut first_again = arrive(&house, Some(&visitor), Some(user("u-1"))).await;
    let (_, items) = first_again.until(snapshot).await;
    assert_eq!(texts(&items).len(), 2, "they are the same person's");
    let visitor = first_again.welcome.visitor.clone();
    first_again.close().await;

    let second = arrive(&house, Some(&visitor), Some(user("u-2"))).await;
    assert_eq!(second.welcome.session, None);
    assert_ne!(second.welcome.visitor, visitor, "the browser is somebody else's now");
    let nobody = arrive(&house, Some(&visitor), None).await;
    assert_eq!(nobody.welcome.session, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_merges_two_sessions_and_parts_them_again() {
    let house = house().await;
    let mut supervisor = house.agent("sam").await;
    let mut ana = house.agent("ana").await;
    let mut sessions = Vec::new();
    for question in ["How long does delivery take?", "Can I return a tent?"] {
        let mut customer = house.customer().await;
        say(&mut customer, question).await;
        let open = house.server.engine.foundation.store.open_sessions(None, 10).await.unwrap();
        sessions.push(open.into_iter().find(|session| !sessions.contains(session)).unwrap());
    }
    let (session, other) = (sessions[0], sessions[1]);
    let refused = ana.ask(Ask::Merge { session, other }).await;
    assert_eq!(refused, Err(ConsoleRefusal::NotFound), "neither is hers");

    // In either order the older goes on.
    let merged = supervisor.ask(Ask::Merge { session: other, other: session }).await.unwrap();
    assert_eq!(merged, Answer::Merged { session });
    let snapshot = supervisor.open(session).await;
    let earlier = snapshot.earlier.iter().filter(|recorded| {
        matches!(&recorded.event, model::SessionEvent::MessagePosted { message } if message.text == "Can I return a tent?")
    });
    assert_eq!(earlier.count(), 1);
    let engine = &house.server.engine;
    assert!(engine.sessions().state(other).await.unwrap().task.is_none(), "its task went with it");
    let task = engine.sessions().state(session).await.unwrap().task.clone().unwrap();
    assert!(matches!(task.state, TaskState::Assigned { .. }));

    supervisor.ask(Ask::Separate { session, other }).await.unwrap();
    let parted = supervisor.open(session).await;
    assert_eq!(parted.earlier, []);
    assert_eq!(engine.going_on(other).await.unwrap(), other);
    assert!(parted.sequence > Sequence::START);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_merged_by_mistake_is_by_themselves_again_and_is_served() {
    let house = house().await;
    let mut supervisor = house.agent("sam").await;
    let mut one = house.customer().await;
    say(&mut one, "How long does delivery take?").await;
    let mut two = house.customer().await;
    say(&mut two, "Can I return a tent?").await;
    let mut ana = house.agent("ana").await;
    two.ask(ChatRequest::RequestPerson).await;
    let offer = ana.accept_next().await;
    let store = &house.server.engine.foundation.store;
    let open = store.open_sessions(None, 10).await.unwrap();
    let (other, session) = (offer.session, open.into_iter().find(|one| *one != offer.session).unwrap());

    let shown = async |customer: &mut Customer, of: SessionId, wanted: &[&str]| {
        let shows = |message: &ChatMessage| snapshot(message).filter(|(_, items)| texts(items) == wanted);
        assert_eq!(customer.until(shows).await.0, of);
    };
    let (first, second) = ("How long does delivery take?", "Can I return a tent?");
    supervisor.ask(Ask::Merge { session, other }).await.unwrap();
    shown(&mut one, session, &[first, second]).await;
    shown(&mut two, session, &[first, second]).await;

    supervisor.ask(Ask::Separate { session, other }).await.unwrap();
    shown(&mut one, session, &[first]).await;
    shown(&mut two, other, &[second]).await;
    // Ana had it, and has it again: at its age, with what is said from now on.
    let again = ana.accept_next().await;
    assert_eq!((again.session, again.waiting_since), (other, offer.waiting_since));
    two.say("Are you there?").await;
    let state = house.server.engine.sessions();
    mail::eventually("it is said in the own session", async || {
        (state.state(other).await.unwrap().last_text == "Are you there?").then_some(())
    })
    .await;
    // Also for who comes back later.
    let visitor = two.welcome.visitor.clone();
    let back = arrive(&house, Some(&visitor), None).await;
    assert_eq!(back.welcome.session, Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merger_cut_short_by_a_crash_is_finished_by_whoever_asks_next() {
    let house = house().await;
    let engine = &house.server.engine;
    let mut sessions = Vec::new();
    for question in ["How long does delivery take?", "Can I return a tent?"] {
        let mut customer = house.customer().await;
        say(&mut customer, question).await;
        let open = engine.foundation.store.open_sessions(None, 10).await.unwrap();
        sessions.push(open.into_iter().find(|session| !sessions.contains(session)).unwrap());
    }
    let (older, younger) = (sessions[0], sessions[1]);
    // The first half alone, as a crash leaves it.
    engine.deliver(younger, vec![model::session::Command::BeAbsorbed { into: older }]).await.unwrap();
    assert_eq!(engine.going_on(younger).await.unwrap(), older);
    assert_eq!(engine.sessions().state(older).await.unwrap().absorbed, [younger]);
    assert_eq!(engine.going_on(younger).await.unwrap(), older, "once is enough");
}
