//! Two live sessions that turn out to be one customer's go on as one: the older. No log is rewritten,
//! so that it can be undone.
//!
//! The younger gives itself up first, then the older takes it in. A crash between the two is mended
//! by whoever next asks where the younger goes on.

use std::sync::Arc;

use model::event::Author;
use model::session::{Command, NewTask, Refusal, State, Status, Task};
use model::{SessionId, TaskId};

use super::Engine;
use crate::actors::session::DeliverError;

/// Sessions that absorbed each other, at most, between one and the one that goes on for it.
const MOST_STEPS: usize = 16;

/// Why sessions are not merged or parted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Retrying is pointless.
    #[error("both sessions have to be open")]
    NotOpen,
    /// Retrying is pointless.
    #[error("these sessions are not merged")]
    NotMerged,
    /// As safe to retry as its cause.
    #[error(transparent)]
    Deliver(#[from] DeliverError),
}

impl Engine {
    /// Where a session goes on: itself, or the one that absorbed it.
    pub async fn going_on(&self, session: SessionId) -> Result<SessionId, DeliverError> {
        let mut current = session;
        for _ in 0..MOST_STEPS {
            let state = self.sessions().state(current).await?;
            let Some(into) = state.absorbed_into else { break };
            if !self.sessions().state(into).await?.absorbed.contains(&current) {
                self.take_in(into, current, &state, None).await?;
            }
            current = into;
        }
        Ok(current)
    }

    /// Makes two sessions one; answers the older, which goes on. Doing it twice changes nothing.
    pub async fn merge(&self, one: SessionId, other: SessionId) -> Result<SessionId, MergeError> {
        let (one, other) = (self.going_on(one).await?, self.going_on(other).await?);
        if one == other {
            return Ok(one);
        }
        let (first, second) = (self.sessions().state(one).await?, self.sessions().state(other).await?);
        if first.status != Status::Open || second.status != Status::Open {
            return Err(MergeError::NotOpen);
        }
        let is_older = (first.opened_at, one) <= (second.opened_at, other);
        let (older, younger, given_up) = if is_older { (one, other, second) } else { (other, one, first) };
        self.deliver(younger, vec![Command::BeAbsorbed { into: older }]).await?;
        let state = self.sessions().state(younger).await?;
        self.take_in(older, younger, &state, given_up.task.clone()).await?;
        Ok(older)
    }

    /// Undoes a merger. What the older learned from the other it keeps.
    pub async fn separate(&self, session: SessionId, other: SessionId) -> Result<(), MergeError> {
        let state = self.sessions().state(other).await?;
        if state.absorbed_into != Some(session) {
            return Err(MergeError::NotMerged);
        }
        self.deliver(session, vec![Command::Separate { other }]).await?;
        self.deliver(other, vec![Command::Separate { other: session }]).await?;
        Ok(())
    }

    /// The older takes in what the younger knew, and its task unless it has one.
    async fn take_in(
        &self,
        older: SessionId,
        younger: SessionId,
        state: &Arc<State>,
        task: Option<Task>,
    ) -> Result<(), DeliverError> {
        let standing = self.sessions().state(older).await?;
        let absorb = Command::Absorb { other: younger, through: state.sequence };
        let everything = [vec![absorb.clone()], knowledge(state, &standing)].concat();
        match self.deliver(older, everything).await {
            // More than a session holds: the log of the other has it all the same.
            Err(DeliverError::Refused(Refusal::TooMany(_))) => self.deliver(older, vec![absorb]).await?,
            delivered => delivered?,
        };
        let Some(task) = task.filter(|_| standing.task.is_none()) else { return Ok(()) };
        let preferred_agent = task.state.agent().cloned();
        let task = NewTask {
            task: TaskId(uuid::Uuid::now_v7()),
            queue: task.queue,
            channel: task.channel,
            requirements: task.requirements,
            priority: task.priority,
            preferred_agent,
            waiting_since: Some(task.waiting_since),
        };
        match self.deliver(older, vec![Command::CreateTask(task)]).await {
            // Somebody else made one meanwhile.
            Ok(_) | Err(DeliverError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// What the younger knew and the older does not.
fn knowledge(state: &State, standing: &State) -> Vec<Command> {
    let mut commands = Vec::new();
    for (identity, verification) in state.identities.iter() {
        let (identity, verification) = (identity.clone(), *verification);
        commands.push(Command::AttachIdentity { identity, verification });
    }
    for (name, value) in state.facts.iter().filter(|(name, _)| !standing.facts.contains_key(*name)) {
        commands.push(Command::CollectFact {
            name: name.clone(),
            value: value.clone(),
            source: Author::System,
        });
    }
    if let (Some((intent, confidence)), None) = (&state.intent, &standing.intent) {
        commands.push(Command::DetectIntent { intent: intent.clone(), confidence: *confidence });
    }
    commands
}
