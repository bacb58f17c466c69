//! The outbox: mails that were recorded with the events that caused them, sent until accepted or
//! given up. One sender; what is due of one session goes in order.

use std::sync::{Arc, Weak};
use std::time::Duration;

use channels::email::compose::{ComposedMail, Kind, OutgoingFile, OutgoingMail, compose};
use channels::email::send::{SendError, Smarthost, retry_after};
use channels::email::{Mailbox, Tokens};
use model::event::{Author, Delivery, Message};
use model::session::Command;
use model::{MessageId, Recorded, Sequence, SessionEvent};
use store::{DueEntry, OutboxKind, OutboxMark};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::engine::mail_out::MailOut;

/// How often the outbox is looked at, and how many mails are taken at a time.
const EVERY: Duration = Duration::from_millis(500);
const AT_ONCE: usize = 20;
/// References a mail carries beside its own.
const MOST_REFERENCES: usize = 20;

pub fn start(engine: &Arc<Engine>, smarthost: Smarthost, tokens: Arc<Tokens>, stop: &CancellationToken) {
    let sender = Sender { engine: Arc::downgrade(engine), smarthost, tokens };
    let stop = stop.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            let Some(engine) = sender.engine.upgrade() else { return };
            sender.send_due(&engine).await;
        }
    });
}

struct Sender {
    engine: Weak<Engine>,
    smarthost: Smarthost,
    tokens: Arc<Tokens>,
}

impl Sender {
    async fn send_due(&self, engine: &Engine) {
        let now = engine.foundation.now();
        let due = engine.foundation.store.outbox_due(OutboxKind::Mail, now, AT_ONCE).await;
        for entry in
            due.inspect_err(|error| tracing::warn!(%error, "cannot read the outbox")).unwrap_or_default()
        {
            let mark = self.send(engine, &entry).await;
            if let Err(error) = engine.foundation.store.outbox_mark(entry.id, mark).await {
                // The same Message-ID goes out again: receivers drop the second.
                tracing::warn!(mail = %entry.id, %error, "cannot mark a mail");
                return;
            }
        }
    }

    async fn send(&self, engine: &Engine, entry: &DueEntry) -> OutboxMark {
        let Ok(mail) = serde_json::from_value::<MailOut>(entry.payload.clone()) else {
            return OutboxMark::Failed { error: "the entry cannot be read".into() };
        };
        let Some(composed) = self.compose(engine, entry, &mail).await else {
            return OutboxMark::Failed { error: "the mail cannot be composed".into() };
        };
        let outcome = self.smarthost.send(&composed.envelope, &composed.raw).await;
        let now = engine.foundation.now();
        match outcome {
            Ok(_) => {
                report(engine, &mail, Delivery::Sent).await;
                OutboxMark::Sent
            }
            Err(SendError::Temporary { answer }) => {
                let waited = now.since(entry.created_at);
                let give_up = engine.foundation.settings.email.give_up_after;
                match retry_after(entry.attempts + 1, waited).filter(|_| waited < give_up) {
                    Some(pause) => OutboxMark::Retry { at: now + pause, error: answer },
                    None => self.give_up(engine, &mail, answer).await,
                }
            }
            Err(SendError::Permanent { answer }) => self.give_up(engine, &mail, answer).await,
        }
    }

    async fn give_up(&self, engine: &Engine, mail: &MailOut, answer: String) -> OutboxMark {
        report(engine, mail, Delivery::Failed { reason: answer.clone() }).await;
        OutboxMark::Failed { error: answer }
    }

    async fn compose(&self, engine: &Engine, entry: &DueEntry, mail: &MailOut) -> Option<ComposedMail> {
        let (session, from, to) = match mail {
            MailOut::Answer { session, from, to, .. }
            | MailOut::Transcript { session, from, to }
            | MailOut::Acknowledgement { session, from, to, .. } => (*session, from, to),
        };
        let log = engine.foundation.store.load_session(session, Sequence::START, 10_000).await.ok()?;
        let thread = thread(&log);
        let (kind, message, text, files) = match mail {
            MailOut::Answer { message, .. } => {
                (answer(engine, message), message.id, message.text.clone(), files(engine, message).await)
            }
            MailOut::Transcript { .. } => {
                (Kind::Transcript, MessageId(entry.id), transcript(engine, &log), Vec::new())
            }
            MailOut::Acknowledgement { message, .. } => {
                (Kind::Acknowledgement, message.id, message.text.clone(), Vec::new())
            }
        };
        let own_subject = match mail {
            MailOut::Acknowledgement { message, .. } => message.subject.clone(),
            _ => None,
        };
        let name = engine.foundation.organisation().name.clone();
        let outgoing = OutgoingMail {
            kind,
            session,
            message,
            inbox: Mailbox::new(Some(name.as_str()), from)?,
            to: Mailbox::new(None, to)?,
            subject: own_subject.or(thread.subject).or_else(|| Some(name.clone())),
            text,
            in_reply_to: thread.references.last().cloned(),
            references: thread.references,
            files,
            at: engine.foundation.now(),
        };
        compose(&outgoing, &self.tokens).inspect_err(|error| tracing::error!(%error, "cannot compose")).ok()
    }
}

/// By whom an answer was written.
fn answer(engine: &Engine, message: &Message) -> Kind {
    match &message.author {
        Author::Agent { agent } if engine.face(agent).1 => Kind::VirtualAnswer,
        _ => Kind::Answer,
    }
}

async fn report(engine: &Engine, mail: &MailOut, delivery: Delivery) {
    let MailOut::Answer { session, message, .. } = mail else { return };
    let command = Command::RecordDelivery { message: message.id, delivery };
    if let Err(error) = engine.sessions().deliver_waiting(*session, vec![command]).await {
        tracing::warn!(%session, %error, "cannot record what became of a mail");
    }
}

struct Thread {
    subject: Option<String>,
    references: Vec<String>,
}

/// The latest subject, and the customer's mails.
fn thread(log: &[Recorded<SessionEvent>]) -> Thread {
    let messages = log.iter().filter_map(|recorded| match &recorded.event {
        SessionEvent::MessagePosted { message } => Some(message),
        _ => None,
    });
    let mut thread = Thread { subject: None, references: Vec::new() };
    for message in messages {
        thread.references.extend(message.mail_id.clone());
        if message.subject.is_some() {
            thread.subject.clone_from(&message.subject);
        }
    }
    thread.references.drain(..thread.references.len().saturating_sub(MOST_REFERENCES));
    thread
}

async fn files(engine: &Engine, message: &Message) -> Vec<OutgoingFile> {
    let mut files = Vec::new();
    for attachment in &message.attachments {
        match engine.foundation.blobs.get(&attachment.blob).await {
            Ok(bytes) => files.push(OutgoingFile {
                name: attachment.name.clone(),
                media_type: attachment.media_type.clone(),
                bytes,
            }),
            Err(error) => tracing::warn!(blob = %attachment.blob, %error, "an attachment is missing"),
        }
    }
    files
}

/// What the customer saw, as text.
fn transcript(engine: &Engine, log: &[Recorded<SessionEvent>]) -> String {
    let mut lines = Vec::new();
    for recorded in log {
        let SessionEvent::MessagePosted { message } = &recorded.event else { continue };
        let who = match &message.author {
            Author::Customer => "You".to_owned(),
            Author::Agent { agent } => engine.face(agent).0,
            Author::System => continue,
        };
        lines.push(format!("{who}:\n{}\n", message.text));
    }
    lines.join("\n")
}
