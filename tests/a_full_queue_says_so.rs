//! A queue that is full, or over for a customer, ends in the organisation's own words, in their language
//! and on their channel; that is counted apart from abandonment.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use channels::chat::wire::{self as chat, ChatContent, ChatMessage, Sender};
use model::SessionEvent;
use model::event::Author;
use model::task::CancelReason;
use support::{Customer, House, desk, log};
use tandem::configuration::organisation::{End, Organisation, Overflow, Way};
use tandem::console::wire::Ask;

const ENGLISH: &str = "We are full. Please write to us later.";
const GERMAN: &str = "Alle Plätze sind belegt.";

fn told(organisation: &mut Organisation) -> Overflow {
    let language = |name: &str| model::Language::new(name).unwrap();
    let site = &mut organisation.sites[0];
    site.languages = vec![language("en"), language("de")];
    let text = [(language("en"), ENGLISH.to_owned()), (language("de"), GERMAN.to_owned())];
    Overflow::Way(Box::new(Way { end: Some(End::Message), text: text.into(), ..Way::default() }))
}

async fn hears(customer: &mut Customer) -> String {
    customer
        .until(|message| match message {
            ChatMessage::Event { item, .. } => match &item.content {
                ChatContent::Message { from: Sender::System, text, .. } => Some(text.clone()),
                _ => None,
            },
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_the_queue_full_is_told_so_and_is_not_counted_as_abandoned() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 1);
        let told = told(organisation);
        desk::queue(organisation).most_waiting = Some(1);
        desk::queue(organisation).when_full = Some(told);
    })
    .await;
    let (mut first, mut second) = (house.customer().await, house.customer().await);
    first.tell("I wait").await;
    second.tell("so do I").await;
    assert_eq!(hears(&mut second).await, ENGLISH);

    let mut sam = house.agent("sam").await;
    sam.ask(Ask::WatchBoard).await.unwrap();
    let board = sam.board().await;
    let queue = &board.queues[0];
    assert_eq!((queue.waiting, queue.turned_away, queue.abandoned), (1, 1, 0));

    let log = log::read(house.data.path());
    let canceled = |logged: &&log::Logged| matches!(logged.event, SessionEvent::TaskCanceled { .. });
    let canceled: Vec<_> = log.iter().filter(canceled).collect();
    let [one] = &canceled[..] else { panic!("one task ended, not {}", canceled.len()) };
    assert!(matches!(one.event, SessionEvent::TaskCanceled { reason: CancelReason::TurnedAway, .. }));
    let said = log.iter().filter(|logged| {
        matches!(&logged.event, SessionEvent::MessagePosted { message } if message.author == Author::System)
    });
    assert_eq!(said.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_past_the_deadline_is_told_so_in_their_language() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 1);
        let told = told(organisation);
        desk::queue(organisation).deadline = Some(Duration::from_millis(500));
        desk::queue(organisation).overflow = Some(told);
    })
    .await;
    let german = chat::Hello { language: Some(model::Language::new("de").unwrap()), ..support::hello() };
    let mut customer = Customer::arrive_as(&house, german).await;
    customer.tell("Hallo?").await;
    assert_eq!(hears(&mut customer).await, GERMAN);
}
