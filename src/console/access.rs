//! Which sessions somebody may read: agents those they have, are offered or had last; supervisors and
//! programs whose key says so all.

use model::session::State;
use model::{AgentId, SessionId};

use super::connection::Identity;
use super::wire::ConsoleRole;
use crate::auth::Principal;
use crate::engine::Engine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Own,
    Everything,
}

pub struct Access<'a> {
    agent: &'a AgentId,
    sight: Sight,
}

impl<'a> Access<'a> {
    /// Of a request, whose scope was checked before.
    pub fn of(principal: &'a Principal) -> Self {
        let supervises = principal.role() >= Some(ConsoleRole::Supervisor);
        let everything = principal.is_program() || supervises;
        Self { agent: &principal.agent, sight: if everything { Sight::Everything } else { Sight::Own } }
    }

    /// Of somebody at a console.
    pub fn at_console(who: &'a Identity) -> Self {
        let supervises = who.role >= ConsoleRole::Supervisor;
        Self { agent: &who.agent, sight: if supervises { Sight::Everything } else { Sight::Own } }
    }

    pub fn sees_everything(&self) -> bool {
        self.sight == Sight::Everything
    }

    pub async fn may_read(&self, engine: &Engine, session: SessionId) -> bool {
        let Ok(state) = engine.sessions().state(session).await else { return false };
        if state.session.is_none() {
            return false;
        }
        self.sees_everything() || self.has(&state) || self.had(engine, session).await
    }

    fn has(&self, state: &State) -> bool {
        let Some(task) = &state.task else { return false };
        let is_asked = || task.state.offers().iter().any(|offer| offer.agent == *self.agent);
        task.state.agent() == Some(self.agent) || is_asked()
    }

    /// Agents read the history of customers they have now.
    async fn had(&self, engine: &Engine, session: SessionId) -> bool {
        let Ok(Some(summary)) = engine.foundation.store.session_summary(session).await else { return false };
        if summary.last_agent.as_ref() == Some(self.agent) {
            return true;
        }
        let cards = engine.directory.held_by(self.agent);
        cards.iter().any(|card| card.customer == summary.customer)
    }
}
