//! A sender that the server in front has found to be genuine is somebody we know; others are not.

use model::SessionEvent;

use crate::support::House;
use crate::support::mail::{self, deliver, eventually};

const VOUCHED: &str = "Authentication-Results: mx.shop.example; dmarc=pass header.from=example.test\n";

fn mail(number: u32, head: &str, text: &str) -> String {
    format!(
        "{head}From: Dora <dora@example.test>\nTo: help@outdoor.localhost\nSubject: number {number}\n\
         Message-ID: <v{number}@example.test>\n\n{text}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_sender_goes_on_in_the_open_session_and_a_claimed_one_does_not() {
    let house = House::open_with(|settings, _| {
        mail::listen(settings);
        settings.email.authentication_server = Some("mx.shop.example".into());
    })
    .await;
    let to = "help@outdoor.localhost";
    deliver(&house, "dora@example.test", to, &mail(1, VOUCHED, "My tent is broken.")).await;
    let store = house.server.engine.foundation.store.clone();
    let sessions = async || store.open_sessions(None, 10).await.unwrap();
    let first = eventually("it has a session", async || sessions().await.pop()).await;
    // Without any reference to the first one.
    deliver(&house, "dora@example.test", to, &mail(2, VOUCHED, "And my stove.")).await;
    let posted = async || {
        let log = store.load_session(first, model::Sequence::START, 1_000).await.unwrap();
        log.iter().filter(|recorded| matches!(recorded.event, SessionEvent::MessagePosted { .. })).count()
    };
    // The acknowledgement is the other one.
    eventually("the second is in the session of the first", async || (posted().await == 3).then_some(()))
        .await;
    assert_eq!(sessions().await, [first]);

    let forged = "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.test\n";
    for (number, head) in [(3, ""), (4, forged)] {
        let before = sessions().await.len();
        deliver(&house, "dora@example.test", to, &mail(number, head, "Tell me about my orders.")).await;
        eventually("it has a session of its own", async || {
            (sessions().await.len() == before + 1).then_some(())
        })
        .await;
    }
    assert_eq!(posted().await, 3, "nothing of it is in hers");
    let customer = async |session| house.server.engine.sessions().state(session).await.unwrap().customer;
    let hers = customer(first).await;
    for other in sessions().await.into_iter().filter(|session| *session != first) {
        assert_ne!(customer(other).await, hers, "a claimed address gains no history");
    }
}
