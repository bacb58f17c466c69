//! Story 10: who comes back is offered to the agent of last time first, waits for that agent a bounded
//! time only, and not at all if the agent is logged off. Also when a virtual agent talked in between.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use channels::chat::wire::ChatRequest;
use model::{SessionEvent, TaskId};
use support::{Agent, Customer, House, desk, log};
use tandem::configuration::organisation::LastAgent;
use tandem::console::wire::Offer;

const WAIT: Duration = Duration::from_millis(1_200);

async fn open() -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 2, 1);
        let within = Duration::from_secs(86_400);
        desk::queue(organisation).last_agent = Some(LastAgent { within, wait: WAIT });
    })
    .await
}

/// A chat with `agent`, from beginning to end; answers the visitor.
async fn one_chat(house: &House, agent: &mut Agent, visitor: Option<String>) -> String {
    let mut customer = Customer::arrive(house, visitor, 0).await;
    customer.tell("hello").await;
    let offer = agent.accept_next().await;
    agent.complete(&offer).await;
    customer.close().await.0
}

/// From the task's creation to its first offer.
fn waited(house: &House, task: TaskId) -> Duration {
    let log = log::read(house.data.path());
    let at =
        |wanted: &dyn Fn(&SessionEvent) -> bool| log.iter().find(|logged| wanted(&logged.event)).unwrap().at;
    let offered = at(&|event| matches!(event, SessionEvent::TaskReserved { task: of, .. } if *of == task));
    offered.since(at(&|event| matches!(event, SessionEvent::TaskCreated { task: of, .. } if *of == task)))
}

async fn back(house: &House, visitor: &str) -> Customer {
    let mut customer = Customer::arrive(house, Some(visitor.to_owned()), 0).await;
    customer.tell("it is me again").await;
    customer
}

fn again(offer: &Offer) -> bool {
    offer.card.last_text == "it is me again"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_agent_is_first_though_another_has_been_idle_longer() {
    let house = open().await;
    let mut ana = house.agent(&desk::name(0)).await;
    let visitor = one_chat(&house, &mut ana, None).await;
    let mut ben = house.agent(&desk::name(1)).await;
    one_chat(&house, &mut ana, Some(visitor.clone())).await;
    // Ben has done nothing yet; a stranger is his.
    let mut stranger = house.customer().await;
    stranger.tell("I was never here").await;
    let of_stranger = ben.accept_next().await;
    ben.complete(&of_stranger).await;
    one_chat(&house, &mut ana, Some(visitor.clone())).await;

    let _customer = back(&house, &visitor).await;
    let offer = ana.accept_next().await;
    assert!(again(&offer) && waited(&house, offer.task) < Duration::from_millis(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_last_agent_is_waited_for_a_bounded_time() {
    let house = open().await;
    let mut ana = house.agent(&desk::name(0)).await;
    let visitor = one_chat(&house, &mut ana, None).await;
    let mut stranger = house.customer().await;
    stranger.tell("keeps ana busy").await;
    let busy = ana.accept_next().await;
    let mut ben = house.agent(&desk::name(1)).await;

    let customer = back(&house, &visitor).await;
    let offer = ben.accept_next().await;
    let time = waited(&house, offer.task);
    assert!(again(&offer) && time >= WAIT && time < WAIT + Duration::from_millis(500), "{time:?}");
    ben.complete(&offer).await;
    drop(customer);

    // It is ben now; who is free in time gets it, and this time ana frees no slot for anybody.
    let _customer = back(&house, &visitor).await;
    assert!(again(&ben.accept_next().await));
    ana.complete(&busy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_agent_who_is_logged_off_is_not_waited_for_at_all() {
    let house = open().await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut ben = house.agent(&desk::name(1)).await;
    ben.choose("busy").await;
    let visitor = one_chat(&house, &mut ana, None).await;
    ben.choose("available").await;
    ana.choose("offline").await;
    let _customer = back(&house, &visitor).await;
    let offer = ben.accept_next().await;
    assert!(again(&offer));
    let time = waited(&house, offer.task);
    assert!(time < Duration::from_millis(200), "{time:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_agent_in_between_does_not_make_it_forget_the_person() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut chloe = house.agent("chloe").await;
    ana.choose("busy").await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    assert_eq!(customer.answer().await.0, "Scout");
    customer.ask(ChatRequest::RequestPerson).await;
    let first = chloe.accept_next().await;
    chloe.complete(&first).await;
    let (visitor, _) = customer.close().await;

    ana.choose("available").await;
    // Chloé has just had one: by idleness alone it would be ana.
    let mut customer = Customer::arrive(&house, Some(visitor), 0).await;
    customer.tell("hello again").await;
    assert_eq!(customer.answer().await.0, "Scout");
    customer.ask(ChatRequest::RequestPerson).await;
    let second = chloe.accept_next().await;
    assert_ne!(first.session, second.session, "another session of the same customer");
    assert!(second.context.history.iter().any(|past| past.session == first.session), "with its history");
}
