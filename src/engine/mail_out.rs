//! Which recorded events have to leave the house as mail, written with them in one transaction.

use model::event::{Author, Message};
use model::session::State;
use model::{Channel, Identity, Recorded, SessionEvent, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{OutboxEntry, OutboxKind};

use crate::configuration::Organisation;

/// A mail to be composed and sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum MailOut {
    /// An answer by an agent.
    Answer { session: SessionId, from: String, to: String, message: Box<Message> },
    /// The whole transcript, on request.
    Transcript { session: SessionId, from: String, to: String },
    /// We have your mail.
    Acknowledgement { session: SessionId, from: String, to: String, message: Box<Message> },
}

/// The outbox entries of `events`, and the Message-IDs by which answers will find the session.
pub fn entries(
    organisation: &Organisation,
    state: &State,
    events: &[Recorded<SessionEvent>],
) -> (Vec<OutboxEntry>, Vec<String>) {
    let Some(session) = state.session else { return (Vec::new(), Vec::new()) };
    let site = state.site.as_ref().and_then(|site| organisation.site(site));
    // From where the customer wrote to, as long as that is an address of the site.
    let ours = site.map(|site| site.email_addresses.as_slice()).unwrap_or_default();
    let Some(from) = ours.iter().find(|ours| Some(*ours) == state.inbox.as_ref()).or(ours.first()).cloned()
    else {
        return (Vec::new(), Vec::new());
    };
    let mut entries = Vec::new();
    let mut ids = Vec::new();
    for recorded in events {
        if let SessionEvent::MessagePosted { message } = &recorded.event {
            ids.extend(message.mail_id.clone());
        }
        let mail = match &recorded.event {
            SessionEvent::MessagePosted { message } if acknowledges(message) => {
                sender(message, state).map(|to| {
                    let message = Box::new(message.clone());
                    (message.id.0, MailOut::Acknowledgement { session, from: from.clone(), to, message })
                })
            }
            SessionEvent::MessagePosted { message } if leaves_by_mail(message) => {
                address(state).map(|to| (message.id.0, to)).map(|(id, to)| {
                    let message = Box::new(message.clone());
                    (id, MailOut::Answer { session, from: from.clone(), to, message })
                })
            }
            SessionEvent::TranscriptRequested { to: Identity::Email(to) } => {
                let id = derived(session, recorded);
                Some((id, MailOut::Transcript { session, from: from.clone(), to: to.to_string() }))
            }
            _ => None,
        };
        if let Some((id, mail)) = mail {
            entries.push(entry(id, session, &mail, recorded.at));
        }
    }
    (entries, ids)
}

pub fn entry(id: uuid::Uuid, session: SessionId, mail: &MailOut, at: Timestamp) -> OutboxEntry {
    OutboxEntry {
        id,
        kind: OutboxKind::Mail,
        target: session.to_string(),
        payload: serde_json::to_value(mail).expect("plain data serialises"),
        not_before: at,
    }
}

/// An agent's message on the mail channel.
fn leaves_by_mail(message: &Message) -> bool {
    message.channel == Channel::Email && message.author != Author::Customer
}

fn acknowledges(message: &Message) -> bool {
    message.channel == Channel::Email && message.author == Author::System && message.automatic
}

/// Who wrote the mail that is acknowledged: nobody else hears of it.
fn sender(message: &Message, state: &State) -> Option<String> {
    let leg = message.leg.and_then(|leg| state.legs.get(&leg))?;
    matches!(leg.identity, Identity::Email(_)).then(|| leg.identity.value().to_owned())
}

fn address(state: &State) -> Option<String> {
    state.email().map(|email| email.value().to_owned())
}

/// The same for the same place in the log.
fn derived(session: SessionId, recorded: &Recorded<SessionEvent>) -> uuid::Uuid {
    let mixed = session.0.as_u128() ^ (u128::from(recorded.sequence.0) << 64);
    uuid::Builder::from_custom_bytes(mixed.to_be_bytes()).into_uuid()
}
