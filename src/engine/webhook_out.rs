//! Which recorded events other programs have to hear of, written with them in one transaction.

use jiff::Timestamp as Instant;
use model::session::State;
use model::{Recorded, SessionEvent, Timestamp};
use serde_json::{Value, json};
use store::OutboxEntry;
use uuid::Uuid;

use crate::configuration::Organisation;
use crate::webhooks::{Delivery, wanted};

/// The calls for `events`, in their order.
///
/// A body is `{ "type", "timestamp", "data": { "session", "site", "customer", "sequence", "event" } }`
/// as the Standard Webhooks convention has it; `event` is the event as the log holds it.
pub fn entries(
    organisation: &Organisation,
    state: &State,
    events: &[Recorded<SessionEvent>],
) -> Vec<OutboxEntry> {
    let Some(session) = state.session.filter(|_| !organisation.webhooks.is_empty()) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    for recorded in events {
        let event = serde_json::to_value(&recorded.event).expect("an event has string keys");
        let name = event["type"].as_str().unwrap_or_default().to_owned();
        let mut body = None;
        for webhook in wanted(organisation, &name) {
            let body = body.get_or_insert_with(|| body_of(state, recorded, &name, &event)).clone();
            let delivery = Delivery { webhook: webhook.id.clone(), body };
            // Time-ordered: calls of one moment leave in the order of their events.
            entries.push(delivery.entry(Uuid::now_v7(), session, recorded.at));
        }
    }
    entries
}

fn body_of(state: &State, recorded: &Recorded<SessionEvent>, name: &str, event: &Value) -> Value {
    json!({
        "type": name,
        "timestamp": rfc3339(recorded.at),
        "data": {
            "session": state.session,
            "site": state.site,
            "customer": state.customer,
            "sequence": recorded.sequence,
            "event": event,
        },
    })
}

fn rfc3339(at: Timestamp) -> Option<String> {
    Instant::from_millisecond(at.0).ok().map(|instant| instant.to_string())
}
