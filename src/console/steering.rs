//! What supervisors do, and which conversations are read, as the audit log has it.

use std::collections::BTreeMap;

use model::SessionId;
use serde_json::Value;

use super::answer::{Refused, refuse};
use super::connection::Identity;
use super::wire::{Ask, ConsoleRefusal};
use crate::audit::Act;
use crate::engine::Engine;

/// What an act may be about, in the order in which it is named.
const SUBJECTS: [&str; 4] = ["session", "task", "queue", "agent"];
/// What is kept besides. Not a whisper's words: they stand in its session, where they can be erased.
const DETAIL: [&str; 9] =
    ["task", "queue", "agent", "presence", "priority", "target", "reason", "capacity", "waiting_since"];

/// A supervisor's request by its own words.
pub fn act(who: &Identity, ask: &Ask) -> Act {
    let asked = serde_json::to_value(ask).unwrap_or_default();
    let named = |key: &str| asked.get(key).and_then(Value::as_str).map(str::to_owned);
    let detail = DETAIL.into_iter().filter_map(|key| {
        let value = asked.get(key).filter(|value| !value.is_null())?;
        Some((key, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    });
    Act {
        actor: who.agent.to_string(),
        act: named("type").unwrap_or_default(),
        subject: SUBJECTS.iter().find_map(|key| named(key)).unwrap_or_default(),
        detail: detail.collect(),
    }
}

/// Who reads a conversation.
pub fn reading(who: &Identity, session: SessionId) -> Act {
    Act {
        actor: who.agent.to_string(),
        act: "session_read".to_owned(),
        subject: session.to_string(),
        detail: BTreeMap::new(),
    }
}

/// What cannot be recorded is answered as busy.
pub async fn record(engine: &Engine, act: Act) -> Result<(), Refused> {
    engine.auth.audit.record(act).await.map_err(|error| refuse(ConsoleRefusal::Busy, error.to_string()))
}
