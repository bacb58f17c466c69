//! Mail on its way in: durable first, then read off the workers, then a command to a session.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use bytes::Bytes;
use channels::email::smtp::{MailSink, Recipient, SinkError};
use channels::email::thread::{Decision, Known, Standing, ThreadKeys, decide};
use channels::email::{Envelope, Limits, ParsedMail, Prepared, Tokens, normalise_address, prepare};
use model::event::{Attachment, Delivery, Message};
use model::session::{Command, State, Status};
use model::{Channel, CustomerId, Identity, LegId, MessageId, SessionId, SiteId, Verification};
use sha2::{Digest, Sha256};
use store::BlobError;
use tokio::sync::Semaphore;

use crate::configuration::settings::Email;
use crate::engine::Engine;
use crate::engine::reception::{self, Arrival};

/// Mails that are durable and not yet in a session wait here, by their blob.
const COLLECTION: &str = "inbound_mail";
/// Mails read at once.
const READERS: usize = 2;

/// Takes mail in for the engine.
pub struct Desk {
    engine: Weak<Engine>,
    tokens: Arc<Tokens>,
    domain: String,
    readers: Arc<Semaphore>,
}

impl Desk {
    pub fn new(engine: &Arc<Engine>, tokens: Arc<Tokens>, settings: &Email) -> Self {
        let readers = Arc::new(Semaphore::new(READERS));
        Self { engine: Arc::downgrade(engine), tokens, domain: settings.domain.clone(), readers }
    }
}

/// Goes on with what an earlier run took and did not finish.
pub fn catch_up(desk: &Arc<Desk>) {
    let desk = desk.clone();
    tokio::spawn(async move {
        let Some(engine) = desk.engine.upgrade() else { return };
        let now = engine.foundation.now();
        let waiting = engine.foundation.store.documents(COLLECTION, "", now, 1_000).await;
        for (blob, envelope) in waiting.unwrap_or_default() {
            if let Ok(envelope) = serde_json::from_value(envelope) {
                desk.process(&blob, envelope).await;
            }
        }
    });
}

/// The desk as the listener sees it.
pub struct Sink(pub Arc<Desk>);

#[async_trait]
impl MailSink for Sink {
    async fn recipient(&self, address: &str) -> Recipient {
        let Some(engine) = self.0.engine.upgrade() else { return Recipient::Busy };
        let bounces = address.starts_with("b+") && address.ends_with(&format!("@{}", self.0.domain));
        if bounces || site_of(&engine, address).is_some() { Recipient::Known } else { Recipient::Unknown }
    }

    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError> {
        let engine = self.0.engine.upgrade().ok_or(SinkError::Busy)?;
        let blob = engine.foundation.blobs.put(raw).await.map_err(|error| match error {
            BlobError::TooLarge { .. } => SinkError::TooLarge,
            _ => SinkError::Busy,
        })?;
        let kept = serde_json::to_value(&envelope).map_err(|_| SinkError::Refused)?;
        let stored = engine.foundation.store.put_document(COLLECTION, &blob, &kept, None).await;
        stored.map_err(|_| SinkError::Busy)?;
        let desk = self.0.clone();
        tokio::spawn(async move { desk.process(&blob, envelope).await });
        Ok(())
    }
}

/// The site whose address this is, with or without a tag.
fn site_of(engine: &Engine, address: &str) -> Option<SiteId> {
    let (local, domain) = address.rsplit_once('@')?;
    let plain = format!("{}@{domain}", local.split('+').next().unwrap_or(local));
    let organisation = engine.foundation.organisation();
    let site = organisation
        .sites
        .iter()
        .find(|site| site.email_addresses.iter().any(|ours| ours.eq_ignore_ascii_case(&plain)));
    site.map(|site| site.id.clone())
}

impl Desk {
    /// Reads one mail and makes it part of a session; only then it is taken off the list.
    async fn process(&self, blob: &str, envelope: Envelope) {
        let Ok(_reader) = self.readers.acquire().await else { return };
        let Some(engine) = self.engine.upgrade() else { return };
        let Ok(raw) = engine.foundation.blobs.get(blob).await else {
            tracing::error!(blob, "a mail that was taken is not there");
            return;
        };
        let (tokens, addressed) = (self.tokens.clone(), envelope.clone());
        let read =
            tokio::task::spawn_blocking(move || prepare(&raw, &addressed, &Limits::default(), &tokens)).await;
        let Ok(prepared) = read else {
            tracing::error!(blob, "a mail could not be read; it stays where it is");
            return;
        };
        if self.place(&engine, blob, &envelope, prepared).await.is_ok()
            && let Err(error) = engine.foundation.store.delete_document(COLLECTION, blob).await
        {
            tracing::warn!(blob, %error, "a mail may be read again; it is posted once all the same");
        }
    }

    async fn place(
        &self,
        engine: &Engine,
        blob: &str,
        envelope: &Envelope,
        prepared: Prepared,
    ) -> Result<(), ()> {
        let Prepared { mail, keys } = prepared;
        let known = self.known(engine, &keys).await;
        let commands = match decide(&keys, &mail, &known) {
            Decision::Bounced { session, message } => {
                let reason = mail.bounce.as_ref().map(|bounce| bounce.diagnostic.clone());
                let reason = reason.unwrap_or_else(|| "it came back".into()).chars().take(500).collect();
                let delivery = Delivery::Bounced { reason };
                (session, vec![Command::RecordDelivery { message, delivery }])
            }
            Decision::Join { session, standing } => {
                let session = engine.going_on(session).await.unwrap_or(session);
                (session, self.join(engine, session, standing, blob, envelope, &mail).await)
            }
            Decision::New { .. } => {
                let session = SessionId(derived("session", blob));
                (session, self.open(engine, session, blob, envelope, &mail).await)
            }
        };
        let (session, commands) = commands;
        match engine.sessions().deliver_waiting(session, commands).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%session, blob, %error, "a mail did not get into its session");
                Err(())
            }
        }
    }

    /// What is known of the sessions that the mail's ids point to.
    async fn known(&self, engine: &Engine, keys: &ThreadKeys) -> Known {
        let mut known = Known { sessions: HashMap::new(), participants: HashMap::new() };
        for id in &keys.ids {
            if let Some((session, _)) = self.tokens.named_by(id) {
                known.sessions.insert(id.clone(), session);
            }
        }
        let stored = engine.foundation.store.sessions_of_mails(keys.ids.clone()).await;
        known.sessions.extend(stored.unwrap_or_default());
        let sessions: Vec<_> = known.sessions.values().copied().chain(keys.token).collect();
        for session in sessions {
            let Ok(state) = engine.sessions().state(session).await else { continue };
            let emails = state.identities.keys().filter(|identity| matches!(identity, Identity::Email(_)));
            known.participants.insert(session, emails.map(|email| email.value().to_owned()).collect());
        }
        known
    }

    async fn open(
        &self,
        engine: &Engine,
        session: SessionId,
        blob: &str,
        envelope: &Envelope,
        mail: &ParsedMail,
    ) -> Vec<Command> {
        let customer = CustomerId(derived("customer", blob));
        let leg = LegId(derived("leg", blob));
        let arrival = arrival(engine, envelope, mail);
        let message = message(engine, blob, leg, mail).await;
        engine.receive(session, customer, leg, &arrival, message).await
    }

    /// A participant is there by mail now; a stranger with a genuine token is heard, and no more.
    async fn join(
        &self,
        engine: &Engine,
        session: SessionId,
        standing: Standing,
        blob: &str,
        envelope: &Envelope,
        mail: &ParsedMail,
    ) -> Vec<Command> {
        let Ok(state) = engine.sessions().state(session).await else { return Vec::new() };
        let leg = attached(&state).unwrap_or_else(|| LegId(derived("leg", blob)));
        let message = message(engine, blob, leg, mail).await;
        let Some(customer) = state.customer else { return Vec::new() };
        if standing == Standing::Stranger && state.status == Status::Open {
            return vec![Command::Post { message, seen: None }];
        }
        let arrival = arrival(engine, envelope, mail);
        let mut commands = engine.receive(session, customer, leg, &arrival, message).await;
        if mail.automatic.is_some() {
            commands.retain(|command| !matches!(command, Command::CreateTask(_)));
        }
        commands
    }
}

fn attached(state: &State) -> Option<LegId> {
    let mut legs = state.legs.iter();
    legs.find(|(_, leg)| leg.channel == Channel::Email && leg.attached).map(|(leg, _)| *leg)
}

fn arrival(engine: &Engine, envelope: &Envelope, mail: &ParsedMail) -> Arrival {
    let site = envelope.recipients.iter().find_map(|recipient| site_of(engine, recipient));
    let organisation = engine.foundation.organisation();
    let fallback = organisation.sites.first().map(|site| site.id.clone());
    let from = mail.from.as_ref().map(|from| from.address.clone());
    let from = from.or_else(|| envelope.sender.clone()).and_then(|address| normalise_address(&address));
    Arrival {
        site: site.or(fallback).unwrap_or_else(|| SiteId::new("none").expect("a plain word")),
        channel: Channel::Email,
        identity: Identity::email(from.as_deref().unwrap_or("unknown@invalid")),
        verification: Verification::Claimed,
        language: bots::detect_language(&mail.text),
        origin: mail.subject.as_ref().map(|subject| subject.chars().take(200).collect::<String>().into()),
    }
}

async fn message(engine: &Engine, blob: &str, leg: LegId, mail: &ParsedMail) -> Message {
    let mut attachments = Vec::new();
    for file in mail.attachments.iter().take(model::session::MAX_ATTACHMENTS) {
        match engine.foundation.blobs.put(file.bytes.clone()).await {
            Ok(stored) => attachments.push(Attachment {
                blob: stored,
                name: file.name.clone(),
                media_type: file.media_type.clone(),
                size: file.bytes.len() as u64,
            }),
            Err(error) => tracing::warn!(blob, %error, "an attachment stays in the original only"),
        }
    }
    let id = MessageId(derived("message", if mail.message_id.is_empty() { blob } else { &mail.message_id }));
    let mut message = reception::customer_message(id, Channel::Email, leg, text(mail));
    message.visible = mail.visible.filter(|visible| (*visible as usize) < message.text.len());
    message.subject = mail.subject.as_ref().map(|subject| subject.chars().take(500).collect());
    message.attachments = attachments;
    message.original = Some(blob.to_owned());
    message.mail_id = Some(mail.message_id.clone()).filter(|id| !id.is_empty() && id.len() <= 900);
    message.automatic = mail.automatic.is_some();
    message
}

/// What is shown; a mail without text says what it is.
fn text(mail: &ParsedMail) -> String {
    if mail.text.trim().is_empty() {
        return "(a mail without readable text; see the original)".to_owned();
    }
    let end = (0..=model::session::MAX_TEXT.min(mail.text.len()))
        .rev()
        .find(|end| mail.text.is_char_boundary(*end))
        .unwrap_or(0);
    mail.text[..end].to_owned()
}

/// The same id for the same mail, so that a mail taken twice is posted once.
fn derived(what: &str, of: &str) -> uuid::Uuid {
    let digest = Sha256::new().chain_update(what).chain_update([0]).chain_update(of).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
