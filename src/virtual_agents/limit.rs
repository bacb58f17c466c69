//! The time limit of a virtual agent from outside: what it leaves unanswered goes to people.

use std::sync::Arc;

use model::event::Author;
use model::session::State;
use model::task::{TaskState, TransferReason};
use model::{AgentId, Sequence, SessionEvent, SessionId};

use crate::configuration::organisation::VirtualAgentKind;
use crate::engine::Engine;

/// Events looked at after the customer's words; an answer is among the first.
const LOOK_AHEAD: usize = 500;

/// Waits for the agent's time limit, if it is a virtual agent from outside; if by then no agent has
/// said anything to what the customer had said, the session goes to people.
pub fn watch(engine: &Arc<Engine>, agent: &AgentId, session: SessionId) {
    let organisation = engine.foundation.organisation();
    let external = organisation.virtual_agent(agent).filter(|agent| agent.kind == VirtualAgentKind::External);
    let Some(limit) = external.map(|agent| agent.answer_time_limit) else { return };
    let (engine, agent) = (Arc::downgrade(engine), agent.clone());
    tokio::spawn(async move {
        let Some(said) = said(engine.upgrade(), &agent, session).await else { return };
        let Some(stopping) = engine.upgrade().map(|engine| engine.stopping.clone()) else { return };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(limit) => {}
        }
        let Some(engine) = engine.upgrade() else { return };
        if !answered(&engine, session, said).await {
            hand_over(&engine, &agent, session).await;
        }
    });
}

/// Where the customer's last words are, if nobody has said anything since.
async fn said(engine: Option<Arc<Engine>>, agent: &AgentId, session: SessionId) -> Option<Sequence> {
    let state = engine?.sessions().state(session).await.ok()?;
    let waits = state.last_customer_message == state.last_message && state.last_message > Sequence::START;
    (waits && has(&state, agent)).then_some(state.last_customer_message)
}

fn has(state: &State, agent: &AgentId) -> bool {
    let task = state.task.as_ref().map(|task| &task.state);
    matches!(task, Some(TaskState::Assigned { agent: holder }) if holder == agent)
}

/// Also when nobody can tell.
async fn answered(engine: &Engine, session: SessionId, said: Sequence) -> bool {
    let Ok(log) = engine.foundation.store.load_session(session, said, LOOK_AHEAD).await else { return true };
    log.iter().any(|recorded| {
        matches!(&recorded.event, SessionEvent::MessagePosted { message } if matches!(message.author, Author::Agent { .. }))
    })
}

async fn hand_over(engine: &Engine, agent: &AgentId, session: SessionId) {
    let Ok(state) = engine.sessions().state(session).await else { return };
    if !has(&state, agent) {
        return;
    }
    tracing::warn!(%agent, %session, "a virtual agent from outside took too long");
    let Some(command) = engine.request_person(&state, TransferReason::TimeLimit, None).await else { return };
    if let Err(error) = engine.sessions().deliver_waiting(session, vec![command]).await {
        tracing::debug!(%session, %error, "it was answered at the last moment");
    }
}
