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
    assert_eq!(offer.context.handover_reason.as_deref(), Some("the customer asked for a person"));
    let note = offer.context.handover_note.clone().expect("the virtual agent's summary");
    let intent = offer.context.intent.clone().expect("the intent");
    for part in [intent.as_str(), "TO-441100", "How long does standard delivery take?"] {
        assert!(note.contains(part), "{part} is missing in {note:?}");
    }
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
    assert_eq!(customer.answer().await.0, "Scout", "it takes leave");
    assert_eq!(customer.answer().await, ("Ben Okafor".to_owned(), "Ben here, let me look".to_owned()));

    let target = TransferTarget::Queue { queue: ben.welcome.organisation.virtual_queue.clone().unwrap() };
    let note = Some("ask for the size".to_owned());
    ben.ask(Ask::Transfer { session: offer.session, task: offer.task, target, note }).await.unwrap();
    customer.say("Which payment methods do you take?").await;
    let (name, answer) = customer.answer().await;
    assert_eq!(name, "Scout", "the bot answers again");
    assert!(answer.contains("PayPal"), "{answer}");
}

/// Takes longer than anybody waits.
struct Dreamer;

#[async_trait::async_trait]
impl bots::VirtualAgent for Dreamer {
    async fn next(&self, _: bots::Turn) -> Result<Vec<bots::Action>, bots::VirtualAgentError> {
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_agent_that_misses_its_time_limit_goes_to_people_with_the_reason() {
    let house = House::open().await;
    let agent = house.server.engine.foundation.organisation().virtual_agents[0].id.clone();
    let limit = std::time::Duration::from_millis(200);
    let colleague =
        tandem::virtual_agents::Colleague { agent: std::sync::Arc::new(Dreamer), time_limit: limit };
    house.server.engine.virtual_agents().enrol(agent, colleague);
    let mut ben = house.agent("ben").await;
    let mut customer = house.customer().await;
    customer.say("How long does standard delivery take?").await;
    let offer = ben.offer().await;
    assert_eq!(offer.context.handover_reason.as_deref(), Some("the virtual agent took too long"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_german_customer_is_answered_in_german_by_the_bot_and_by_a_person_who_speaks_it() {
    let house = House::open().await;
    let mut chloe = house.agent("chloe").await;
    let _ana = house.agent("ana").await;
    let _ben = house.agent("ben").await;
    let mut customer = house.customer().await;
    customer.say("Wie lange dauert die Lieferung bei Ihnen normalerweise?").await;
    let (name, answer) = customer.answer().await;
    assert_eq!(name, "Scout");
    assert!(answer.contains("Werktage"), "{answer}");
    customer.say("Ich möchte bitte mit einem Menschen sprechen").await;
    let (_, leave) = customer.answer().await;
    assert!(leave.starts_with("Ich verbinde Sie"), "{leave}");
    let offer = chloe.offer().await;
    assert_eq!(offer.card.language.as_ref().map(model::Language::as_str), Some("de"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_answered_is_not_answered_again_after_handing_back() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    ana.take(&offer).await;
    let snapshot = ana.open(offer.session).await;
    ana.post(offer.session, "Here I am, and I have to leave", snapshot.sequence).await.unwrap();
    let target = TransferTarget::Queue { queue: ana.welcome.organisation.virtual_queue.clone().unwrap() };
    ana.ask(Ask::Transfer { session: offer.session, task: offer.task, target, note: None }).await.unwrap();
    // Had the bot taken "a human please" for new, it would have handed over again.
    customer.say("Which payment methods do you take?").await;
    loop {
        let (name, answer) = customer.answer().await;
        if name == "Scout" && !answer.starts_with("I am connecting you") {
            assert!(answer.contains("PayPal"), "{answer}");
            break;
        }
    }
    let state = house.server.engine.sessions().state(offer.session).await.unwrap();
    assert_eq!(state.handler().map(model::AgentId::as_str), Some("scout"), "it is still the bot's");
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
