//! Mail goes where its intent goes, as a chat does.

use model::Channel;

use crate::support::House;
use crate::support::mail::{self, deliver};

async fn house() -> House {
    House::open_with(|settings, organisation| {
        mail::listen(settings);
        // The desk's hours are not what this is about.
        organisation.queues.iter_mut().for_each(|queue| queue.hours = None);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_about_a_refund_is_offered_in_the_billing_queue() {
    let house = house().await;
    let mut ana = house.agent("ana").await;
    let raw = "From: Joe <joe@example.test>\nTo: help@outdoor.localhost\nSubject: my refund has not arrived\n\
               Message-ID: <m1@example.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\n\
               I returned the jacket but got no money yet.\n\nOn Monday you wrote:\n> Where is my parcel?\n";
    deliver(&house, "joe@example.test", "help@outdoor.localhost", raw).await;
    let offer = ana.offer().await;
    assert_eq!(offer.channel, Channel::Email);
    assert_eq!(offer.context.intent.as_ref().map(|intent| intent.as_str()), Some("refund"));
    assert!(offer.context.intent_confidence.is_some_and(|confidence| confidence >= 0.5));
    assert_eq!(offer.queue.as_str(), "billing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_by_mail_has_the_priority_of_its_route() {
    let house = house().await;
    let mut ana = house.agent("ana").await;
    let raw = "From: Joe <joe@example.test>\nTo: help@outdoor.localhost\nSubject: I want to make a complaint\n\
               Message-ID: <m1@example.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\n\
               Your service is terrible, I want to complain about it.\n";
    deliver(&house, "joe@example.test", "help@outdoor.localhost", raw).await;
    let offer = ana.offer().await;
    assert_eq!(offer.context.intent.as_ref().map(|intent| intent.as_str()), Some("complaint"));
    assert_eq!(offer.card.task.map(|task| task.priority), Some(model::task::Priority(10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_about_nothing_known_goes_to_the_sites_own_queue() {
    let house = house().await;
    let mut ana = house.agent("ana").await;
    let raw = "From: Joe <joe@example.test>\nTo: help@outdoor.localhost\nSubject: Zirconium\n\
               Message-ID: <m1@example.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\n\
               Quuxly frobnicate zirconium umlaut?\n";
    deliver(&house, "joe@example.test", "help@outdoor.localhost", raw).await;
    let offer = ana.offer().await;
    assert_eq!(offer.context.intent, None);
    assert_eq!(offer.queue.as_str(), "support");
}
