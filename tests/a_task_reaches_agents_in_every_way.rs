//! Offered to several at once, answered for, picked from a list, given by a supervisor, rejected for a
//! reason, missed once too often: with consoles on real sockets, and as the log has it.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::num::NonZeroU32;
use std::time::Duration;

use model::event::PresenceCause;
use model::task::ReservationEnd;
use model::{RejectReason, SessionEvent, TaskId};
use routing::CapacityRule;
use support::log::{self, Logged};
use support::{Agent, House, desk};
use tandem::auth::token;
use tandem::configuration::organisation::{
    Answering, ApiClient, ApiKey, Delivery, Organisation, Queue, RejectReasonEntry, Scope,
};
use tandem::console::wire::{Answer, Ask, ConsoleMessage, ConsoleRefusal, Offer, OfferOutcome, PickableView};

const KEY: &str = "tdm_dispatch";

/// Equal agents with room for one chat each.
async fn open(agents: usize, change: impl FnOnce(&mut Organisation)) -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, agents, 1);
        change(organisation);
    })
    .await
}

fn queue(change: impl FnOnce(&mut Queue)) -> impl FnOnce(&mut Organisation) {
    |organisation| change(desk::queue(organisation))
}

async fn agents(house: &House, number: usize) -> Vec<Agent> {
    let mut agents = Vec::new();
    for number in 0..number {
        agents.push(house.agent(&desk::name(number)).await);
    }
    agents
}

/// How an offer ended for whoever had it.
async fn outcome(agent: &mut Agent, offer: &Offer) -> OfferOutcome {
    agent
        .until(|message| match message {
            ConsoleMessage::OfferEnded { reservation, outcome } if *reservation == offer.reservation => {
                Some(*outcome)
            }
            _ => None,
        })
        .await
}

/// Until a session is in hand; which task it has.
async fn in_hand(agent: &mut Agent) -> TaskId {
    agent
        .until(|message| match message {
            ConsoleMessage::Session(card) => card.task.as_ref().map(|task| task.task),
            _ => None,
        })
        .await
}

async fn list(agent: &mut Agent) -> Vec<PickableView> {
    match agent.ask(Ask::Pickable).await.unwrap() {
        Answer::Pickable { tasks } => tasks,
        other => panic!("{other:?}"),
    }
}

fn of_task(log: &[Logged], of: TaskId) -> Vec<SessionEvent> {
    let is_of = |event: &SessionEvent| match event {
        SessionEvent::TaskReserved { task, .. }
        | SessionEvent::ReservationEnded { task, .. }
        | SessionEvent::TaskAssigned { task, .. } => *task == of,
        _ => false,
    };
    log.iter().map(|logged| logged.event.clone()).filter(is_of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_ring_at_once_and_the_first_who_accepts_has_it() {
    let house = open(3, queue(|queue| queue.offers_at_once = 3)).await;
    let mut agents = agents(&house, 3).await;
    let mut customer = house.customer().await;
    customer.tell("whoever is first").await;
    let mut offers = Vec::new();
    for agent in &mut agents {
        offers.push(agent.offer().await);
    }
    let task = offers[0].task;
    assert!(offers.iter().all(|offer| offer.task == task));

    // Everybody wants it.
    let accepted = futures_util::future::join_all(
        agents
            .iter_mut()
            .zip(&offers)
            .map(|(agent, offer)| agent.ask(Ask::Accept { reservation: offer.reservation })),
    )
    .await;
    assert_eq!(accepted.iter().filter(|answer| answer.is_ok()).count(), 1, "{accepted:?}");
    let winner = accepted.iter().position(Result::is_ok).unwrap();
    for (number, (agent, offer)) in agents.iter_mut().zip(&offers).enumerate() {
        let expected = if number == winner { OfferOutcome::Accepted } else { OfferOutcome::Rescinded };
        assert_eq!(outcome(agent, offer).await, expected, "of agent {number}");
    }
    assert_eq!(in_hand(&mut agents[winner]).await, task);

    let events = of_task(&log::read(house.data.path()), task);
    let kinds: Vec<_> = events
        .iter()
        .map(|event| match event {
            SessionEvent::TaskReserved { .. } => "reserved",
            SessionEvent::ReservationEnded { outcome: ReservationEnd::Rescinded, .. } => "rescinded",
            SessionEvent::TaskAssigned { .. } => "assigned",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["reserved", "reserved", "reserved", "rescinded", "rescinded", "assigned"]);

    // Their slots are free again.
    let mut next = house.customer().await;
    next.tell("the next").await;
    for (number, agent) in agents.iter_mut().enumerate().filter(|(number, _)| *number != winner) {
        assert_ne!(agent.offer().await.task, task, "agent {number}");
    }
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rings_at_several_rings_on_after_a_restart() {
    let house = open(2, queue(|queue| queue.offers_at_once = 2)).await;
    let mut agents = agents(&house, 2).await;
    let mut customer = house.customer().await;
    customer.tell("hold the line").await;
    let (first, second) = (agents[0].offer().await, agents[1].offer().await);
    assert_eq!(first.task, second.task);
    drop((agents, customer));
    let house = house.restart(desk::cheap_logins).await;
    let mut agents = self::agents(&house, 2).await;
    let rings: Vec<_> = agents.iter().map(|agent| agent.welcome.offers[0].reservation).collect();
    assert_eq!(rings, [first.reservation, second.reservation]);
    agents[1].ask(Ask::Accept { reservation: second.reservation }).await.unwrap();
    assert_eq!(outcome(&mut agents[0], &first).await, OfferOutcome::Rescinded);
    assert_eq!(in_hand(&mut agents[1]).await, second.task);
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_says_why_and_lasts_as_long_as_that_reason_does() {
    let reasons = |organisation: &mut Organisation| {
        organisation.reject_reasons = vec![RejectReasonEntry {
            id: RejectReason::new("writing").unwrap(),
            name: "Still writing".into(),
            delay: Some(Duration::from_millis(400)),
            queues: Vec::new(),
        }];
        desk::queue(organisation).reject_delay = Duration::from_secs(600);
    };
    let house = open(1, reasons).await;
    let mut ana = house.agent(&desk::name(0)).await;
    let reason = ana.welcome.organisation.reject_reasons[0].id.clone();
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let offer = ana.offer().await;
    let unheard =
        Ask::Reject { reservation: offer.reservation, reason: Some(RejectReason::new("bored").unwrap()) };
    assert_eq!(ana.ask(unheard).await, Err(ConsoleRefusal::NotFound));
    let reservation = offer.reservation;
    ana.ask(Ask::Reject { reservation, reason: Some(reason) }).await.unwrap();
    assert_eq!(ana.offer().await.task, offer.task, "asked again after the reason's delay");

    let log = log::read(house.data.path());
    let rejected = log.iter().find_map(|logged| match &logged.event {
        SessionEvent::ReservationEnded { outcome: ReservationEnd::Rejected, reason, .. } => {
            Some((logged.at, reason.clone()))
        }
        _ => None,
    });
    let (at, reason) = rejected.unwrap();
    assert_eq!(reason.as_deref(), Some("writing"));
    let again = log.iter().rfind(|logged| matches!(logged.event, SessionEvent::TaskReserved { .. })).unwrap();
    assert!(again.at.since(at) >= Duration::from_millis(400), "{:?}", again.at.since(at));
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_answered_for_has_it_without_being_asked() {
    let house = open(1, queue(|queue| queue.answering = Answering::Automatic)).await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let task = in_hand(&mut ana).await;
    let events = of_task(&log::read(house.data.path()), task);
    let [
        SessionEvent::TaskReserved { reservation, .. },
        SessionEvent::TaskAssigned { reservation: under, .. },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(Some(*reservation), *under);
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_gives_a_task_to_an_agent_and_hears_the_one_reason_against_it() {
    let house = open(2, |_| {}).await;
    let mut sam = house.agent("sam").await;
    let mut agents = agents(&house, 2).await;
    let (mut first, mut second) = (house.customer().await, house.customer().await);
    first.tell("one").await;
    let held = agents[0].offer().await;
    agents[0].take(&held).await;
    second.tell("two").await;
    let rings = agents[1].offer().await;

    let give = |capacity| Ask::Assign { task: rings.task, agent: agents_id(0), capacity };
    assert_eq!(sam.ask(give(CapacityRule::Respected)).await, Err(ConsoleRefusal::NotNow), "no room");
    let to_zoe = Ask::Assign {
        task: rings.task,
        agent: model::AgentId::new("zoe").unwrap(),
        capacity: CapacityRule::Ignored,
    };
    assert_eq!(sam.ask(to_zoe).await, Err(ConsoleRefusal::NotFound));
    assert_eq!(agents[1].ask(give(CapacityRule::Ignored)).await, Err(ConsoleRefusal::Forbidden));
    sam.ask(give(CapacityRule::Ignored)).await.unwrap();
    assert_eq!(outcome(&mut agents[1], &rings).await, OfferOutcome::Rescinded);
    agents[0].has(&rings).await;
    assert_eq!(sam.ask(give(CapacityRule::Ignored)).await, Err(ConsoleRefusal::TooLate), "somebody has it");

    let given = log::read(house.data.path()).into_iter().find_map(|logged| match logged.event {
        SessionEvent::TaskAssigned { task, by, .. } if task == rings.task => Some(by),
        _ => None,
    });
    assert_eq!(given.flatten().unwrap().as_str(), "sam", "the log says who decided");
    support::replayed::judge(&house).await;
}

fn agents_id(number: usize) -> model::AgentId {
    model::AgentId::new(&desk::name(number)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gives_a_task_to_an_agent() {
    let dispatch = |organisation: &mut Organisation| {
        organisation.api_clients = vec![ApiClient {
            id: model::Name::new("dispatch").unwrap(),
            name: "Dispatch".into(),
            scopes: vec![Scope::SessionsRead, Scope::SessionsWrite],
            key: ApiKey::Sha256(token::hash(KEY)),
            agent: None,
        }];
        desk::queue(organisation).delivery = Delivery::Pull;
    };
    let house = open(2, dispatch).await;
    let mut agents = agents(&house, 2).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    // The message is there before its task is in the list.
    let deadline = std::time::Instant::now() + support::PATIENCE;
    let session = loop {
        if let Some(first) = list(&mut agents[0]).await.first() {
            break first.card.session;
        }
        assert!(std::time::Instant::now() < deadline, "nothing waits to be picked");
    };
    let assign = async |body: serde_json::Value| {
        let path = format!("/v1/sessions/{session}/assign");
        let request = reqwest::Client::new().post(house.url(&path)).bearer_auth(KEY).json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(assign(serde_json::json!({ "agent": "zoe" })).await, 400);
    assert_eq!(assign(serde_json::json!({ "agent": desk::name(1), "capacity": "some" })).await, 422);
    assert_eq!(assign(serde_json::json!({ "agent": desk::name(1) })).await, 204);
    in_hand(&mut agents[1]).await;
    assert_eq!(assign(serde_json::json!({ "agent": desk::name(0) })).await, 409, "somebody has it");
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_pick_from_a_list_and_the_faster_one_has_it() {
    let house = open(2, queue(|queue| queue.delivery = Delivery::Pull)).await;
    let mut agents = agents(&house, 2).await;
    assert_eq!(list(&mut agents[0]).await, []);
    let (mut first, mut second) = (house.customer().await, house.customer().await);
    first.tell("first").await;
    second.tell("second").await;
    let waiting = list(&mut agents[0]).await;
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[0].card.last_text, "first");
    assert!(waiting.iter().all(|one| one.not_now.is_none()));
    let task = waiting[0].task;

    agents[1].ask(Ask::Pick { task }).await.unwrap();
    assert_eq!(in_hand(&mut agents[1]).await, task);
    assert_eq!(agents[0].ask(Ask::Pick { task }).await, Err(ConsoleRefusal::TooLate));
    let full = list(&mut agents[1]).await;
    assert_eq!(full.len(), 1);
    assert_eq!(full[0].not_now.as_deref(), Some("You have 1 of 1 in hand"));
    let next = Ask::Pick { task: full[0].task };
    assert_eq!(agents[1].ask(next.clone()).await, Err(ConsoleRefusal::NotNow));
    agents[0].ask(next).await.unwrap();
    let rang = agents.iter().flat_map(|agent| &agent.heard);
    assert!(!rang.into_iter().any(|message| matches!(message, ConsoleMessage::Offer(_))), "nothing rings");
    support::replayed::judge(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_misses_too_many_offers_is_logged_out_and_comes_back_by_choice_alone() {
    let strict = |organisation: &mut Organisation| {
        organisation.log_out_after_misses = NonZeroU32::new(2);
        desk::queue(organisation).ring_time = desk::ring(Duration::from_millis(300));
    };
    let house = open(1, strict).await;
    let mut sam = house.agent("sam").await;
    sam.ask(Ask::WatchBoard).await.unwrap();
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("anybody?").await;
    ana.offer().await;
    assert_eq!(ana.is_now("not_responding").await, PresenceCause::NotResponding);
    ana.choose("available").await;
    ana.offer().await;
    assert_eq!(ana.is_now("offline").await, PresenceCause::NotResponding);
    let alert = sam
        .until(|message| match message {
            ConsoleMessage::Alert { message } if message.contains("logged out") => Some(message.clone()),
            _ => None,
        })
        .await;
    assert!(alert.contains("2 offers"), "{alert}");

    // The console opens anew, perhaps by itself: nobody is there for that.
    ana.close().await;
    let mut ana = house.agent(&desk::name(0)).await;
    assert_eq!(ana.welcome.presence.as_str(), "offline");
    ana.choose("available").await;
    ana.accept_next().await;
    support::replayed::judge(&house).await;
}
