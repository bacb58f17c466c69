//! A session as a console sees it when it opens it anew.

use model::{Sequence, SessionId};

use super::wire::SessionSnapshot;
use crate::engine::{Engine, card};

/// Events a snapshot holds at most.
const MOST_EVENTS: u64 = 1_000;

pub async fn take(engine: &Engine, session: SessionId, through: Sequence) -> Option<SessionSnapshot> {
    let state = engine.sessions().state(session).await.ok()?;
    let card = card::card(session, &state)?;
    let after = Sequence(through.0.saturating_sub(MOST_EVENTS));
    let mut events = engine
        .foundation
        .store
        .load_session(session, after, usize::try_from(MOST_EVENTS).ok()?)
        .await
        .ok()?;
    events.retain(|recorded| recorded.sequence <= through);
    let history = engine.history(card.customer, session).await;
    Some(SessionSnapshot {
        session,
        sequence: through,
        context: card::context(&state, history),
        card,
        events,
        truncated: after > Sequence::START,
    })
}
