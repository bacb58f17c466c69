//! The real binary is ended in the midst of work and started again: by `kill -9`, which lets no line of
//! code run, and by SIGTERM.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use channels::chat::wire::{ChatContent, ChatMessage, ChatRefusal, Sender};
use model::{MessageId, SessionEvent};
use support::log::{self, Rules};
use support::process::Process;
use support::{Agent, Customer, desk};
use tandem::console::wire::{Ask, BoardFrame, ConsoleMessage};

const RING: Duration = Duration::from_secs(60);
const RULES: Rules = Rules { chats: 2, ring: RING, reject_delay: Duration::from_secs(30) };

fn two_agents(chats: u16) -> Process {
    Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        settings.chat.messages_per_ten_seconds = 1_000_000;
        desk::desk(organisation, 2, chats);
        desk::queue(organisation).ring_time = desk::ring(RING);
    })
}

/// Writes as fast as the server takes it until the server is gone; answers what was acknowledged.
async fn write_on(mut customer: Customer) -> Vec<MessageId> {
    let mut durable = Vec::new();
    loop {
        let id = MessageId(uuid::Uuid::now_v7());
        if customer.try_say(id, "still here").await.is_err() {
            return durable;
        }
        match customer.try_next().await {
            Some(ChatMessage::Ack { id, .. }) => durable.push(id),
            Some(_) => {}
            None => return durable,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_loses_no_acknowledged_message_no_place_no_offer_and_no_assignment() {
    let server = two_agents(2);
    let mut agent = Agent::log_in(&server, &desk::name(0)).await;
    let mut first = Customer::arrive(&server, None, 0).await;
    first.tell("in hand").await;
    let in_hand = agent.offer().await;
    agent.ask(Ask::Accept { reservation: in_hand.reservation }).await.unwrap();
    let seen = agent.open(in_hand.session).await.sequence;
    agent.post(in_hand.session, "before", seen).await.unwrap();
    while first.answer().await.1 != "before" {}
    let seen = agent.open(in_hand.session).await.sequence;

    let mut second = Customer::arrive(&server, None, 0).await;
    second.tell("ringing").await;
    let ringing = agent.offer().await;
    let mut waiting = Vec::new();
    for number in 0..5 {
        let mut customer = Customer::arrive(&server, None, 0).await;
        customer.tell(&format!("waiting {number}")).await;
        waiting.push(customer);
    }
    let writers = (0..8).map(async |_| write_on(Customer::arrive(&server, None, 0).await).await);
    let writers = futures_util::future::join_all(writers);
    let (durable, ()) = tokio::join!(writers, async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.kill_now();
    });
    let data = server.kill();
    let (visitor, told) = (first.welcome.visitor.clone(), first.seen);
    drop((first, waiting));

    let server = Process::again(data);
    let mut console = Agent::open_console(&server, agent.cookies.clone()).await;
    assert_eq!(console.welcome.presence.as_str(), "available");
    let rings: Vec<_> = console.welcome.offers.iter().map(|offer| offer.reservation).collect();
    assert_eq!(rings, [ringing.reservation], "the offer rings again, once");
    let has: Vec<_> = console.welcome.sessions.iter().map(|card| card.session).collect();
    assert_eq!(has, [in_hand.session], "the assignment is kept");

    // Both sides go on where they were.
    console.ask(Ask::Open { session: in_hand.session, since: seen }).await.unwrap();
    let mut first = Customer::arrive(&server, Some(visitor), told).await;
    assert!(first.welcome.resumed && first.welcome.session == Some(in_hand.session));
    first.tell("and after").await;
    let mut last = seen;
    let heard = console
        .until(|message| match message {
            ConsoleMessage::Event { session, after, recorded } if *session == in_hand.session => {
                assert_eq!(*after, last, "a gap or a double at the console");
                last = recorded.sequence;
                matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.text == "and after")
                    .then_some(recorded.sequence)
            }
            _ => None,
        })
        .await;
    console.post(in_hand.session, "after", heard).await.unwrap();
    assert_eq!(first.answer().await.1, "after", "nothing before it is told twice");

    // What rang is accepted; what waited comes in its order.
    console.ask(Ask::Accept { reservation: ringing.reservation }).await.unwrap();
    console.complete(&ringing).await;
    for number in 0..5 {
        let offer = console.offer().await;
        assert_eq!(offer.card.last_text, format!("waiting {number}"), "the order of waiting is kept");
        console.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
        console.complete(&offer).await;
    }

    let durable: HashSet<_> = durable.into_iter().flatten().collect();
    assert!(durable.len() > 50, "the writers wrote: {}", durable.len());
    let log = log::read(server.data.path());
    log::judge(&log, &RULES);
    let posted: Vec<_> = log
        .iter()
        .filter_map(|logged| match &logged.event {
            SessionEvent::MessagePosted { message } => Some(message.id),
            _ => None,
        })
        .collect();
    let once: HashSet<_> = posted.iter().copied().collect();
    assert_eq!(once.len(), posted.len(), "no message is there twice");
    assert!(durable.is_subset(&once), "every acknowledged message is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_agent_cut_off_in_its_turn_answers_after_the_restart_once() {
    let server = Process::start(|_, _| {});
    let mut visitors = Vec::new();
    for _ in 0..4 {
        let mut customer = Customer::arrive(&server, None, 0).await;
        customer.tell("Which payment methods do you take?").await;
        visitors.push(customer.close().await);
    }
    let server = Process::again(server.kill());
    for (visitor, _) in visitors {
        let mut customer = Customer::arrive(&server, Some(visitor), 0).await;
        let answers = |message: &ChatMessage| match message {
            ChatMessage::Snapshot { items, .. } => {
                items.iter().map(|item| &item.content).filter(by_scout).count()
            }
            ChatMessage::Event { item, .. } => usize::from(by_scout(&&item.content)),
            _ => 0,
        };
        let mut count = 0;
        customer
            .until(|message| {
                count += answers(message);
                (count > 0).then_some(())
            })
            .await;
        customer.tell("thanks, and how long is delivery?").await;
        customer.until(|message| (answers(message) > 0).then_some(())).await;
        assert_eq!(count, 1, "one question, one answer");
    }
}

fn by_scout(content: &&ChatContent) -> bool {
    matches!(content, ChatContent::Message { from: Sender::Agent { name, .. }, .. } if name == "Scout")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_server_says_goodbye_ends_in_time_and_keeps_the_figures_of_the_day() {
    let server = two_agents(1);
    let mut agent = Agent::log_in(&server, &desk::name(0)).await;
    let mut answered = Customer::arrive(&server, None, 0).await;
    answered.tell("hello").await;
    let offer = agent.offer().await;
    agent.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    let mut leaves = Customer::arrive(&server, None, 0).await;
    leaves.tell("hello?").await;
    leaves.ask(channels::chat::wire::ChatRequest::End).await;
    leaves
        .until(|message| {
            matches!(message, ChatMessage::Event { item, .. } if item.content == ChatContent::Closed)
                .then_some(())
        })
        .await;
    let mut sam = Agent::log_in(&server, "sam").await;
    let before = sam.board().await;
    let figures = |board: &BoardFrame| {
        let desk = &board.queues[0];
        (desk.offered, desk.answered, desk.abandoned, desk.service_level.clone())
    };
    assert_eq!((before.queues[0].answered, before.queues[0].abandoned), (1, 1));

    let last = answered.say("the last word").await;
    let stands = answered.acknowledged(last).await;
    let goodbye = answered.until(|message| match message {
        ChatMessage::Bye { code, .. } => Some(*code),
        _ => None,
    });
    let (ended, code) = tokio::join!(server.terminate(), goodbye);
    let (data, status, took) = ended;
    assert_eq!(code, ChatRefusal::GoingAway);
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");

    let server = Process::again(data);
    let mut sam = Agent::open_console(&server, sam.cookies.clone()).await;
    assert_eq!(figures(&sam.board().await), figures(&before), "the figures of the day go on");
    let back = Customer::arrive(&server, Some(answered.welcome.visitor.clone()), stands.0).await;
    assert!(back.welcome.resumed);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_come_back_after_the_restart_is_given_the_usual_patience_and_no_more() {
    let server = Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        settings.console.grace_period = Duration::from_secs(5);
        settings.chat.absence = Duration::from_secs(3);
        desk::desk(organisation, 2, 1);
    });
    let mut ana = Agent::log_in(&server, &desk::name(0)).await;
    let mut in_hand = Customer::arrive(&server, None, 0).await;
    in_hand.tell("in hand").await;
    let offer = ana.accept_next().await;
    let mut waits = Customer::arrive(&server, None, 0).await;
    waits.tell("waits").await;
    let visitor = in_hand.welcome.visitor.clone();
    let server = Process::again(server.kill());

    // Neither ana nor the one who waited is there again; the customer she had is, and so is ben.
    let mut in_hand = Customer::arrive(&server, Some(visitor), 0).await;
    let mut ben = Agent::log_in(&server, &desk::name(1)).await;
    let waiting = ben.accept_next().await;
    assert_eq!(waiting.card.last_text, "waits", "ana has the other one still");
    ben.complete(&waiting).await;
    let handed_on = ben.accept_next().await;
    assert_eq!((handed_on.task, handed_on.waiting_since), (offer.task, offer.waiting_since));
    let seen = ben.open(handed_on.session).await.sequence;
    ben.post(handed_on.session, "ben now", seen).await.unwrap();
    while in_hand.answer().await.1 != "ben now" {}
    let log = log::read(server.data.path());
    let lost = log.iter().filter(|logged| {
        matches!(logged.event, SessionEvent::LegDetached { reason: model::event::DetachReason::Lost, .. })
    });
    assert_eq!(lost.count(), 0, "who is there is not taken for gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_customer_who_stays_away_has_abandoned() {
    let server = Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        settings.chat.absence = Duration::from_millis(300);
        desk::desk(organisation, 1, 1);
    });
    let mut waits = Customer::arrive(&server, None, 0).await;
    waits.tell("waits").await;
    let server = Process::again(server.kill());
    let mut sam = Agent::log_in(&server, "sam").await;
    sam.ask(Ask::WatchBoard).await.unwrap();
    while sam.next_board().await.queues[0].abandoned == 0 {}
}
