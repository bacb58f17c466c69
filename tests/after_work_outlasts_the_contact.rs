//! A customer ends the chat: the person they spoke with still has their after-work, with its slot and
//! its disposition, also over a restart. Who writes again meanwhile is not forgotten.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use channels::chat::wire::ChatRequest;
use model::task::TaskState;
use model::{Disposition, SessionEvent, SessionId, TaskId};
use support::{Agent, Customer, House};
use tandem::console::wire::{Ask, ConsoleMessage, SessionCard};

/// A customer who speaks with ben.
async fn conversation(house: &House, ben: &mut Agent) -> (Customer, SessionId, TaskId) {
    let mut customer = house.customer().await;
    customer.say("How long does delivery take?").await;
    customer.answer().await;
    customer.ask(ChatRequest::RequestPerson).await;
    let offer = ben.offer().await;
    ben.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    card(ben, |card| matches!(&card.task, Some(task) if matches!(task.state, TaskState::Assigned { .. })))
        .await;
    (customer, offer.session, offer.task)
}

/// A card of this agent that is as wanted.
async fn card(agent: &mut Agent, wanted: impl Fn(&SessionCard) -> bool) -> SessionCard {
    agent
        .until(|message| match message {
            ConsoleMessage::Session(card) if wanted(card) => Some((**card).clone()),
            _ => None,
        })
        .await
}

fn wraps_up(card: &SessionCard) -> bool {
    matches!(&card.task, Some(task) if matches!(task.state, TaskState::Wrapping { .. }))
}

fn done(session: SessionId, task: TaskId) -> Ask {
    let disposition = Some(Disposition::new("resolved").unwrap());
    Ask::Complete { session, task, disposition, summary: Some("said when".into()), close: true }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_spoke_with_the_customer_says_how_it_ended_also_after_a_restart() {
    let house = House::open().await;
    let mut ben = house.agent("ben").await;
    let (mut customer, session, task) = conversation(&house, &mut ben).await;
    customer.ask(ChatRequest::End).await;
    let shown = card(&mut ben, wraps_up).await;
    assert!(shown.closed, "the contact is over");
    drop((ben, customer));

    let house = house.restart(|_| {}).await;
    let mut ben = house.agent("ben").await;
    assert!(ben.welcome.sessions.iter().any(|card| card.session == session && wraps_up(card)));
    ben.ask(done(session, task)).await.unwrap();
    ben.until(|message| matches!(message, ConsoleMessage::SessionGone { .. }).then_some(())).await;
    let log =
        house.server.engine.foundation.store.load_session(session, model::Sequence(0), 500).await.unwrap();
    let ended = log.iter().find_map(|recorded| match &recorded.event {
        SessionEvent::TaskCompleted { disposition, .. } => disposition.clone(),
        _ => None,
    });
    assert_eq!(ended.unwrap().as_str(), "resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_again_during_after_work_gets_somebody_once_it_is_done() {
    let house = House::open().await;
    let mut ben = house.agent("ben").await;
    let (mut customer, session, task) = conversation(&house, &mut ben).await;
    customer.ask(ChatRequest::End).await;
    card(&mut ben, wraps_up).await;
    customer.say("One more thing: where is my parcel?").await;
    card(&mut ben, |card| !card.closed).await;
    let Ask::Complete { disposition, summary, .. } = done(session, task) else { unreachable!() };
    ben.ask(Ask::Complete { session, task, disposition, summary, close: false }).await.unwrap();
    let again = ben.offer().await;
    assert_eq!(again.session, session);
    assert_ne!(again.task, task);
}
