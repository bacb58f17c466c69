//! A customer whose connection went away and did not come back.

use std::sync::Arc;
use std::time::Instant;

use model::event::DetachReason;
use model::session::{Command, State};
use model::task::{CancelReason, TaskState};
use model::{Channel, LegId, SessionId};

use crate::engine::Engine;

/// Waits for the chat's patience; if the leg has no connection again by then it is lost, and a waiting
/// task of somebody who is on no other leg and can't be reached otherwise is abandoned.
pub fn watch(engine: Arc<Engine>, session: SessionId, leg: LegId) {
    let stopping = engine.stopping.clone();
    tokio::spawn(async move {
        let patience = engine.foundation.settings.chat.absence;
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(patience) => {}
        }
        if !engine.connections.forget_absent(leg, patience, Instant::now()) {
            return;
        }
        let Ok(state) = engine.sessions().state(session).await else { return };
        let mut commands = vec![Command::Detach { leg, reason: DetachReason::Lost }];
        let waiting = state
            .task
            .as_ref()
            .filter(|task| matches!(task.state, TaskState::Pending | TaskState::Reserved { .. }));
        // Who is to be called back need not wait beside it.
        let waiting = waiting.filter(|task| task.callback().is_none());
        if let Some(task) = waiting.filter(|_| state.email().is_none() && !is_elsewhere(&engine, &state)) {
            commands.push(Command::CancelTask { task: task.id, reason: CancelReason::Abandoned });
        }
        if let Err(error) = engine.deliver(session, commands).await {
            tracing::debug!(%session, %error, "an absent customer's leg is gone already");
        }
    });
}

/// Whether the customer has another chat open.
fn is_elsewhere(engine: &Engine, state: &State) -> bool {
    let mut chats = state.legs.iter().filter(|(_, leg)| leg.channel == Channel::Chat);
    chats.any(|(leg, _)| engine.connections.is_open(*leg))
}

/// After a restart: who was there gets the same patience to come back.
pub fn watch_all(engine: &Arc<Engine>, session: SessionId, state: &State) {
    let there = state.legs.iter().filter(|(_, leg)| leg.channel == Channel::Chat && leg.attached);
    for (leg, _) in there {
        watch(engine.clone(), session, *leg);
    }
}
