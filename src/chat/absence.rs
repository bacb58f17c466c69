//! A customer whose connection went away and did not come back.

use std::sync::Arc;

use model::event::DetachReason;
use model::session::Command;
use model::task::{CancelReason, TaskState};
use model::{LegId, SessionId};

use crate::engine::Engine;

/// Waits for the site's patience; if the leg was not attached anew by then it is lost, and a waiting
/// task of somebody who can't be reached otherwise is abandoned.
pub fn watch(engine: Arc<Engine>, session: SessionId, leg: LegId) {
    let stopping = engine.stopping.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(engine.foundation.settings.chat.absence) => {}
        }
        if engine.connections.is_open(leg) {
            return;
        }
        let Ok(state) = engine.sessions().state(session).await else { return };
        let mut commands = vec![Command::Detach { leg, reason: DetachReason::Lost }];
        let waiting = state
            .task
            .as_ref()
            .filter(|task| matches!(task.state, TaskState::Pending | TaskState::Reserved { .. }));
        if let Some(task) = waiting.filter(|_| state.email().is_none()) {
            commands.push(Command::CancelTask { task: task.id, reason: CancelReason::Abandoned });
        }
        if let Err(error) = engine.deliver(session, commands).await {
            tracing::debug!(%session, %error, "an absent customer's leg is gone already");
        }
    });
}
