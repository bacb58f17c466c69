//! What an event is without its words and its customer's names: sequences remain gapless and the
//! figures right.
//!
//! Invariant: what [`redact`] leaves of an event holds nothing that anybody wrote and no name of the
//! customer.

use model::SessionEvent;
use model::event::{Delivery, Message};

/// Takes everything out of an event that a customer or an agent put into words, and what the customer is
/// known by. Names given by the organisation (queues, intents, dispositions) stay.
pub(crate) fn redact(event: &mut SessionEvent) {
    match event {
        SessionEvent::MessagePosted { message } => redact_message(message),
        SessionEvent::NoteAdded { text, .. } | SessionEvent::Whispered { text, .. } => text.clear(),
        SessionEvent::FactCollected { value, .. } => value.clear(),
        SessionEvent::LegAttached { identity, origin, .. } => {
            *identity = identity.erased();
            *origin = None;
        }
        SessionEvent::IdentityAttached { identity, .. }
        | SessionEvent::TranscriptRequested { to: identity } => {
            *identity = identity.erased();
        }
        SessionEvent::CallbackChosen { number, .. } => *number = Default::default(),
        SessionEvent::TaskTransferred { note, .. } => *note = None,
        SessionEvent::TaskCompleted { summary, .. } => *summary = None,
        SessionEvent::ReservationEnded { reason, .. } => *reason = None,
        SessionEvent::Rated { comment, .. } => *comment = None,
        SessionEvent::DeliveryRecorded {
            delivery: Delivery::Failed { reason } | Delivery::Bounced { reason },
            ..
        } => reason.clear(),
        _ => {}
    }
}

fn redact_message(message: &mut Message) {
    message.text.clear();
    message.visible = None;
    message.subject = None;
    message.attachments.clear();
    message.original = None;
    message.mail_id = None;
    message.citations.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::{Attachment, Author};
    use model::task::{Callback, CallbackMode};
    use model::{Channel, FactName, Identity, LegId, MessageId, TaskId, Verification};
    use uuid::Uuid;

    const WORDS: &str = "zanzibar";

    fn message() -> SessionEvent {
        SessionEvent::MessagePosted {
            message: Message {
                id: MessageId(Uuid::from_u128(1)),
                author: Author::Customer,
                channel: Channel::Chat,
                leg: None,
                text: WORDS.to_owned(),
                visible: Some(3),
                subject: Some(WORDS.to_owned()),
                attachments: vec![Attachment {
                    blob: WORDS.to_owned(),
                    name: WORDS.to_owned(),
                    media_type: "text/plain".to_owned(),
                    size: 1,
                }],
                original: Some(WORDS.to_owned()),
                mail_id: Some(WORDS.to_owned()),
                inbox: None,
                citations: Vec::new(),
                automatic: false,
            },
        }
    }

    #[test]
    fn a_redacted_event_keeps_no_word_but_its_key() {
        let fact = SessionEvent::FactCollected {
            name: FactName::new("order_number").unwrap(),
            value: WORDS.to_owned(),
            source: Author::Customer,
        };
        let name = || Identity::Email(WORDS.into());
        let verification = Verification::Verified;
        let leg = SessionEvent::LegAttached {
            leg: LegId(Uuid::from_u128(1)),
            channel: Channel::Email,
            identity: name(),
            verification,
            origin: Some(WORDS.into()),
        };
        let identity = SessionEvent::IdentityAttached { identity: name(), verification };
        let transcript = SessionEvent::TranscriptRequested { to: name() };
        let callback = SessionEvent::CallbackChosen {
            task: TaskId(Uuid::from_u128(1)),
            number: WORDS.into(),
            callback: Callback {
                mode: CallbackMode::AgentFirst,
                attempts: 1,
                interval_seconds: 1,
                ring_seconds: 1,
            },
            not_before: None,
            by: Author::Customer,
        };
        for mut event in [message(), fact, leg, identity, transcript, callback] {
            let key = event.deduplication_key();
            redact(&mut event);
            assert_eq!(event.deduplication_key(), key);
            assert!(!serde_json::to_string(&event).unwrap().contains(WORDS));
        }
    }
}
