//! Mail on its way out: a bounce is recorded at its message, a transcript is sent after the end, and a
//! virtual agent's answer says that a machine wrote it.

use channels::chat::wire::ChatRequest;
use channels::email::wire::Automatic;
use model::SessionEvent;
use model::event::Delivery;

use crate::support::House;
use crate::support::mail::{self, Mailbox, deliver, eventually};

const HELP: &str = "help@outdoor.localhost";

fn question(text: &str) -> String {
    format!(
        "From: Joe <joe@example.test>\nTo: {HELP}\nSubject: Pole\nMessage-ID: <m1@example.test>\n\n{text}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_back_without_a_status_is_recorded_at_its_message() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| mail::both_ways(settings, &mails)).await;
    let mut ana = house.agent("ana").await;
    deliver(&house, "joe@example.test", HELP, &question("The pole of my tent snapped.")).await;
    mails.next().await;
    let offer = ana.offer().await;
    ana.take(&offer).await;
    let sequence = ana.open(offer.session).await.sequence;
    ana.post(offer.session, "We can repair it.", sequence).await.unwrap();
    let (envelope, _) = mails.next().await;
    let back_to = envelope.sender.expect("an answer's failure comes back");
    let bounce = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n\
                  Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your \
                  message to the following addresses.\n\n<joe@example.test>:\nno such user here.\n";
    deliver(&house, "", &back_to, bounce).await;
    let (message, delivery) = ana
        .until(|frame| match frame {
            tandem::console::wire::ConsoleMessage::Event { recorded, .. } => match &recorded.event {
                SessionEvent::DeliveryRecorded { message, delivery: delivery @ Delivery::Bounced { .. } } => {
                    Some((*message, delivery.clone()))
                }
                _ => None,
            },
            _ => None,
        })
        .await;
    let log = ana.open(offer.session).await.events;
    assert!(log.iter().any(|recorded| {
        matches!(&recorded.event, SessionEvent::MessagePosted { message: posted }
            if posted.id == message && posted.text == "We can repair it.")
    }));
    assert!(matches!(delivery, Delivery::Bounced { reason } if !reason.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_is_sent_after_the_chat_was_ended() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| mail::both_ways(settings, &mails)).await;
    let mut customer = house.customer().await;
    customer.say("How long does standard delivery take?").await;
    let (_, answer) = customer.answer().await;
    customer.ask(ChatRequest::End).await;
    customer.ask(ChatRequest::Transcript { email: "dora@example.test".into() }).await;
    let (envelope, transcript) = mails.next().await;
    assert_eq!(envelope.recipients, ["dora@example.test"]);
    assert!(transcript.text.contains("How long does standard delivery take?"), "{}", transcript.text);
    let words = answer.split_whitespace().next().unwrap();
    assert!(transcript.text.contains(words), "{words} is missing in {}", transcript.text);
    assert_eq!(transcript.automatic, Some(Automatic::Generated));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_agent_answers_mail_and_its_answer_says_what_it_is() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        mail::both_ways(settings, &mails);
        organisation.sites[0].email_queue = None;
        organisation.sites[0].acknowledgements.clear();
    })
    .await;
    deliver(&house, "joe@example.test", HELP, &question("How long does standard delivery take?")).await;
    let (_, answer) = mails.next().await;
    assert!(answer.text.contains("working days"), "{}", answer.text);
    assert_eq!(answer.automatic, Some(Automatic::Reply));
    assert_eq!(answer.subject.as_deref(), Some("Re: Pole"));
    let sessions = eventually("one session", async || {
        house.server.engine.foundation.store.open_sessions(None, 10).await.ok()
    })
    .await;
    assert_eq!(sessions.len(), 1);
}
