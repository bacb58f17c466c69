//! The loop that carries out what the outbox holds. Ends when told to; a call under way is finished
//! or, at its timeout, tried again after the next start.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use model::Timestamp;
use reqwest::{Client, StatusCode, Url, redirect};
use store::{DueEntry, OutboxKind, OutboxMark, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::allowed::Allowed;
use super::backoff::next_try;
use super::delivery::Delivery;
use super::resolver::{Resolver, checked};
use super::signature::sign;
use crate::configuration::organisation::Webhook;
use crate::foundation::Foundation;
use crate::network::InvalidNetwork;

/// Calls at once.
const CALLS: usize = 16;
/// Entries taken from the outbox at once.
const BATCH: usize = 64;
/// How long to rest when nothing is due and nobody wakes the sender.
const REST: Duration = Duration::from_secs(1);
/// Longest reason kept with a failure, in bytes.
const REASON: usize = 200;

/// The sender cannot start. Retrying helps once the operator has mended the cause.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    #[error(transparent)]
    Network(#[from] InvalidNetwork),
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why a call did not succeed.
enum Failure {
    /// May go better later.
    Passing(String),
    /// Will not.
    Final(String),
}

/// The one sender of webhooks of a store.
pub struct Sender {
    foundation: Arc<Foundation>,
    allowed: Allowed,
    client: Client,
    wake: Arc<Notify>,
}

impl Sender {
    /// `wake` is notified when an entry was written, and the sender looks at once.
    pub fn new(foundation: Arc<Foundation>, wake: Arc<Notify>) -> Result<Self, SenderError> {
        let settings = &foundation.settings.webhooks;
        let allowed = Allowed::new(&settings.allow_private)?;
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver { allowed: allowed.clone() }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(settings.timeout)
            .user_agent(concat!("tandem/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { foundation, allowed, client, wake })
    }

    /// Sends until told to end.
    pub async fn run(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let sent = self.send_due().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the outbox cannot be read");
                0
            });
            if sent > 0 {
                continue;
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(REST) => {}
            }
        }
    }

    /// Tries what is due now; returns how many entries that was.
    pub async fn send_due(&self) -> Result<usize, StoreError> {
        let store = &self.foundation.store;
        let due = store.outbox_due(OutboxKind::Webhook, self.foundation.now(), BATCH).await?;
        let count = due.len();
        let tries = stream::iter(due).map(|entry| Box::pin(self.attempt(entry))).buffer_unordered(CALLS);
        let results: Vec<Result<(), StoreError>> = tries.collect().await;
        results.into_iter().collect::<Result<(), StoreError>>().map(|()| count)
    }

    async fn attempt(&self, entry: DueEntry) -> Result<(), StoreError> {
        let outcome = self.call(&entry).await;
        let mark = self.mark(&entry, outcome, self.foundation.now());
        self.foundation.store.outbox_mark(entry.id, mark).await
    }

    fn mark(&self, entry: &DueEntry, outcome: Result<(), Failure>, now: Timestamp) -> OutboxMark {
        let give_up_after = self.foundation.settings.webhooks.give_up_after;
        let error = match outcome {
            Ok(()) => return OutboxMark::Sent,
            Err(Failure::Passing(error)) => {
                match next_try(entry.attempts.saturating_add(1), entry.created_at, now, give_up_after) {
                    Some(at) => return OutboxMark::Retry { at, error: bounded(error) },
                    None => error,
                }
            }
            Err(Failure::Final(error)) => error,
        };
        tracing::warn!(id = %entry.id, error, "a webhook call is given up");
        OutboxMark::Failed { error: bounded(error) }
    }

    async fn call(&self, entry: &DueEntry) -> Result<(), Failure> {
        let delivery: Delivery = serde_json::from_value(entry.payload.clone())
            .map_err(|_| Failure::Final("the entry is no delivery".to_owned()))?;
        let organisation = self.foundation.organisation();
        let webhook = organisation.webhooks.iter().find(|webhook| webhook.id == delivery.webhook);
        let webhook =
            webhook.ok_or_else(|| Failure::Final("there is no such webhook any more".to_owned()))?;
        let url = checked(&webhook.url, &self.allowed).map_err(Failure::Final)?;
        self.post(url, webhook, &entry.id.to_string(), delivery.body.to_string()).await
    }

    async fn post(&self, url: Url, webhook: &Webhook, id: &str, body: String) -> Result<(), Failure> {
        let reference = webhook.secret.clone();
        let secret = tokio::task::spawn_blocking(move || reference.resolve()).await;
        let secret = secret
            .map_err(|_| Failure::Passing("cannot read the secret".to_owned()))?
            .map_err(|error| Failure::Passing(error.to_string()))?;
        let timestamp = self.foundation.now().0 / 1_000;
        let signature = sign(&secret, id, timestamp, body.as_bytes());
        let call = self.client.post(url).header("content-type", "application/json").header("webhook-id", id);
        let call =
            call.header("webhook-timestamp", timestamp).header("webhook-signature", signature).body(body);
        let response = call.send().await.map_err(|error| Failure::Passing(reason(error)))?;
        // What the far side says beside its status is not read.
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Failure::Final("the far side is gone (410)".to_owned())),
            status => Err(Failure::Passing(format!("the far side answered {}", status.as_u16()))),
        }
    }
}

/// Without the address, which may hold a key.
fn reason(error: reqwest::Error) -> String {
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => "the far side did not answer in time".to_owned(),
        (_, true) => "cannot connect to an address that may be called".to_owned(),
        _ => error.without_url().to_string(),
    }
}

fn bounded(mut error: String) -> String {
    error.truncate(error.floor_char_boundary(REASON));
    error
}
