//! Whatever comes over a socket has a defined answer, and a talk next door goes on meanwhile.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use channels::chat::wire::{ChatMessage, ChatRefusal, ChatRequest};
use model::task::CancelReason;
use model::{MessageId, SessionEvent};
use support::neighbour::Neighbour;
use support::{Agent, Customer, House, desk, log};
use tandem::console::wire::{Ask, ConsoleMessage, ConsoleRefusal};
use tokio_tungstenite::tungstenite::Message;

/// What a round trip next door may take on a busy test machine.
const UNHARMED: Duration = Duration::from_secs(3);

async fn open(change: impl FnOnce(&mut tandem::configuration::Settings)) -> House {
    House::open_with(|settings, organisation| {
        desk::desk(organisation, 2, 1);
        settings.chat.messages_per_ten_seconds = 1_000_000;
        change(settings);
    })
    .await
}

/// No frames of either protocol.
fn nonsense() -> Vec<Message> {
    vec![
        Message::text(""),
        Message::text("{"),
        Message::text("null"),
        Message::text("[]"),
        Message::text(r#"{"type":"message"}"#),
        Message::text(r#"{"type":"message","id":"no uuid","text":"x"}"#),
        Message::text(r#"{"type":"become_admin"}"#),
        Message::text(r#"{"request":1,"type":"accept","reservation":7}"#),
        Message::text(r#"{"type":"typing","type":"end"}"#),
        Message::text("[".repeat(10_000)),
        Message::text(format!("{}1{}", r#"{"a":"#.repeat(5_000), "}".repeat(5_000))),
        Message::binary(vec![0, 159, 146, 150]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_frame_by_frame_and_the_socket_goes_on() {
    let house = open(|_| {}).await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    let mut customer = house.customer().await;
    let mut agent = house.agent(&desk::name(1)).await;
    for frame in nonsense() {
        customer.send_raw(frame.clone()).await;
        let code = customer
            .until(|message| match message {
                ChatMessage::Refused { code, .. } => Some(*code),
                _ => None,
            })
            .await;
        assert_eq!(code, ChatRefusal::Malformed, "{frame:?}");
        agent.send_raw(frame.clone()).await;
        let code = agent
            .until(|message| match message {
                ConsoleMessage::Refused { request: None, code, .. } => Some(*code),
                _ => None,
            })
            .await;
        assert_eq!(code, ConsoleRefusal::Malformed, "{frame:?}");
    }
    customer.ask(ChatRequest::Hello(support::hello())).await;
    let again = customer
        .until(|message| match message {
            ChatMessage::Refused { code, .. } => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(again, ChatRefusal::OutOfOrder);
    assert_eq!(agent.ask(Ask::Hello { version: 1 }).await, Err(ConsoleRefusal::OutOfOrder));
    customer.tell("and now in earnest").await;
    assert_eq!(agent.accept_next().await.card.last_text, "and now in earnest");
    neighbour.was_unharmed(UNHARMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_hello_is_told_why_and_shown_the_door() {
    let house = open(|_| {}).await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    let hello = |change: &dyn Fn(&mut channels::chat::wire::Hello)| {
        let mut hello = support::hello();
        change(&mut hello);
        Message::text(serde_json::to_string(&ChatRequest::Hello(hello)).unwrap())
    };
    let forged = "A".repeat(43);
    let cases = [
        (Message::text("{"), ChatRefusal::Malformed),
        (Message::text(r#"{"type":"ping"}"#), ChatRefusal::OutOfOrder),
        (hello(&|hello| hello.site = model::SiteId::new("nowhere").unwrap()), ChatRefusal::UnknownSite),
        (hello(&|hello| hello.visitor = Some(forged.clone())), ChatRefusal::Unauthorised),
        (hello(&|hello| hello.visitor = Some("x".repeat(20_000))), ChatRefusal::Unauthorised),
        (hello(&|hello| hello.user = Some("not.a.jwt".into())), ChatRefusal::Unauthorised),
    ];
    for (frame, wanted) in cases {
        let mut socket = support::raw(&house, "/chat", "").await;
        let said = support::last_words(&mut socket, frame).await;
        let [only] = &said[..] else { panic!("{said:?}") };
        let ChatMessage::Bye { code, .. } = serde_json::from_str(only).unwrap() else { panic!("{only}") };
        assert_eq!(code, wanted);
    }
    // Not even text: closed without a word.
    let mut socket = support::raw(&house, "/chat", "").await;
    assert!(support::last_words(&mut socket, Message::binary(vec![1])).await.is_empty());
    let cookies = house.agent(&desk::name(1)).await.cookies;
    let mut console = support::raw(&house, "/console", &cookies).await;
    let said = support::last_words(&mut console, Message::text(r#"{"request":1,"type":"ping"}"#)).await;
    let ConsoleMessage::Bye { code, .. } = serde_json::from_str(&said[0]).unwrap() else {
        panic!("{said:?}")
    };
    assert_eq!(code, ConsoleRefusal::OutOfOrder);
    neighbour.was_unharmed(UNHARMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_too_fast_is_refused_and_what_is_oversized_ends_its_own_socket() {
    let house = open(|settings| {
        settings.chat.max_message_bytes = 2_000;
        settings.chat.messages_per_ten_seconds = 500;
    })
    .await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    let mut customer = house.customer().await;
    let refusal = |wanted: MessageId| {
        move |message: &ChatMessage| match message {
            ChatMessage::Refused { id: Some(id), code, retry_after_ms, .. } if *id == wanted => {
                Some((*code, *retry_after_ms))
            }
            _ => None,
        }
    };
    let id = customer.say(&"x".repeat(2_001)).await;
    assert_eq!(customer.until(refusal(id)).await, (ChatRefusal::TooLarge, None));
    customer.tell(&"x".repeat(2_000)).await;
    for _ in 0..600 {
        customer.say("faster").await;
    }
    let too_fast = customer.until(|message| match message {
        ChatMessage::Refused { code, retry_after_ms, .. } => Some((*code, retry_after_ms.is_some())),
        _ => None,
    });
    assert_eq!(too_fast.await, (ChatRefusal::TooFast, true));

    for path in ["/chat", "/console"] {
        let cookies =
            if path == "/console" { house.agent(&desk::name(1)).await.cookies } else { String::new() };
        let mut socket = support::raw(&house, path, &cookies).await;
        assert!(support::last_words(&mut socket, Message::text("x".repeat(1_000_000))).await.is_empty());
    }
    neighbour.was_unharmed(UNHARMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_socket_is_closed_and_its_waiting_task_is_abandoned() {
    let house = open(|settings| {
        settings.chat.silence = Duration::from_millis(900);
        settings.chat.absence = Duration::from_millis(500);
    })
    .await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    let mut silent = house.customer().await;
    silent.tell("hello?").await;
    let deadline = Instant::now() + support::PATIENCE;
    loop {
        let log = log::read(house.data.path());
        let abandoned = |logged: &log::Logged| {
            matches!(logged.event, SessionEvent::TaskCanceled { reason: CancelReason::Abandoned, .. })
        };
        if log.iter().any(abandoned) {
            break;
        }
        assert!(Instant::now() < deadline, "nobody noticed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut board = house.agent("sam").await;
    assert_eq!(board.board().await.queues[0].waiting, 0);
    neighbour.was_unharmed(UNHARMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_whose_connection_blinks_keeps_the_place_in_the_queue() {
    let house = open(|settings| settings.chat.absence = Duration::from_millis(600)).await;
    let mut customer = house.customer().await;
    customer.tell("waiting").await;
    let mut other = house.customer().await;
    other.tell("behind").await;
    let mut pages = 0;
    let until = Instant::now() + Duration::from_secs(2);
    // Page after page, each away for less than the patience there is: longer than it all together.
    while Instant::now() < until {
        let (visitor, seen) = customer.close().await;
        customer = Customer::arrive(&house, Some(visitor), seen).await;
        customer.ping().await;
        pages += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut agent = house.agent(&desk::name(0)).await;
    let offer = agent.accept_next().await;
    assert_eq!(offer.card.last_text, "waiting");
    assert_eq!(offer.context.legs.len(), 1, "{pages} pages are one leg");
    assert!(offer.context.legs[0].attached);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_does_not_read_is_cut_off_and_comes_back_to_a_snapshot() {
    const LINES: usize = 700;
    let house = open(|settings| settings.chat.max_message_bytes = 64 * 1024).await;
    let mut agent = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("hello").await;
    let offer = agent.accept_next().await;
    let seen = agent.open(offer.session).await.sequence;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(1)).await).await;

    let line = "x".repeat(60_000);
    let mut last = seen;
    for _ in 0..LINES {
        last = customer.tell(&line).await;
    }
    assert!(agent.sleep(Duration::from_secs(6)).await, "nobody is waited for for ever");
    let mut back = Agent::open_console(&house, agent.cookies.clone()).await;
    back.ask(Ask::Open { session: offer.session, since: seen }).await.unwrap();
    let snapshot = back
        .until(|message| match message {
            ConsoleMessage::Snapshot(snapshot) => Some(snapshot.clone()),
            ConsoleMessage::Event { .. } => panic!("more than is replayed came as events"),
            _ => None,
        })
        .await;
    assert!(snapshot.sequence >= last && snapshot.truncated, "up to date, and no larger than it may be");
    neighbour.was_unharmed(UNHARMED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_logins_in_a_second_cost_their_senders_only() {
    let house = open(|settings| {
        desk::cheap_logins(settings);
        settings.auth.argon2_memory_kib = 4 * 1024;
    })
    .await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    let client = reqwest::Client::new();
    let mut attempts = tokio::task::JoinSet::new();
    let began = Instant::now();
    for number in 0..1_000 {
        let body = serde_json::json!({ "user": format!("guess-{number}"), "password": "123456" }).to_string();
        let login = client.post(house.url("/v1/login")).header("content-type", "application/json").body(body);
        attempts.spawn(async move {
            let response = login.send().await.unwrap();
            (response.status().as_u16(), response.headers().contains_key("retry-after"))
        });
    }
    let mut answers: BTreeMap<_, usize> = BTreeMap::new();
    while let Some(answer) = attempts.join_next().await {
        *answers.entry(answer.unwrap()).or_default() += 1;
    }
    println!("a thousand logins in {:?}: {answers:?}", began.elapsed());
    assert!(answers.keys().all(|answer| matches!(answer, (401, false) | (429, true))), "{answers:?}");
    assert_eq!(answers.values().sum::<usize>(), 1_000);
    house.agent(&desk::name(1)).await;
    neighbour.was_unharmed(UNHARMED).await;
}
