//! Consoles close with their login, and every socket hears that the server goes away.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, Instant};

use channels::chat::wire::{ChatMessage, ChatRefusal};
use support::House;
use tandem::console::wire::{ConsoleMessage, ConsoleRefusal};

fn bye(message: &ConsoleMessage) -> Option<ConsoleRefusal> {
    match message {
        ConsoleMessage::Bye { code, .. } => Some(*code),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_closes_the_consoles_of_that_login_and_no_other() {
    let house = House::open().await;
    let mut first = house.agent("ana").await;
    let mut second_tab = support::Agent::open_console(&house, first.cookies.clone()).await;
    let mut elsewhere = house.agent("ana").await;

    let csrf = first.cookies.split("tandem_csrf=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let logout = reqwest::Client::new()
        .post(house.url("/v1/logout"))
        .header("cookie", &first.cookies)
        .header("x-csrf-token", csrf);
    assert_eq!(logout.send().await.unwrap().status(), 204);

    assert_eq!(first.until(bye).await, ConsoleRefusal::LoggedOut);
    assert_eq!(second_tab.until(bye).await, ConsoleRefusal::LoggedOut);
    elsewhere.ask(tandem::console::wire::Ask::UnwatchBoard).await.expect("another login goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so_to_every_socket_within_its_deadline() {
    let house = House::open_with(|settings, _| {
        settings.server.drain_deadline = Duration::from_secs(15);
    })
    .await;
    let mut customer = house.customer().await;
    let mut agent = house.agent("ben").await;
    let House { server, data: _data } = house;
    let began = Instant::now();
    let (_, code, said) = tokio::join!(
        server.drain(),
        agent.until(bye),
        customer.until(|message| match message {
            ChatMessage::Bye { code, .. } => Some(*code),
            _ => None,
        }),
    );
    assert_eq!((code, said), (ConsoleRefusal::GoingAway, ChatRefusal::GoingAway));
    assert!(began.elapsed() < Duration::from_secs(15), "nobody was waited for in vain");
}
