//! Story 5: an offer that rings out (RONA) goes on at its place, at once, and is the agent's affair, not
//! the customer's; a rejection is something else.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use model::event::PresenceCause;
use model::task::ReservationEnd;
use model::{AgentId, SessionEvent, TaskId, Timestamp};
use support::log::{self, Logged, Rules};
use support::{Agent, House, desk};
use tandem::console::wire::{Ask, ConsoleMessage, Offer, OfferOutcome};

const RING: Duration = Duration::from_millis(700);
const REJECT_DELAY: Duration = Duration::from_millis(900);

async fn open(agents: usize, chats: u16) -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, agents, chats);
        desk::queue(organisation).ring_time = desk::ring(RING);
        desk::queue(organisation).reject_delay = REJECT_DELAY;
    })
    .await
}

fn rules(chats: usize) -> Rules {
    Rules { chats, ring: RING, reject_delay: REJECT_DELAY }
}

/// The first of two consoles at which the next offer rings, and the other.
async fn rings_at(mut one: Agent, mut other: Agent) -> (Agent, Offer, Agent) {
    let first = tokio::select! {
        offer = one.offer() => Ok(offer),
        offer = other.offer() => Err(offer),
    };
    match first {
        Ok(offer) => (one, offer, other),
        Err(offer) => (other, offer, one),
    }
}

type Made = (Timestamp, AgentId);
type Ended = (Timestamp, ReservationEnd);

/// When each offer of the task was made and to whom, and when and how it ended.
fn offers(log: &[Logged], of: TaskId) -> (Vec<Made>, Vec<Ended>) {
    let mut made = Vec::new();
    let mut ended = Vec::new();
    for logged in log {
        match &logged.event {
            SessionEvent::TaskReserved { task, agent, .. } if *task == of => {
                made.push((logged.at, agent.clone()))
            }
            SessionEvent::ReservationEnded { task, outcome, .. } if *task == of => {
                ended.push((logged.at, *outcome));
            }
            _ => {}
        }
    }
    (made, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_agent_has_it_at_once_and_the_silent_one_gets_nothing_more() {
    let house = open(2, 3).await;
    let mut sam = house.agent("sam").await;
    sam.ask(Ask::WatchBoard).await.unwrap();
    let mut ana = house.agent(&desk::name(0)).await;
    let (mut first, mut second, mut third) =
        (house.customer().await, house.customer().await, house.customer().await);
    first.tell("for ana").await;
    let of_ana = ana.accept_next().await;
    let mut ben = house.agent(&desk::name(1)).await;
    second.tell("for ben").await;
    let of_ben = ben.accept_next().await;

    third.tell("for whoever answers").await;
    let (mut silent, offer, mut answers) = rings_at(ana, ben).await;
    let again = answers.accept_next().await;
    assert_eq!((again.task, again.waiting_since), (offer.task, offer.waiting_since), "at its original place");
    let outcome = silent
        .until(|message| match message {
            ConsoleMessage::OfferEnded { reservation, outcome } if *reservation == offer.reservation => {
                Some(*outcome)
            }
            _ => None,
        })
        .await;
    assert_eq!(outcome, OfferOutcome::TimedOut);
    assert_eq!(silent.is_now("not_responding").await, PresenceCause::NotResponding);
    let late = silent.ask(Ask::Accept { reservation: offer.reservation }).await;
    assert!(late.is_err(), "too late");

    let log = log::read(house.data.path());
    let (made, ended) = offers(&log, offer.task);
    let rang = ended[0].0.since(made[0].0);
    let handed = made[1].0.since(ended[0].0);
    println!("rang for {rang:?}, offered again {handed:?} later");
    // The record of an offer is made a moment after the router made it.
    assert!(ended[0].0 >= offer.expires_at, "{rang:?}");
    assert!(rang < RING + Duration::from_millis(500), "{rang:?}");
    assert!(handed <= Duration::from_millis(50), "{handed:?}");

    // Its other chat is untouched, and the supervisor knows.
    let own = if silent.welcome.me.agent.as_str() == desk::name(0) { &of_ana } else { &of_ben };
    let seen = silent.open(own.session).await.sequence;
    silent.post(own.session, "still with you", seen).await.unwrap();
    let alert = sam
        .until(|message| match message {
            ConsoleMessage::Alert { message } => Some(message.clone()),
            _ => None,
        })
        .await;
    assert!(alert.contains(&silent.welcome.me.name), "{alert}");
    let board = sam.board().await;
    let of = |id: &AgentId| board.agents.iter().find(|agent| agent.agent == *id).unwrap();
    assert_eq!(of(&silent.welcome.me.agent).unanswered, 1, "counted as the agent's");
    assert_eq!(of(&answers.welcome.me.agent).unanswered, 0);
    assert_eq!((board.queues[0].abandoned, board.queues[0].answered), (0, 3), "and not as an abandonment");

    // Nothing more comes until the agent says so.
    let mut fourth = house.customer().await;
    fourth.tell("for who is there").await;
    let of_fourth = answers.accept_next().await;
    let mut fifth = house.customer().await;
    fifth.tell("nobody has room").await;
    let log = log::read(house.data.path());
    assert!(offers(&log, of_fourth.task).0.iter().all(|(_, agent)| *agent == answers.welcome.me.agent));
    silent.choose("available").await;
    assert_eq!(silent.accept_next().await.card.last_text, "nobody has room");
    log::judge(&log::read(house.data.path()), &rules(3));
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rang_out_is_still_before_all_that_came_later() {
    let house = open(2, 1).await;
    let mut ana = house.agent(&desk::name(0)).await;
    let (mut older, mut newer, mut other) =
        (house.customer().await, house.customer().await, house.customer().await);
    older.tell("older").await;
    let rings = ana.offer().await;
    newer.tell("newer").await;
    ana.is_now("not_responding").await;
    let mut ben = house.agent(&desk::name(1)).await;
    other.tell("last").await;
    let first = ben.accept_next().await;
    assert_eq!((first.task, first.card.last_text.as_str()), (rings.task, "older"));
    ben.complete(&first).await;
    assert_eq!(ben.accept_next().await.card.last_text, "newer");
    log::judge(&log::read(house.data.path()), &rules(1));
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_leaves_the_agent_available_and_comes_back_after_its_own_delay() {
    let house = open(1, 1).await;
    let mut sam = house.agent("sam").await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let offer = ana.offer().await;
    ana.ask(Ask::Reject { reservation: offer.reservation, reason: None }).await.unwrap();
    let again = ana.accept_next().await;
    assert_eq!(again.task, offer.task);

    let (made, ended) = offers(&log::read(house.data.path()), offer.task);
    assert_eq!(ended[0].1, ReservationEnd::Rejected);
    let away = made[1].0.since(ended[0].0);
    assert!(away + Duration::from_millis(20) >= REJECT_DELAY, "{away:?}");
    assert!(away < REJECT_DELAY + Duration::from_millis(500), "{away:?}");
    let board = sam.board().await;
    assert_eq!(board.agents[0].presence.as_str(), "available");
    assert_eq!(board.agents[0].unanswered, 0);
    let log = log::read(house.data.path());
    log::judge(&log, &rules(1));
    support::replayed::judge(&house).await;
}
