//! Story 14: whoever has the chat or whatever was said, one click brings people; and what waits for
//! people or is in their hands stays there.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use channels::chat::wire::ChatRequest;
use model::SessionEvent;
use model::task::{TransferReason, TransferTarget};
use support::{House, log};
use tandem::console::wire::Ask;

fn transfers(house: &House) -> Vec<TransferReason> {
    let log = log::read(house.data.path());
    let reasons = log.iter().filter_map(|logged| match &logged.event {
        SessionEvent::TaskTransferred { reason, .. } => Some(*reason),
        _ => None,
    });
    reasons.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_word_is_said_during_the_bot_after_handing_back_and_after_all_is_done() {
    let house = House::open().await;
    let mut chloe = house.agent("chloe").await;
    let mut customer = house.customer().await;
    customer.ask(ChatRequest::RequestPerson).await;
    let first = chloe.accept_next().await;
    assert!(first.last_messages.is_empty(), "nothing was said yet");
    // Again, impatiently: a person has it already.
    customer.ask(ChatRequest::RequestPerson).await;
    customer.ping().await;
    assert_eq!(transfers(&house), []);

    let queue = chloe.welcome.organisation.virtual_queue.clone().unwrap();
    let target = TransferTarget::Queue { queue };
    let (session, task) = (first.session, first.task);
    chloe.ask(Ask::Transfer { session, task, target, note: None }).await.unwrap();
    customer.tell("How long does standard delivery take?").await;
    assert_eq!(customer.answer().await.0, "Scout");
    customer.ask(ChatRequest::RequestPerson).await;
    let second = chloe.accept_next().await;
    assert_eq!((second.session, second.waiting_since), (session, first.waiting_since), "at its age");
    assert_eq!(transfers(&house), [TransferReason::Agent, TransferReason::CustomerRequest]);

    // The contact is over, the session is not.
    let done = Ask::Complete { session, task: second.task, disposition: None, summary: None, close: false };
    chloe.ask(done).await.unwrap();
    customer.ask(ChatRequest::RequestPerson).await;
    let third = chloe.accept_next().await;
    assert_eq!(third.session, session);
    assert_ne!(third.task, second.task, "a new task of the same session");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_words_and_language_it_is_the_same_structured_handover() {
    let house = House::open().await;
    let mut chloe = house.agent("chloe").await;
    for words in ["can I please talk to a human", "Ich möchte bitte mit einem Menschen sprechen"] {
        let mut customer = house.customer().await;
        customer.tell(words).await;
        let offer = chloe.accept_next().await;
        assert_eq!(offer.context.handover_reason.as_deref(), Some("the customer asked for a person"));
        chloe.complete(&offer).await;
    }
    assert_eq!(transfers(&house), [TransferReason::CustomerRequest; 2]);
}
