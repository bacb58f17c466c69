//! Story 14, and the chat part of story 8: the virtual agent answers, the customer asks for a person,
//! the person has all that was said before accepting, hands back, and the bot answers again.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use channels::chat::wire::ChatRequest;
use model::SessionEvent;
use model::task::{TransferReason, TransferTarget};
use support::House;
use tandem::console::wire::{Ask, ConsoleMessage, ConsoleRefusal};

#[tokio::test(flavor = "multi_thread")]
async fn the_person_has_everything_before_accepting_and_can_hand_back() {
    let house = House::open().await;
    let mut ben = house.agent("ben").await;
    let mut customer = house.customer().await;

    customer.say("How long does standard delivery take? It is about order TO-441100").await;
    let (name, answer) = customer.answer().await;
    assert_eq!(name, "Scout");
    assert!(answer.contains("working days"), "{answer}");

    customer.ask(ChatRequest::RequestPerson).await;
    let offer = ben.offer().await;
    assert!(offer.context.facts.iter().any(|fact| fact.value == "TO-441100"), "{:?}", offer.context.facts);
    assert!(offer.last_messages.len() >= 2, "the last lines are there before accepting");
    assert!(!offer.why.is_empty(), "it says why");
    ben.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    ben.until(|message| match message {
        ConsoleMessage::Session(card) => Some(card.session),
        _ => None,
    })
    .await;
    let snapshot = ben.open(offer.session).await;
    assert!(snapshot.events.iter().any(|recorded| matches!(
        &recorded.event,
        SessionEvent::TaskTransferred { reason: TransferReason::CustomerRequest, .. }
    )));

    let stale = ben.post(offer.session, "too early", model::Sequence(1)).await;
    assert_eq!(stale, Err(ConsoleRefusal::Behind));
    ben.post(offer.session, "Ben here, let me look", snapshot.sequence).await.unwrap();
    assert_eq!(customer.answer().await, ("Ben Okafor".to_owned(), "Ben here, let me look".to_owned()));

    let target = TransferTarget::Queue { queue: ben.welcome.organisation.virtual_queue.clone().unwrap() };
    let note = Some("ask for the size".to_owned());
    ben.ask(Ask::Transfer { session: offer.session, task: offer.task, target, note }).await.unwrap();
    customer.say("Which payment methods do you take?").await;
    let (name, answer) = customer.answer().await;
    assert_eq!(name, "Scout", "the bot answers again");
    assert!(answer.contains("PayPal"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_accepting_is_one_assignment() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut second = support::Agent::open_console(&house, ana.cookies.clone()).await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    let same = second.offer().await;
    assert_eq!(offer.reservation, same.reservation);
    ana.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    second.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    let snapshot = second.open(offer.session).await;
    let assignments = snapshot.events.iter().filter(|recorded| {
        matches!(&recorded.event, SessionEvent::TaskAssigned { agent, .. } if agent.as_str() == "ana")
    });
    assert_eq!(assignments.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_comes_back_goes_on_without_a_gap() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut customer = house.customer().await;
    let id = customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    ana.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    let snapshot = ana.open(offer.session).await;
    ana.post(offer.session, "first", snapshot.sequence).await.unwrap();
    while customer.answer().await.1 != "first" {}
    let (visitor, seen) = customer.close().await;

    let sequence = ana.open(offer.session).await.sequence;
    ana.post(offer.session, "second", sequence).await.unwrap();
    let mut back = support::Customer::arrive(&house, Some(visitor), seen).await;
    assert!(back.welcome.resumed);
    assert_eq!(back.welcome.session, Some(offer.session));
    assert_eq!(back.answer().await.1, "second");
    // Repeated from before: once in the log, acknowledged again.
    back.say_as(id, "I want to talk to a human please").await;
    back.until(|message| matches!(message, channels::chat::wire::ChatMessage::Ack { .. }).then_some(()))
        .await;
    let log = ana.open(offer.session).await.events;
    let posted = log.iter().filter(
        |recorded| matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.id == id),
    );
    assert_eq!(posted.count(), 1);
}
