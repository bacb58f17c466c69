//! Story 1: thousands of chats come at once, and no agent ever has more than fits. Judged from the log
//! alone, by a judge who knows the rules and not the router.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use channels::chat::wire::ChatMessage;
use model::task::TransferTarget;
use model::{AgentId, SessionEvent};
use support::log::{self, Count, Rules};
use support::{Agent, Customer, House, desk, replayed};
use tandem::console::wire::{Ask, ConsoleMessage, Offer};

const CHATS: usize = 5_000;
const CONNECTIONS: usize = 64;
const AGENTS: usize = 200;

/// Both tests want the machine for themselves.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// So many customers, each of whom says one thing and is acknowledged, from so many connections at a
/// time.
async fn burst(house: &Arc<House>, chats: usize, connections: usize) -> Duration {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let customers = (0..connections).map(|_| {
        let (house, next) = (house.clone(), next.clone());
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < chats {
                let mut customer = Customer::arrive(&*house, None, 0).await;
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
    let _alone = ONE_AT_A_TIME.lock().await;
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, AGENTS, 3);
    })
    .await;
    let house = Arc::new(house);
    let _agents = at_work(&house, AGENTS).await;
    let took = burst(&house, CHATS, CONNECTIONS).await;
    println!("{CHATS} chats from {CONNECTIONS} connections in {took:?}");

    let is_offer = |logged: &&log::Logged| matches!(logged.event, SessionEvent::TaskReserved { .. });
    let log = log_when(&house, |log| log.iter().filter(is_offer).count() >= 3 * AGENTS).await;
    let rules = Rules { chats: 3, ring: Duration::from_secs(60), reject_delay: Duration::from_secs(30) };
    let count = log::judge(&log, &rules);
    assert_eq!(count, Count { pending: CHATS - 3 * AGENTS, reserved: 3 * AGENTS, ..Count::default() });
}

/// What an agent does with what comes, by a die whose seed is printed.
struct Whims(u64);

impl Whims {
    /// The next number under `sides`: xorshift is random enough.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Accepts, rejects, ignores, transfers, wraps up and completes at random until `until`.
async fn work(mut agent: Agent, mut whims: Whims, until: Instant) {
    let mut in_hand: Vec<(Instant, std::sync::Arc<Offer>)> = Vec::new();
    while Instant::now() < until {
        let due = in_hand.iter().map(|(due, _)| *due).min().unwrap_or(until).min(until);
        let next = tokio::time::timeout_at(due.into(), agent.next()).await;
        match next {
            Ok(ConsoleMessage::Offer(offer)) => match whims.roll(10) {
                0..6 => {
                    // Too late is an answer too: what is not in hand cannot be completed.
                    drop(agent.ask(Ask::Accept { reservation: offer.reservation }).await);
                    let held = Duration::from_millis(100 + whims.roll(700));
                    in_hand.push((Instant::now() + held, offer));
                }
                6..8 => drop(agent.ask(Ask::Reject { reservation: offer.reservation, reason: None }).await),
                _ => {}
            },
            Ok(ConsoleMessage::Presence { presence, .. }) if presence.as_str() == "not_responding" => {
                agent.choose("available").await;
            }
            Ok(_) => {}
            Err(_) => {
                let now = Instant::now();
                let over = in_hand.iter().position(|(due, _)| *due <= now);
                let Some((_, offer)) = over.map(|position| in_hand.swap_remove(position)) else { continue };
                let (session, task) = (offer.session, offer.task);
                match whims.roll(10) {
                    0..2 => {
                        let target = TransferTarget::Queue { queue: offer.queue.clone() };
                        drop(agent.ask(Ask::Transfer { session, task, target, note: None }).await);
                    }
                    kind => {
                        if kind > 5 {
                            drop(agent.ask(Ask::WrapUp { session, task }).await);
                        }
                        let close = true;
                        let ask = Ask::Complete { session, task, disposition: None, summary: None, close };
                        drop(agent.ask(ask).await);
                    }
                }
            }
        }
    }
}

/// The story's ten minutes, scaled down: rings of 400 ms instead of 20 s make twelve seconds of them as
/// eventful.
#[tokio::test(flavor = "multi_thread")]
async fn random_answers_for_a_while_break_no_rule_and_leave_no_offer_ringing() {
    const PEOPLE: usize = 40;
    const RING: Duration = Duration::from_millis(400);
    const REJECT_DELAY: Duration = Duration::from_millis(500);
    let _alone = ONE_AT_A_TIME.lock().await;
    let house = House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, PEOPLE, 3);
        let queue = desk::queue(organisation);
        (queue.ring_time, queue.reject_delay) = (desk::ring(RING), REJECT_DELAY);
    })
    .await;
    let house = Arc::new(house);
    let seed = u64::from(std::process::id()) << 20 | 1;
    println!("seed {seed}");
    let until = Instant::now() + Duration::from_secs(12);
    let mut people = Vec::new();
    for (number, agent) in at_work(&house, PEOPLE).await.into_iter().enumerate() {
        people.push(tokio::spawn(work(agent, Whims(seed + number as u64), until)));
    }
    burst(&house, 600, 4).await;
    for person in people {
        person.await.unwrap();
    }

    let log = log::read(house.data.path());
    let rules = Rules { chats: 3, ring: RING, reject_delay: REJECT_DELAY };
    let count = log::judge(&log, &rules);
    println!("{count:?}");
    assert!(count.accepted > 300 && count.rejected > 50 && count.rang_out > 50, "something happened");
    // Nobody answers any more: what rang has rung out, by the clock.
    tokio::time::sleep(RING + Duration::from_secs(1)).await;
    let log = log::read(house.data.path());
    log::judge(&log, &rules);
    let offered: std::collections::BTreeSet<&AgentId> = log
        .iter()
        .filter_map(|logged| match &logged.event {
            SessionEvent::TaskReserved { agent, .. } => Some(agent),
            _ => None,
        })
        .collect();
    assert_eq!(offered.len(), PEOPLE, "everybody was asked");
    replayed::judge(&house).await;
}
