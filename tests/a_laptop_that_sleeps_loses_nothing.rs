//! Story 12: a console that is away for less than the grace period missed nothing; one that is away for
//! longer has handed its sessions on at their age; two tabs are one agent.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use model::task::TransferReason;
use model::{Sequence, SessionEvent, SessionId};
use support::log;
use support::{Agent, House, desk};
use tandem::console::wire::{Ask, ConsoleMessage, ConsoleRefusal, Offer};

async fn open(grace: Duration, silence: Duration) -> House {
    House::open_with(|settings, organisation| {
        desk::cheap_logins(settings);
        settings.console.grace_period = grace;
        settings.console.silence = silence;
        desk::desk(organisation, 2, 1);
    })
    .await
}

/// The texts that come after `since`, until `last`; a gap or a double is a fault.
async fn texts(agent: &mut Agent, of: SessionId, since: Sequence, last: &str) -> (Vec<String>, Sequence) {
    let mut told = since;
    let mut texts = Vec::new();
    agent
        .until(|message| match message {
            ConsoleMessage::Event { session, after, recorded } if *session == of => {
                assert_eq!(*after, told, "a gap or a double");
                told = recorded.sequence;
                let SessionEvent::MessagePosted { message } = &recorded.event else { return None };
                texts.push(message.text.clone());
                (message.text == last).then_some(())
            }
            _ => None,
        })
        .await;
    (texts, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn under_the_grace_period_presence_stays_and_all_that_was_missed_comes_in_order() {
    let house = open(Duration::from_secs(30), Duration::from_millis(600)).await;
    let mut sam = house.agent("sam").await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let offer = ana.accept_next().await;
    let seen = ana.open(offer.session).await.sequence;
    let cookies = ana.cookies.clone();

    customer.tell("one").await;
    sam.ask(Ask::Barge { session: offer.session }).await.unwrap();
    let of_sam = sam.open(offer.session).await.sequence;
    sam.post(offer.session, "sam here meanwhile", of_sam).await.unwrap();
    customer.tell("two").await;
    assert!(ana.sleep(Duration::from_millis(1_500)).await, "a console that sleeps is closed");

    let mut ana = Agent::open_console(&house, cookies).await;
    assert_eq!(ana.welcome.presence.as_str(), "available", "the same presence");
    assert_eq!(ana.welcome.sessions.len(), 1, "the same sessions");
    let stale = ana.post(offer.session, "what I typed before", seen).await;
    assert_eq!(stale, Err(ConsoleRefusal::Behind), "not before what others said is seen");
    ana.ask(Ask::Open { session: offer.session, since: seen }).await.unwrap();
    let (missed, told) = texts(&mut ana, offer.session, seen, "two").await;
    assert_eq!(missed, ["one", "sam here meanwhile", "two"]);
    ana.post(offer.session, "what I say now", told).await.unwrap();
    while customer.answer().await.1 != "what I say now" {}
    let log = log::read(house.data.path());
    let transferred = log.iter().any(|logged| matches!(logged.event, SessionEvent::TaskTransferred { .. }));
    assert!(!transferred, "nothing was handed on");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_it_the_agent_is_offline_and_the_session_goes_on_before_all_that_came_later() {
    let house = open(Duration::from_millis(500), Duration::from_millis(400)).await;
    let mut ana = house.agent(&desk::name(0)).await;
    let mut first = house.customer().await;
    first.tell("older").await;
    let of_ana = ana.accept_next().await;
    let mut sam = house.agent("sam").await;
    let (sleeping, cookies) = (ana.welcome.me.agent.clone(), ana.cookies.clone());
    let ben = tokio::spawn({
        let ben = house.agent(&desk::name(1)).await;
        awake_until_offered(ben)
    });
    let mut second = house.customer().await;
    second.tell("ben is full").await;
    let (mut ben, of_ben) = ben.await.unwrap();
    ben.ask(Ask::Accept { reservation: of_ben.reservation }).await.unwrap();
    let mut third = house.customer().await;
    third.tell("newer").await;

    // Ana sleeps; ben and sam stay awake.
    let went_offline = async {
        loop {
            let board = sam.board().await;
            let is_offline = board
                .agents
                .iter()
                .any(|agent| agent.agent == sleeping && agent.presence.as_str() == "offline");
            // What was ana's waits beside the third customer's.
            if is_offline && board.queues.iter().map(|queue| queue.waiting).sum::<u32>() == 2 {
                return;
            }
            ben.ask(Ask::Ping).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(15), went_offline).await.expect("offline in time");
    ben.complete(&of_ben).await;
    let handed_on = ben.offer().await;
    assert_eq!(handed_on.task, of_ana.task, "the older one first");
    assert_eq!(handed_on.waiting_since, of_ana.waiting_since, "at its original age");
    assert_eq!(handed_on.last_messages.len(), of_ana.last_messages.len(), "with all that was said");
    let log = log::read(house.data.path());
    assert!(log.iter().any(|logged| matches!(
        &logged.event,
        SessionEvent::TaskTransferred { task, reason: TransferReason::AgentOffline, .. } if *task == of_ana.task
    )));

    let mut back = Agent::open_console(&house, cookies).await;
    assert_eq!(back.welcome.presence.as_str(), "available", "back at work");
    assert!(back.welcome.sessions.is_empty(), "somebody else has it");
    assert_eq!(back.accept_next().await.card.last_text, "newer");
}

/// Reads, and so answers pings, until something is offered.
async fn awake_until_offered(mut agent: Agent) -> (Agent, Offer) {
    let offer = agent.offer().await;
    (agent, offer)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_show_the_same_accept_once_and_closing_one_is_not_leaving() {
    let house = open(Duration::from_millis(300), Duration::from_secs(30)).await;
    let mut first = house.agent(&desk::name(0)).await;
    let mut second = Agent::open_console(&house, first.cookies.clone()).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let (one, other) = (first.offer().await, second.offer().await);
    assert_eq!(one, other);
    let accept = Ask::Accept { reservation: one.reservation };
    let (one_says, other_says) = tokio::join!(first.ask(accept.clone()), second.ask(accept));
    assert!(one_says.is_ok() && other_says.is_ok());
    first.has(&one).await;
    second.has(&other).await;
    let seen = first.open(one.session).await.sequence;
    let seen_too = second.open(one.session).await.sequence;
    assert_eq!(seen, seen_too);
    first.post(one.session, "from one tab", seen).await.unwrap();
    let (texts, _) = texts(&mut second, one.session, seen_too, "from one tab").await;
    assert_eq!(texts, ["from one tab"]);

    first.close().await;
    // Longer than the grace period, by the clock that ends it: another agent's goes by meanwhile.
    let other = house.agent(&desk::name(1)).await;
    let mut sam = house.agent("sam").await;
    other.close().await;
    let gone = async {
        while sam
            .board()
            .await
            .agents
            .iter()
            .any(|agent| agent.agent.as_str() == desk::name(1) && agent.presence.as_str() != "offline")
        {
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the other is offline");
    let board = sam.board().await;
    let agent = board.agents.iter().find(|agent| agent.agent.as_str() == desk::name(0)).unwrap();
    assert_eq!(agent.presence.as_str(), "available");
    let assigned = log::read(house.data.path());
    let assigned = assigned.iter().filter(|logged| matches!(logged.event, SessionEvent::TaskAssigned { .. }));
    assert_eq!(assigned.count(), 1);
}
