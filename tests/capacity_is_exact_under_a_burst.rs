//! Story 1: thousands of chats come at once, and no agent ever has more than fits. Judged from the log
//! alone, by a judge who knows the rules and not the router.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use channels::chat::wire::ChatMessage;
use model::SessionEvent;
use support::log::{self, Count, Rules};
use support::{Agent, Customer, House, desk};

const CHATS: usize = 5_000;
const CONNECTIONS: usize = 64;
const AGENTS: usize = 200;

/// So many customers, each of whom says one thing and is acknowledged, from 64 connections at a time.
async fn burst(house: &Arc<House>, chats: usize) -> Duration {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let customers = (0..CONNECTIONS).map(|_| {
        let (house, next) = (house.clone(), next.clone());
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < chats {
                let mut customer = Customer::arrive(&house, None, 0).await;
                customer.say("hello").await;
                customer.until(|message| matches!(message, ChatMessage::Ack { .. }).then_some(())).await;
            }
        })
    });
    for customer in customers.collect::<Vec<_>>() {
        customer.await.unwrap();
    }
    began.elapsed()
}

async fn at_work(house: &House, agents: usize) -> Vec<Agent> {
    let mut at_work = Vec::new();
    for number in 0..agents {
        at_work.push(house.agent(&desk::name(number)).await);
    }
    at_work
}

/// The log once it says what is wanted, or the last one.
async fn log_when(house: &House, wanted: impl Fn(&[log::Logged]) -> bool) -> Vec<log::Logged> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let log = log::read(house.data.path());
        if wanted(&log) || Instant::now() > deadline {
            return log;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_chats_fill_two_hundred_agents_to_the_last_place_and_no_further() {
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, AGENTS, 3);
    })
    .await;
    let house = Arc::new(house);
    let _agents = at_work(&house, AGENTS).await;
    let took = burst(&house, CHATS).await;
    println!("{CHATS} chats from {CONNECTIONS} connections in {took:?}");

    let is_offer = |logged: &&log::Logged| matches!(logged.event, SessionEvent::TaskReserved { .. });
    let log = log_when(&house, |log| log.iter().filter(is_offer).count() >= 3 * AGENTS).await;
    let rules = Rules { chats: 3, ring: Duration::from_secs(60), reject_delay: Duration::from_secs(30) };
    let count = log::judge(&log, &rules);
    assert_eq!(count, Count { pending: CHATS - 3 * AGENTS, reserved: 3 * AGENTS, ..Count::default() });
}
