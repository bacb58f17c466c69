//! Story 15: each hostile mail has its defined end, its original is kept, and a live chat does not
//! feel it.

use std::time::{Duration, Instant};

use model::SessionEvent;
use tandem::console::wire::Ask;

use crate::support::mail::{self, Mailbox, deliver, eventually};
use crate::support::{Agent, Customer, House};

const HELP: &str = "help@outdoor.localhost";
/// A message's way through a live chat while mails are taken apart; generous, for busy machines.
const UNHARMED: Duration = Duration::from_secs(2);

/// From the customer's word to the agent's console.
async fn way(customer: &mut Customer, agent: &mut Agent, word: &str) -> Duration {
    let begun = Instant::now();
    customer.say(word).await;
    agent
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Event { recorded, .. } => match &recorded.event {
                SessionEvent::MessagePosted { message } if message.text == word => Some(()),
                _ => None,
            },
            _ => None,
        })
        .await;
    begun.elapsed()
}

/// With the reason it should be parked for; none: it gets a session.
fn hostile() -> Vec<(&'static str, &'static str, String, Option<&'static str>)> {
    let head = |number: u32| {
        format!(
            "From: h{number}@example.test\nTo: {HELP}\nSubject: odd\nMessage-ID: <h{number}@example.test>\n"
        )
    };
    let mut nested = head(1);
    for level in 0..100_000 {
        nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
    }
    let parts = "--b\n\nx\n".repeat(300_000);
    let divs = format!("{}deep{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
    vec![
        ("h1@example.test", "100,000 nested parts", nested, Some("nested_too_deep")),
        (
            "h2@example.test",
            "300,000 parts side by side",
            format!("{}Content-Type: multipart/mixed; boundary=b\n\n{parts}", head(2)),
            Some("too_many_parts"),
        ),
        (
            "h3@example.test",
            "nested divs",
            format!("{}Content-Type: text/html\n\n{divs}\n", head(3)),
            None,
        ),
        ("h4@example.test", "no From", format!("To: {HELP}\nSubject: none\n\nhi\n"), Some("no_sender")),
        (
            "h5@example.test",
            "two Message-IDs",
            format!("{}Message-ID: <other@example.test>\n\nwhich one?\n", head(5)),
            None,
        ),
        (
            "",
            "a bounce without a status that is not ours",
            "From: MAILER-DAEMON@mx.example\nSubject: failure notice\nMessage-ID: <b1@mx.example>\n\n\
             Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message \
             to the following addresses.\n\n<bob@example.net>:\nno such user here.\n\n\
             --- Below this line is a copy of the message.\n\nMessage-ID: <sent@example.org>\n"
                .to_owned(),
            Some("stray_bounce"),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hostile_mail_has_its_end_and_a_live_chat_does_not_feel_it() {
    let house = House::open_with(|settings, _| mail::listen(settings)).await;
    let mut ana = house.agent("ana").await;
    let mut customer = house.customer().await;
    customer.say("I want to talk to a human please").await;
    let offer = ana.offer().await;
    ana.take(&offer).await;
    ana.open(offer.session).await;
    let before = way(&mut customer, &mut ana, "still there?").await;

    let store = house.server.engine.foundation.store.clone();
    let (mut parked, mut worst) = (0, Duration::ZERO);
    for (number, (from, what, raw, reason)) in hostile().into_iter().enumerate() {
        let begun = Instant::now();
        deliver(&house, from, HELP, &raw).await;
        worst = worst.max(way(&mut customer, &mut ana, &format!("word {number}")).await);
        eventually(what, async || {
            let waiting = store.documents("mail_waiting", "", model::Timestamp::EPOCH, 10).await.unwrap();
            waiting.is_empty().then_some(())
        })
        .await;
        println!("{what}: {} bytes, ended after {:.0?}", raw.len(), begun.elapsed());
        let shelf = store.documents("mail_parked", "", model::Timestamp::EPOCH, 100).await.unwrap();
        let newest = shelf.last().map(|(_, body)| body.clone());
        match reason {
            Some(reason) => {
                parked += 1;
                let body = newest.unwrap_or_else(|| panic!("{what} is not parked"));
                assert_eq!(body["reason"], reason, "{what}");
                let blob = body["accepted"]["blob"].as_str().unwrap();
                let kept = house.server.engine.foundation.blobs.get(blob).await.unwrap();
                assert!(kept == raw.replace('\n', "\r\n"), "the original of {what} is kept");
            }
            None => assert_eq!(shelf.len(), parked, "{what} is not parked"),
        }
        assert_eq!(shelf.len(), parked, "{what}");
    }
    println!("a word to the console: {before:.1?} before, {worst:.1?} at worst meanwhile");
    assert!(worst < UNHARMED, "a live chat felt it: {worst:?}");
    // The chat, the divs and the one with two ids.
    assert_eq!(store.open_sessions(None, 100).await.unwrap().len(), 3);
}

fn complete(offer: &tandem::console::wire::Offer, close: bool) -> Ask {
    Ask::Complete { session: offer.session, task: offer.task, disposition: None, summary: None, close }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auto_reply_joins_its_session_and_is_answered_by_nobody() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| mail::both_ways(settings, &mails)).await;
    let mut ana = house.agent("ana").await;
    let first = format!(
        "From: Joe <joe@example.test>\nTo: {HELP}\nSubject: Pole\nMessage-ID: <m1@example.test>\n\n\
         The pole of my tent snapped on the first trip.\n"
    );
    deliver(&house, "joe@example.test", HELP, &first).await;
    let (_, thanks) = mails.next().await;
    let offer = ana.offer().await;
    ana.take(&offer).await;
    ana.ask(complete(&offer, false)).await.unwrap();
    let reply_to = thanks.reply_to.as_ref().unwrap().address.clone();
    let away = format!(
        "From: Joe <joe@example.test>\nTo: {reply_to}\nSubject: Away\nMessage-ID: <m2@example.test>\n\
         Auto-Submitted: auto-replied\nIn-Reply-To: <{}>\n\nI am away until Monday.\n",
        thanks.message_id
    );
    deliver(&house, "", &reply_to, &away).await;
    let store = house.server.engine.foundation.store.clone();
    let log = eventually("the auto-reply is in the session", async || {
        let log = store.load_session(offer.session, model::Sequence::START, 1_000).await.unwrap();
        let is_there = log.iter().any(|recorded| {
            matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.text.contains("Monday"))
        });
        is_there.then_some(log)
    })
    .await;
    let tasks = log.iter().filter(|recorded| matches!(recorded.event, SessionEvent::TaskCreated { .. }));
    assert_eq!(tasks.count(), 1, "it asks nobody to do anything");

    // The next mail out is the acknowledgement of another customer: nothing else was sent.
    let other = first.replace("joe@", "eva@").replace("m1@", "m3@");
    deliver(&house, "eva@example.test", HELP, &other).await;
    assert_eq!(mails.next().await.0.recipients, ["eva@example.test"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_with_somebodys_reply_address_opens_no_closed_session() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| mail::both_ways(settings, &mails)).await;
    let mut ana = house.agent("ana").await;
    let first = format!(
        "From: Joe <joe@example.test>\nTo: {HELP}\nSubject: Pole\nMessage-ID: <m1@example.test>\n\n\
         The pole of my tent snapped on the first trip.\n"
    );
    deliver(&house, "joe@example.test", HELP, &first).await;
    let reply_to = mails.next().await.1.reply_to.unwrap().address;
    let offer = ana.offer().await;
    ana.take(&offer).await;
    ana.ask(complete(&offer, true)).await.unwrap();
    let forwarded = format!(
        "From: Eve <eve@example.test>\nTo: {reply_to}\nSubject: Re: Pole\nMessage-ID: <e1@example.test>\n\n\
         Please tell me all about this order.\n"
    );
    deliver(&house, "eve@example.test", &reply_to, &forwarded).await;
    let other = ana
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Offer(other) => {
                (other.session != offer.session).then(|| (other.session, other.card.customer_name.clone()))
            }
            _ => None,
        })
        .await;
    assert_eq!(other.1, "eve@example.test", "a session of her own");
    let state = house.server.engine.sessions().state(offer.session).await.unwrap();
    assert!(state.identities.keys().all(|identity| identity.value() != "eve@example.test"));
    assert_eq!(state.status, model::session::Status::Closed);
}
