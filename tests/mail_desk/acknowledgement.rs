//! A mail that opens a session is acknowledged, once an hour, and never to a machine.

use model::SessionEvent;
use model::event::Author;

use crate::support::House;
use crate::support::mail::{self, Mailbox, deliver, deliver_by_smtp};

const HELP: &str = "help@outdoor.localhost";

fn mail(number: u32, headers: &str, text: &str) -> String {
    format!(
        "From: Joe <joe@example.test>\nTo: {HELP}\nSubject: Broken pole\nMessage-ID: <{number}@example.test>\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\n{headers}\n{text}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_mail_is_acknowledged_and_the_reply_to_that_is_in_the_session() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, _| mail::both_ways(settings, &mails)).await;
    let mut ana = house.agent("ana").await;
    let text = "The pole of my tent snapped on the first trip. Can you repair it?";
    deliver_by_smtp(&house, "joe@example.test", HELP, &mail(1, "", text)).await;

    let (envelope, thanks) = mails.next().await;
    assert_eq!(envelope.sender, None, "the null sender: nothing comes back");
    assert_eq!(envelope.recipients, ["joe@example.test"]);
    assert_eq!(thanks.from.as_ref().map(|from| from.address.as_str()), Some(HELP));
    assert_eq!(thanks.subject.as_deref(), Some("Auto: Broken pole"));
    assert_eq!(thanks.automatic, Some(channels::email::wire::Automatic::Reply));
    assert_eq!(thanks.in_reply_to, ["1@example.test"]);
    assert!(thanks.text.contains("It has reached us"), "{}", thanks.text);

    let offer = ana.offer().await;
    assert_eq!(offer.card.last_text, text, "lists show what the customer wrote");
    let reply_to = thanks.reply_to.as_ref().expect("a signed reply address").address.clone();
    deliver(&house, "joe@example.test", &reply_to, &mail(2, "", "It is the green one.")).await;
    mail::eventually("the reply is in the session", async || {
        let snapshot = ana.open(offer.session).await;
        snapshot.events.iter().any(says("green one")).then_some(())
    })
    .await;
    let snapshot = ana.open(offer.session).await;
    let automatic = snapshot.events.iter().filter(|recorded| {
        matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.author == Author::System)
    });
    assert_eq!(automatic.count(), 1, "what joins a session is not acknowledged");
}

fn says(words: &'static str) -> impl Fn(&model::Recorded<SessionEvent>) -> bool {
    move |recorded| matches!(&recorded.event, SessionEvent::MessagePosted { message } if message.text.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_acknowledged_twice_in_an_hour_and_no_machine_ever() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        mail::both_ways(settings, &mails);
        organisation.agents.iter_mut().for_each(|person| person.capacity.email = 20);
    })
    .await;
    let mut ana = house.agent("ana").await;
    deliver(&house, "joe@example.test", HELP, &mail(1, "", "My tent is broken, what can I do?")).await;
    assert_eq!(mails.next().await.0.recipients, ["joe@example.test"]);

    deliver(&house, "joe@example.test", HELP, &mail(2, "", "And the stove as well, by the way.")).await;
    let silent = [
        ("auto@example.test", "Auto-Submitted: auto-replied\n"),
        ("list@example.test", "List-Id: <tents.example.test>\n"),
        ("", "X-Nothing: at all\n"),
        ("elsewhere@example.test", "X-Nothing: but another envelope\n"),
    ];
    for (number, (envelope, header)) in (3..).zip(silent) {
        let from = if envelope.is_empty() { "null@example.test" } else { envelope };
        let from = if envelope.starts_with("elsewhere") { "here@example.test" } else { from };
        let raw = mail(number, header, "I am out of the office.")
            .replace("joe@", &from.replace("example.test", ""));
        deliver(&house, envelope, HELP, &raw).await;
    }
    // All have their sessions; the next one out is for the one who writes now.
    for _ in 0..6 {
        ana.offer().await;
    }
    let last = mail(9, "", "Wie lange dauert die Lieferung bei Ihnen normalerweise?").replace("joe@", "eva@");
    deliver(&house, "eva@example.test", HELP, &last).await;
    let (envelope, thanks) = mails.next().await;
    assert_eq!(envelope.recipients, ["eva@example.test"], "only the last one is acknowledged");
    assert!(thanks.text.contains("Sie ist angekommen"), "in the customer's language: {}", thanks.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_words_says_nothing() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        mail::both_ways(settings, &mails);
        organisation.sites[0].email_addresses.push("quiet@outdoor.localhost".into());
    })
    .await;
    let quiet = mail(1, "", "My tent is broken, what can I do?");
    deliver(&house, "joe@example.test", "quiet@outdoor.localhost", &quiet).await;
    let loud = mail(2, "", "My tent is broken, what can I do?").replace("joe@", "eva@");
    deliver(&house, "eva@example.test", HELP, &loud).await;
    assert_eq!(mails.next().await.0.recipients, ["eva@example.test"]);

    let mut ana = house.agent("ana").await;
    let offer = ana
        .until(|message| match message {
            tandem::console::wire::ConsoleMessage::Offer(offer) => {
                (offer.card.customer_name == "joe@example.test").then(|| (**offer).clone())
            }
            _ => None,
        })
        .await;
    ana.take(&offer).await;
    let sequence = ana.open(offer.session).await.sequence;
    ana.post(offer.session, "We can repair it.", sequence).await.unwrap();
    let (_, answer) = mails.next().await;
    let from = answer.from.as_ref().map(|from| from.address.clone());
    assert_eq!(from.as_deref(), Some("quiet@outdoor.localhost"), "from where the customer wrote to");
}
