//! Story 2: who waited longest is served first, also before a newcomer of the same moment, and at once;
//! wrap-up holds the slot until it ends.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use model::{SessionEvent, TaskId, Timestamp};
use support::log::{self, Logged, Rules};
use support::{House, desk};
use tandem::console::wire::Ask;

const RULES: Rules = Rules { chats: 1, ring: Duration::from_secs(60), reject_delay: Duration::from_secs(30) };

fn at(log: &[Logged], wanted: impl Fn(&SessionEvent) -> bool) -> Timestamp {
    log.iter().find(|logged| wanted(&logged.event)).expect("it is in the log").at
}

/// How long after `completed` was done `next` was offered, by the log.
fn gap(log: &[Logged], completed: TaskId, next: TaskId) -> Duration {
    let done =
        at(log, |event| matches!(event, SessionEvent::TaskCompleted { task, .. } if *task == completed));
    let offered = at(log, |event| matches!(event, SessionEvent::TaskReserved { task, .. } if *task == next));
    offered.since(done)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_of_the_backlog_is_offered_at_once_and_before_any_newcomer() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 2, 1);
    })
    .await;
    let (mut ana, mut ben) = (house.agent(&desk::name(0)).await, house.agent(&desk::name(1)).await);
    let mut customers = Vec::new();
    let mut arrive = async |text: String| {
        let mut customer = house.customer().await;
        customer.tell(&text).await;
        customers.push(customer);
    };
    arrive("first".into()).await;
    arrive("second".into()).await;
    let (mut in_hand, _other) = (ana.accept_next().await, ben.accept_next().await);
    for number in 0..10 {
        arrive(format!("waiting {number}")).await;
    }
    let mut gaps = Vec::new();
    for number in 0..10 {
        // A slot and a newcomer in one moment.
        let ((), ()) = tokio::join!(ana.complete(&in_hand), arrive(format!("newcomer {number}")));
        let next = ana.accept_next().await;
        assert_eq!(next.card.last_text, format!("waiting {number}"));
        gaps.push(gap(&log::read(house.data.path()), in_hand.task, next.task));
        in_hand = next;
    }
    gaps.sort();
    println!("completed to offered, by the log: {gaps:?}");
    assert!(gaps[5] <= Duration::from_millis(20), "the median is {:?}", gaps[5]);
    let count = log::judge(&log::read(house.data.path()), &RULES);
    assert_eq!((count.held, count.pending, count.over), (2, 10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrap_up_holds_the_slot_until_it_ends_or_its_limit_ends_it() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 1);
        desk::queue(organisation).wrap_up_limit = Some(Duration::from_millis(800));
    })
    .await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customers = Vec::new();
    for number in 0..3 {
        let mut customer = house.customer().await;
        customer.tell(&format!("waiting {number}")).await;
        customers.push(customer);
    }
    let first = ana.accept_next().await;
    ana.ask(Ask::WrapUp { session: first.session, task: first.task }).await.unwrap();
    let mut second = house.customer().await;
    second.tell("while she writes it up").await;
    ana.complete(&first).await;
    let next = ana.accept_next().await;
    assert_eq!(next.card.last_text, "waiting 1");
    // Nobody ends this one.
    ana.ask(Ask::WrapUp { session: next.session, task: next.task }).await.unwrap();
    let last = ana.accept_next().await;
    assert_eq!(last.card.last_text, "waiting 2");

    let log = log::read(house.data.path());
    // Wrapping tasks count as in hand: one slot is never held twice.
    log::judge(&log, &RULES);
    let wrapping =
        at(&log, |event| matches!(event, SessionEvent::TaskWrapping { task, .. } if *task == next.task));
    let offered =
        at(&log, |event| matches!(event, SessionEvent::TaskReserved { task, .. } if *task == last.task));
    let held = offered.since(wrapping);
    assert!(held >= Duration::from_millis(800) && held < Duration::from_millis(1_500), "{held:?}");
}
