//! Story 7 in the engine: a chat is offered over email, which is held while the chat lasts, and says so.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeSet;

use model::{Channel, SessionEvent, SessionId};
use support::House;
use support::mail::{self, Mailbox, deliver};
use tandem::configuration::organisation::ChannelRule;
use tandem::console::wire::{Ask, ConsoleMessage};

#[tokio::test(flavor = "multi_thread")]
async fn email_is_held_for_a_chat_and_goes_on_after_it() {
    let mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        mail::both_ways(settings, &mails);
        let alone = ChannelRule { beside: Some(BTreeSet::new()), ..ChannelRule::default() };
        let email = ChannelRule { yields_to: BTreeSet::from([Channel::Chat]), ..ChannelRule::default() };
        organisation.channels = [(Channel::Chat, alone), (Channel::Email, email)].into();
    })
    .await;
    let mut chloe = house.agent("chloe").await;
    let address = "help@outdoor.localhost";
    let mail = format!(
        "From: Dora <dora@example.test>\nTo: {address}\nSubject: Tent\nMessage-ID: <m1@example.test>\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\n\nMy tent leaks, what can I do?\n"
    );
    deliver(&house, "dora@example.test", address, &mail).await;
    let by_mail = chloe.offer().await;
    chloe.ask(Ask::Accept { reservation: by_mail.reservation }).await.unwrap();
    chloe.open(by_mail.session).await;

    let mut customer = house.customer().await;
    customer.say("I want to talk to a human").await;
    let by_chat = chloe.offer().await;
    assert_ne!(by_chat.session, by_mail.session);
    chloe.ask(Ask::Accept { reservation: by_chat.reservation }).await.unwrap();
    chloe.until(|message| is(message, by_mail.session, held)).await;
    let card = chloe.open(by_mail.session).await.card;
    assert!(card.task.is_some_and(|task| task.is_held), "the console shows it");

    chloe.ask(Ask::WrapUp { session: by_chat.session, task: by_chat.task }).await.unwrap();
    let done = Ask::Complete {
        session: by_chat.session,
        task: by_chat.task,
        disposition: None,
        summary: None,
        close: true,
    };
    chloe.ask(done).await.unwrap();
    chloe.until(|message| is(message, by_mail.session, resumed)).await;
    let card = chloe.open(by_mail.session).await.card;
    assert!(card.task.is_some_and(|task| !task.is_held));
}

fn is(message: &ConsoleMessage, of: SessionId, wanted: fn(&SessionEvent) -> bool) -> Option<()> {
    match message {
        ConsoleMessage::Event { session, recorded, .. } if *session == of => {
            wanted(&recorded.event).then_some(())
        }
        _ => None,
    }
}

fn held(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::TaskHeld { .. })
}

fn resumed(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::TaskResumed { .. })
}
