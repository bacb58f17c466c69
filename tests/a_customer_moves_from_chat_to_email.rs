//! Story 8, the chat and email part: the customer leaves the page, the answer comes by mail, the reply
//! to it is in the same session with the same agent, and nothing is asked twice.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::time::Duration;

use model::event::Author;
use model::{Channel, Identity, SessionEvent};
use support::House;
use support::mail::{self, Mailbox, deliver};
use tandem::console::wire::Ask;

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_reaches_the_customer_by_mail_and_the_reply_is_in_the_same_session() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| {
        settings.chat.absence = Duration::from_millis(200);
        mail::both_ways(settings, &mails);
    })
    .await;
    let mut chloe = house.agent("chloe").await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human about order TO-441100").await;
    let offer = chloe.offer().await;
    chloe.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    chloe.open(offer.session).await;
    customer.ask(channels::chat::wire::ChatRequest::Transcript { email: "dora@example.test".into() }).await;
    let (_, transcript) = mails.next().await;
    assert!(transcript.text.contains("TO-441100"), "{}", transcript.text);
    assert!(transcript.automatic.is_some(), "our own automatic mail says that it is");

    customer.close().await;
    chloe
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Event { recorded, .. } => {
                matches!(recorded.event, SessionEvent::LegDetached { .. }).then_some(())
            }
            _ => None,
        })
        .await;
    let sequence = chloe.open(offer.session).await.sequence;
    chloe.post(offer.session, "Your refund is on its way.", sequence).await.unwrap();
    let (_, answer) = mails.next().await;
    assert!(answer.text.contains("Your refund is on its way."), "{}", answer.text);
    let reply_to = answer.reply_to.as_ref().expect("a signed reply address").address.clone();

    let reply = format!(
        "From: Dora <dora@example.test>\nTo: {reply_to}\nSubject: Re: refund\nMessage-ID: <r1@example.test>\n\
         In-Reply-To: <{}>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nThank you! When exactly?\n",
        answer.message_id
    );
    deliver(&house, "dora@example.test", &reply_to, &reply).await;
    let posted = chloe
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Event { session, recorded, .. } => match &recorded.event {
                SessionEvent::MessagePosted { message } if message.author == Author::Customer => {
                    Some((*session, message.clone()))
                }
                _ => None,
            },
            _ => None,
        })
        .await;
    assert_eq!(posted.0, offer.session, "one session");
    assert_eq!(posted.1.channel, Channel::Email);
    assert!(posted.1.text.contains("When exactly?"));

    let snapshot = chloe.open(offer.session).await;
    assert!(snapshot.context.facts.iter().any(|fact| fact.value == "TO-441100"), "nothing is asked twice");
    let email = Identity::email("dora@example.test");
    assert!(snapshot.context.identities.iter().any(|known| known.identity == email));
    deliver(&house, "dora@example.test", &reply_to, &reply).await;
    chloe.post(offer.session, "On Friday.", snapshot.sequence).await.unwrap();
    let (_, second) = mails.next().await;
    assert!(second.in_reply_to.contains(&"r1@example.test".to_owned()), "{:?}", second.in_reply_to);
    let log = chloe.open(offer.session).await.events;
    let by_mail = log.iter().filter(|recorded| {
        matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.mail_id.is_some())
    });
    assert_eq!(by_mail.count(), 1, "a mail delivered twice is posted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_mail_opens_a_session_and_is_offered() {
    let house = House::open_with(|settings, _| {
        mail::listen(settings);
    })
    .await;
    let mut ana = house.agent("ana").await;
    let mail = "From: Joe <joe@example.test>\nTo: help@outdoor.localhost\nSubject: Broken pole\n\
                Message-ID: <m1@example.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\n\
                The pole of my tent snapped on the first trip. Can you repair it?\n";
    deliver(&house, "joe@example.test", "help@outdoor.localhost", mail).await;
    let offer = ana.offer().await;
    assert_eq!(offer.channel, Channel::Email);
    assert_eq!(offer.card.customer_name, "joe@example.test");
    let forged = mail
        .replace("joe@", "eve@")
        .replace("<m1@", "<m2@")
        .replace("Date:", "In-Reply-To: <m1@example.test>\nDate:");
    deliver(&house, "eve@example.test", "help@outdoor.localhost", &forged).await;
    let other = ana
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Offer(other) if other.session != offer.session => {
                Some(other.card.customer_name.clone())
            }
            _ => None,
        })
        .await;
    assert_eq!(other, "eve@example.test", "a forged header opens a session of its own");
}
