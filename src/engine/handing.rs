//! Tasks that somebody takes from a list, or gives to somebody.

use model::{AgentId, TaskId};
use routing::{CapacityRule, Input, Refusal};

use super::{Engine, explain};
use crate::actors::router::RouterGone;
use crate::console::wire::PickableView;

/// Why a task does not go into an agent's hands. Trying again helps once what it says has changed;
/// after `Gone` the server is ending.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandingError {
    /// The task is over, or there is no such task or agent.
    #[error("{0}")]
    Unknown(String),
    /// Somebody has it.
    #[error("{0}")]
    Taken(String),
    /// The first reason against it.
    #[error("{0}")]
    NotNow(String),
    #[error(transparent)]
    Gone(#[from] RouterGone),
}

impl From<Refusal> for HandingError {
    fn from(refusal: Refusal) -> Self {
        let message = explain::refused(&refusal);
        match refusal {
            Refusal::UnknownTask { .. } | Refusal::UnknownAgent { .. } => Self::Unknown(message),
            Refusal::AlreadyTaken { .. } => Self::Taken(message),
            _ => Self::NotNow(message),
        }
    }
}

impl Engine {
    /// What the agent may pick, the first in line first.
    pub async fn pickable(&self, agent: &AgentId) -> Vec<PickableView> {
        let pickable = self.router().pickable(agent.clone()).await;
        let view = |one: routing::Pickable| {
            let session = self.directory.session_of(one.task)?;
            Some(PickableView {
                task: one.task,
                queue: one.queue,
                waiting_since: one.waiting_since,
                card: (*self.directory.card(session)?).clone(),
                not_now: one.not_now.map(|reason| explain::against_you(&reason)),
            })
        };
        pickable.into_iter().filter_map(view).collect()
    }

    /// Decided when it answers; recorded as an offer and its assignment, like any other.
    pub async fn pick(&self, task: TaskId, agent: AgentId) -> Result<(), HandingError> {
        self.hand(Input::Pick { task, agent }).await
    }

    /// Gives a task to an agent, whatever its queue asks; answers as [`Self::pick`] does.
    pub async fn assign(
        &self,
        task: TaskId,
        agent: AgentId,
        capacity: CapacityRule,
        by: AgentId,
    ) -> Result<(), HandingError> {
        self.hand(Input::Assign { task, agent, capacity, by: Some(by) }).await
    }

    async fn hand(&self, input: Input) -> Result<(), HandingError> {
        match self.router().feed(input).await? {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }
}
