//! What actors hold of the engine: no more than a tie, so that everything ends once the server lets
//! the engine go.

use std::sync::{Arc, Weak};

use model::event::PresenceCause;
use model::session::State;
use model::{AgentId, PresenceName, Recorded, SessionEvent, SessionId};
use store::OutboxEntry;

use super::Engine;
use crate::actors::agent::AgentEffects;
use crate::actors::session::{Effects, EngineGone};

pub struct Tie(pub Weak<Engine>);

#[async_trait::async_trait]
impl Effects for Tie {
    fn outbox(
        &self,
        state: &State,
        events: &[Recorded<SessionEvent>],
    ) -> Result<(Vec<OutboxEntry>, Vec<String>), EngineGone> {
        self.0.upgrade().map(|engine| engine.outbox(state, events)).ok_or(EngineGone)
    }

    async fn recorded(&self, session: SessionId, state: Arc<State>, events: Arc<[Recorded<SessionEvent>]>) {
        if let Some(engine) = self.0.upgrade() {
            engine.recorded(session, state, events).await;
        }
    }
}

#[async_trait::async_trait]
impl AgentEffects for Tie {
    async fn presence_changed(&self, agent: &AgentId, presence: &PresenceName, cause: PresenceCause) {
        if let Some(engine) = self.0.upgrade() {
            engine.presence_changed(agent, presence, cause).await;
        }
    }

    async fn left_behind(&self, agent: &AgentId, sessions: Vec<SessionId>) {
        if let Some(engine) = self.0.upgrade() {
            engine.left_behind(agent, sessions).await;
        }
    }
}
