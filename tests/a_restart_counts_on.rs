//! What a restart must not change for who waits and who works: how old a task is, who counts as there, and
//! how many offers somebody has missed.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::num::NonZeroU32;
use std::time::Duration;

use model::event::PresenceCause;
use model::{QueueId, Timestamp};
use routing::{SkipWhen, Standing};
use support::{Agent, House, desk};
use tandem::configuration::organisation::{Organisation, Step};
use tandem::console::wire::{Ask, BoardFrame};

const HOUR: Duration = Duration::from_secs(3_600);

async fn open(change: impl FnOnce(&mut Organisation)) -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 1);
        change(organisation);
    })
    .await
}

/// Two steps, the first of them for an hour.
fn steps(skip_when: SkipWhen) -> Vec<Step> {
    vec![Step { holds: Some(HOUR), skip_when, ..Step::default() }, Step::default()]
}

/// The step of the only task there is, when that ends, and how many were passed over.
async fn step(house: &House) -> (u32, Option<Timestamp>, usize) {
    let engine = &house.server.engine;
    let task = engine.foundation.store.open_tasks().await.unwrap()[0].task;
    match engine.router().explain(task).await.unwrap().standing {
        Standing::Waiting { step, until, skipped, .. } => (step, until, skipped.len()),
        other => panic!("it does not wait: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_closing_that_is_over_does_not_count_towards_a_tasks_age() {
    let house = open(|organisation| desk::queue(organisation).steps = steps(SkipWhen::Never)).await;
    let mut sam = house.agent("sam").await;
    let mut customer = house.customer().await;
    customer.tell("is anybody there?").await;
    let (_, Some(before), _) = step(&house).await else { panic!("the step has no end") };
    let queue = Some(QueueId::new(desk::QUEUE).unwrap());
    let closed_for = Duration::from_millis(1_500);
    let close = Ask::CloseQueue { queue: queue.clone(), reason: "fire alarm".into(), until: None };
    sam.ask(close).await.unwrap();
    tokio::time::sleep(closed_for).await;
    sam.ask(Ask::ReopenQueue { queue }).await.unwrap();
    let (_, Some(lived), _) = step(&house).await else { panic!("the step has no end") };
    assert!(lived.since(before) >= closed_for, "its time stood still");

    let house = house.restart(desk::cheap_logins).await;
    let (number, Some(restarted), _) = step(&house).await else { panic!("the step has no end") };
    assert_eq!(number, 1);
    // Recorded a moment before or after the router was told.
    let apart = restarted.0.abs_diff(lived.0);
    assert!(apart < 500, "{apart} ms apart: {lived:?} without, {restarted:?} with a restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_for_which_nobody_was_there_is_passed_over_after_a_restart_too() {
    let house = open(|organisation| desk::queue(organisation).steps = steps(SkipWhen::NobodyAvailable)).await;
    let mut ana = house.agent(&desk::name(0)).await;
    ana.choose("break").await;
    let mut customer = house.customer().await;
    customer.tell("is anybody there?").await;
    assert_eq!(step(&house).await, (2, None, 1));
    let house = house.restart(desk::cheap_logins).await;
    assert_eq!(step(&house).await, (2, None, 1));
}

async fn unanswered(sam: &mut Agent) -> u32 {
    sam.ask(Ask::WatchBoard).await.unwrap();
    let BoardFrame { agents, .. } = sam.board().await;
    agents.iter().find(|agent| agent.agent.as_str() == desk::name(0)).unwrap().unanswered
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_offers_are_counted_on_and_those_before_a_log_out_or_an_answer_are_not() {
    let ring = Duration::from_millis(400);
    let house = open(|organisation| {
        organisation.log_out_after_misses = NonZeroU32::new(2);
        desk::queue(organisation).ring_time = desk::ring(ring);
    })
    .await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("anybody?").await;
    ana.offer().await;
    assert_eq!(ana.is_now("not_responding").await, PresenceCause::NotResponding);

    let house = house.restart(desk::cheap_logins).await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut sam = house.agent("sam").await;
    assert_eq!(unanswered(&mut sam).await, 1);
    ana.choose("available").await;
    ana.offer().await;
    assert_eq!(ana.is_now("offline").await, PresenceCause::NotResponding, "the second in a row");

    // The row ended with the log-out: the next is the first of another.
    let house = house.restart(desk::cheap_logins).await;
    let mut ana = house.agent(&desk::name(0)).await;
    ana.choose("available").await;
    ana.offer().await;
    assert_eq!(ana.is_now("not_responding").await, PresenceCause::NotResponding);
    // And an answer ends it too.
    ana.choose("available").await;
    let offer = ana.accept_next().await;
    ana.complete(&offer).await;
    let house = house.restart(desk::cheap_logins).await;
    let mut sam = house.agent("sam").await;
    assert_eq!(unanswered(&mut sam).await, 3);
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("anybody?").await;
    ana.offer().await;
    assert_eq!(ana.is_now("not_responding").await, PresenceCause::NotResponding);
    support::replayed::judge(&house).await;
}
