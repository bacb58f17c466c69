//! A customer who asks for a person in one breath with the first words, before a virtual agent has
//! taken the session, is served all the same.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use channels::chat::wire::ChatRequest;
use support::House;
use tandem::console::wire::{Ask, ConsoleMessage};

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_before_the_virtual_agent_has_begun_is_offered_to_a_person() {
    let house = House::open().await;
    let mut ben = house.agent("ben").await;
    for _ in 0..20 {
        let mut customer = house.customer().await;
        customer.say("Hello there").await;
        customer.ask(ChatRequest::RequestPerson).await;
        // An offer may be over when the session has moved on; another one follows.
        let offer = loop {
            let offer = ben.offer().await;
            if ben.ask(Ask::Accept { reservation: offer.reservation }).await.is_ok() {
                break offer;
            }
        };
        let (session, task) = (offer.session, offer.task);
        ben.until(|message| match message {
            ConsoleMessage::Session(card) if card.session == session => Some(()),
            _ => None,
        })
        .await;
        let complete = Ask::Complete { session, task, disposition: None, summary: None, close: true };
        ben.ask(complete).await.unwrap();
        customer.close().await;
    }
}
