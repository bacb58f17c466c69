//! Mail on its way in: durable first, then read off the workers, then placed in a session. The mails
//! of one sender are placed one after the other, in the order they came; what cannot be placed now is
//! tried again, and what no session takes is parked.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channels::email::smtp::{MailSink, Recipient, SinkError};
use channels::email::{Envelope, Limits, Tokens, prepare};
use futures_util::StreamExt;
use store::{BlobError, StoreError};
use tokio_util::sync::CancellationToken;

use super::acknowledge::Acknowledger;
use super::parked::{Parked, Reason, Shelf};
use super::place::Outcome;
use super::read::Read;
use super::senders::Senders;
use super::waiting::{Accepted, Handling, Waiting};
use crate::configuration::settings::Email;
use crate::engine::Engine;
use crate::foundation::now;

/// Mails read at once, each on a thread of its own.
const READERS: usize = 2;
/// Mails placed at once: a mail in memory each, and as many appends that share a commit.
const PLACERS: usize = 4;
/// Senders are spread over so many locks.
const SENDER_LOCKS: usize = 64;
/// What could not be placed is tried again after this.
const AGAIN: Duration = Duration::from_secs(2);

/// Takes mail in for the engine.
pub struct Desk {
    pub(super) engine: Weak<Engine>,
    pub(super) tokens: Arc<Tokens>,
    pub(super) senders: Senders,
    pub(super) acknowledger: Acknowledger,
    pub shelf: Shelf,
    waiting: Waiting,
    /// What is remembered of a sender is read and written by one placer at a time.
    sender_locks: Vec<tokio::sync::Mutex<()>>,
    domain: String,
    /// The server whose word makes a sender verified.
    pub(super) authentication_server: Option<String>,
}

/// Whether a pass over the waiting mails left any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Some,
}

impl Desk {
    pub async fn open(
        engine: &Arc<Engine>,
        tokens: Arc<Tokens>,
        settings: &Email,
    ) -> Result<Self, StoreError> {
        let store = &engine.foundation.store;
        Ok(Self {
            engine: Arc::downgrade(engine),
            tokens,
            senders: Senders::new(store.clone(), settings.acknowledge_every),
            acknowledger: Acknowledger::new(settings),
            shelf: Shelf::new(store.clone()),
            waiting: Waiting::open(store.clone()).await?,
            sender_locks: (0..SENDER_LOCKS).map(|_| tokio::sync::Mutex::new(())).collect(),
            domain: settings.domain.clone(),
            authentication_server: settings.authentication_server.clone(),
        })
    }

    /// Places what waits, until `stop`.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let left = self.pass(&stop).await;
            let again = async {
                match left {
                    Left::Nothing => std::future::pending().await,
                    Left::Some => tokio::time::sleep(AGAIN).await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.waiting.arrival() => {}
                () = again => {}
            }
        }
    }

    /// Goes once over all that waits, page by page.
    async fn pass(&self, stop: &CancellationToken) -> Left {
        let (mut left, mut after) = (Left::Nothing, String::new());
        loop {
            let page = match self.waiting.page(&after).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "cannot list the waiting mails");
                    return Left::Some;
                }
            };
            let Some((last, _)) = page.last() else { return left };
            after.clone_from(last);
            let reading = page.into_iter().map(|(key, accepted)| self.read(key, accepted));
            let read = futures_util::stream::iter(reading).buffered(READERS);
            let placing = read.map(|(key, accepted, read)| self.finish(key, accepted, read));
            let mut placed = std::pin::pin!(placing.buffer_unordered(PLACERS));
            while let Some(is_done) = placed.next().await {
                if stop.is_cancelled() {
                    return Left::Nothing;
                }
                if !is_done {
                    left = Left::Some;
                }
            }
        }
    }

    /// Reads a mail on a blocking thread: what it says, where it may belong, what it is about.
    fn read(
        &self,
        key: String,
        accepted: Accepted,
    ) -> impl Future<Output = (String, Accepted, Read)> + use<> {
        let (engine, tokens) = (self.engine.clone(), self.tokens.clone());
        async move {
            let Some(engine) = engine.upgrade() else { return (key, accepted, Read::Later) };
            let raw = match engine.foundation.blobs.get(&accepted.blob).await {
                Ok(raw) => raw,
                Err(BlobError::NotFound) => return (key, accepted, Read::Lost),
                Err(error) => {
                    tracing::warn!(key, %error, "cannot fetch a raw mail");
                    return (key, accepted, Read::Later);
                }
            };
            let (envelope, intents) = (accepted.envelope.clone(), engine.intents());
            let read = tokio::task::spawn_blocking(move || {
                let prepared = prepare(&raw, &envelope, &Limits::default(), &tokens);
                Read::whole(prepared, intents.as_deref())
            });
            let read = read.await.unwrap_or(Read::Broken);
            (key, accepted, read)
        }
    }

    /// Places a mail or parks it; whether it is off the list.
    async fn finish(&self, key: String, accepted: Accepted, read: Read) -> bool {
        let Some(engine) = self.engine.upgrade() else { return false };
        let key = key.as_str();
        // Fair: who came first is let in first.
        let _one_of_its_sender = self.sender_locks[read.sender_lock(SENDER_LOCKS)].lock().await;
        let outcome = self.place(&engine, &accepted, &read).await;
        let kept = match outcome {
            Outcome::Placed => {
                metrics::counter!("tandem_mails_placed_total").increment(1);
                Ok(())
            }
            Outcome::Later => return false,
            Outcome::Park(reason) => self.park(&engine, key, reason, accepted, &read).await,
        };
        let done = match kept {
            Ok(()) => self.waiting.done(key).await,
            Err(error) => Err(error),
        };
        done.inspect_err(|error| tracing::warn!(key, %error, "a mail stays on the list")).is_ok()
    }

    async fn park(
        &self,
        engine: &Engine,
        key: &str,
        reason: Reason,
        accepted: Accepted,
        read: &Read,
    ) -> Result<(), StoreError> {
        let parked = Parked::new(reason, accepted, read.mail(), now());
        self.shelf.put(key, &parked).await?;
        tracing::warn!(key, reason = reason.as_str(), "a mail is parked");
        metrics::counter!("tandem_mails_parked_total", "reason" => reason.as_str()).increment(1);
        engine.alert(format!("a mail is parked: {}", reason.as_str().replace('_', " ")));
        Ok(())
    }

    /// Has a parked mail read once more, as a person wishes. False: there is none of this name.
    pub async fn retry(&self, key: &str) -> Result<bool, super::waiting::NotTaken> {
        let Some(parked) = self.shelf.get(key).await? else { return Ok(false) };
        let accepted = Accepted { handling: Handling::Retried, ..parked.accepted };
        self.waiting.add(&accepted).await?;
        self.shelf.remove(key).await?;
        Ok(true)
    }
}

/// The desk as the listener sees it.
pub struct Sink(pub Arc<Desk>);

#[async_trait]
impl MailSink for Sink {
    async fn recipient(&self, address: &str) -> Recipient {
        let Some(engine) = self.0.engine.upgrade() else { return Recipient::Busy };
        let bounces = address.starts_with("b+") && bounce_domain(&engine, &self.0.domain, address);
        let organisation = engine.foundation.organisation();
        if bounces || organisation.inbox(address).is_some() { Recipient::Known } else { Recipient::Unknown }
    }

    async fn accept(&self, envelope: Envelope, raw: Bytes) -> Result<(), SinkError> {
        let engine = self.0.engine.upgrade().ok_or(SinkError::Busy)?;
        let blob = engine.foundation.blobs.put(raw).await.map_err(|error| match error {
            BlobError::TooLarge { .. } => SinkError::TooLarge,
            _ => SinkError::Busy,
        })?;
        let accepted = Accepted { blob, envelope, at: now(), handling: Handling::First };
        self.0.waiting.add(&accepted).await.map_err(|_| SinkError::Busy)?;
        metrics::counter!("tandem_mails_accepted_total").increment(1);
        Ok(())
    }
}

/// Bounces come back to the domain of the site whose mail it was.
fn bounce_domain(engine: &Engine, own: &str, address: &str) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else { return false };
    let organisation = engine.foundation.organisation();
    let mut addresses = organisation.sites.iter().flat_map(|site| &site.email_addresses);
    domain.eq_ignore_ascii_case(own)
        || addresses.any(|ours| {
            ours.rsplit_once('@')
                .is_some_and(|(_, domain_of_ours)| domain_of_ours.eq_ignore_ascii_case(domain))
        })
}
