//! `/metrics` shows what the queues, the agents and the machine do, in Prometheus' format.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, Instant};

use channels::chat::wire::ChatRequest;
use support::House;

async fn metrics(house: &House) -> String {
    reqwest::get(house.url("/metrics")).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_customer_shows_in_the_figures() {
    let house = House::open().await;
    let mut customer = house.customer().await;
    customer.say("How long does delivery take?").await;
    customer.answer().await;
    customer.ask(ChatRequest::RequestPerson).await;
    let began = Instant::now();
    let shown = loop {
        let shown = metrics(&house).await;
        if shown.lines().any(|line| line.starts_with("tandem_tasks_waiting{") && line.ends_with(" 1")) {
            break shown;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{shown}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    for wanted in [
        "tandem_sessions_opened_total 1",
        "tandem_messages_total{author=\"customer\",channel=\"chat\"} 1",
        "tandem_agents{presence=\"available\"} 1",
        "tandem_arbiter_lag_seconds{arbiter=\"0\"}",
        "tandem_outbox_entries{state=\"pending\"} 0",
        "store_commit_seconds",
    ] {
        assert!(shown.contains(wanted), "{wanted} is not in\n{shown}");
    }
}
