//! What the router was told is in the log, and told again it decides the same.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use model::{AgentId, ReservationId, Sequence, SessionEvent, Timestamp};
use routing::Output;
use support::House;
use tandem::console::wire::Ask;
use tandem::replay;

/// An offer or an assignment, as the session recorded it or the replayed router decided it.
type Decision = (ReservationId, AgentId, Option<Timestamp>);

async fn replayed(house: &House) -> BTreeSet<Decision> {
    let mut decisions = BTreeSet::new();
    let store = &house.server.engine.foundation.store;
    let shown = replay::all(store, replay::Window::default(), |replayed| {
        let outputs = replayed.outcome.unwrap_or_else(|problem| panic!("{problem}: {}", replayed.record));
        decisions.extend(outputs.iter().filter_map(|output| match output {
            Output::Offered { reservation, agent, expires_at, .. } => {
                Some((*reservation, agent.clone(), Some(*expires_at)))
            }
            Output::Assigned { reservation, agent, .. } => Some((*reservation, agent.clone(), None)),
            _ => None,
        }));
    });
    shown.await.unwrap();
    decisions
}

async fn recorded(house: &House, session: model::SessionId) -> BTreeSet<Decision> {
    let store = &house.server.engine.foundation.store;
    let log = store.load_session(session, Sequence::START, 1_000).await.unwrap();
    let decision = |event: &SessionEvent| match event {
        SessionEvent::TaskReserved { reservation, agent, expires_at, .. } => {
            Some((*reservation, agent.clone(), Some(*expires_at)))
        }
        SessionEvent::TaskAssigned { reservation: Some(reservation), agent, .. } => {
            Some((*reservation, agent.clone(), None))
        }
        _ => None,
    };
    log.iter().filter_map(|recorded| decision(&recorded.event)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_inputs_replay_to_what_the_sessions_recorded_also_after_a_restart() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    ana.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    ana.open(offer.session).await;
    let house = house.restart(|_| {}).await;

    // Written behind: there in a moment.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let (decided, expected) = (replayed(&house).await, recorded(&house, offer.session).await);
        if decided == expected {
            assert!(expected.len() >= 4, "the bot's and ana's offer and assignment: {expected:?}");
            return;
        }
        assert!(Instant::now() < deadline, "replayed {decided:?}, recorded {expected:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
