//! A session as a console sees it when it opens it anew.

use model::{Recorded, Sequence, SessionEvent, SessionId};

use super::wire::SessionSnapshot;
use crate::engine::{Engine, card};
use crate::frames;

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
    let mut earlier = if state.absorbed.is_empty() { Vec::new() } else { earlier(engine, session).await };
    let too_large = frames::keep_newest(&mut events) | frames::keep_newest(&mut earlier);
    Some(SessionSnapshot {
        session,
        sequence: through,
        context: card::context(&state, history),
        card,
        events,
        truncated: too_large || after > Sequence::START,
        earlier,
    })
}

/// The events of the sessions this one absorbed, each as far as it was absorbed.
async fn earlier(engine: &Engine, session: SessionId) -> Vec<Recorded<SessionEvent>> {
    let most = usize::try_from(MOST_EVENTS).unwrap_or(usize::MAX);
    let history = engine.foundation.store.history(session, 0, most).await.unwrap_or_default();
    let others = history.into_iter().filter(|event| event.session != session);
    others.map(|event| event.recorded).collect()
}
