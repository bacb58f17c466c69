//! A session as a customer's client gets it anew: its latest items, and those of sessions merged
//! into it.

use channels::chat::view;
use channels::chat::wire::{ChatItem, ChatMessage};
use model::session::State;
use model::{Sequence, SessionId};

use super::standing::EngineFaces;
use crate::engine::Engine;
use crate::frames;

/// Events read for each item shown: most events of a session are hidden from customers.
const EVENTS_PER_ITEM: usize = 4;
/// Events read of a session and those it absorbed.
const MOST_ABSORBED: usize = 2_000;

/// Everything up to `state`, at most `snapshot_window` items.
pub async fn take(engine: &Engine, session: SessionId, state: &State) -> ChatMessage {
    let window = engine.foundation.settings.chat.snapshot_window;
    let read = window * EVENTS_PER_ITEM;
    let start = Sequence(state.sequence.0.saturating_sub(read as u64));
    let faces = EngineFaces(engine);
    let mut items = if state.absorbed.is_empty() { Vec::new() } else { absorbed(engine, session).await };
    let loaded = engine.foundation.store.load_session(session, start, read).await.unwrap_or_default();
    let own = loaded.iter().filter(|recorded| recorded.sequence <= state.sequence);
    items.extend(own.filter_map(|recorded| view::item(recorded, &faces)));
    items.sort_by_key(|item| item.at);
    let surplus = items.len().saturating_sub(window);
    items.drain(..surplus);
    let too_large = frames::keep_newest(&mut items);
    ChatMessage::Snapshot {
        session,
        sequence: state.sequence,
        standing: view::standing(state, &faces),
        items,
        truncated: too_large || surplus > 0 || start > Sequence::START,
    }
}

/// What the customer saw in sessions that this one absorbed; such items are not in its counting.
async fn absorbed(engine: &Engine, session: SessionId) -> Vec<ChatItem> {
    let faces = EngineFaces(engine);
    let history = engine.foundation.store.history(session, 0, MOST_ABSORBED).await;
    let others = history.unwrap_or_default().into_iter().filter(|event| event.session != session);
    let items = others.filter_map(|event| view::item(&event.recorded, &faces));
    items.map(|item| ChatItem { sequence: Sequence::START, ..item }).collect()
}
