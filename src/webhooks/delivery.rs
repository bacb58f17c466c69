//! What an outbox entry of a webhook says.

use model::id::Name;
use model::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{OutboxEntry, OutboxKind};
use uuid::Uuid;

use crate::configuration::Organisation;
use crate::configuration::organisation::Webhook;

/// A call to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub webhook: Name,
    /// The body, as JSON.
    pub body: Value,
}

impl Delivery {
    /// The entry to append with the event. `id` is the far side's key for repetitions; entries of one
    /// session and webhook leave in order.
    pub fn entry(self, id: Uuid, session: SessionId, not_before: Timestamp) -> OutboxEntry {
        let target = format!("{}/{session}", self.webhook);
        let payload = serde_json::to_value(self).expect("a delivery has string keys");
        OutboxEntry { id, kind: OutboxKind::Webhook, target, payload, not_before }
    }
}

/// The webhooks that are to hear of events of this type, such as `message_posted`.
pub fn wanted<'o>(organisation: &'o Organisation, event: &str) -> impl Iterator<Item = &'o Webhook> {
    organisation.webhooks.iter().filter(move |webhook| {
        webhook.events.is_empty() || webhook.events.iter().any(|wanted| wanted == event)
    })
}
