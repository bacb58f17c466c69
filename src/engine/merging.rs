//! Two live sessions that turn out to be one customer's go on as one: the older. No log is rewritten,
//! so that it can be undone.
//!
//! The younger gives itself up first, then the older takes it in. A crash between the two is mended
//! by whoever next asks where the younger goes on.

use std::sync::Arc;

use model::event::{Author, Recorded, SessionEvent};
use model::session::{Command, NewTask, Refusal, State, Status, Task};
use model::task::CancelReason;
use model::{Sequence, SessionId, TaskId};

use super::Engine;
use crate::actors::session::DeliverError;

/// Sessions that absorbed each other, at most, between one and the one that goes on for it.
const MOST_STEPS: usize = 16;

/// Events looked through for the task that a session had when it was absorbed.
const MOST_LOOKED_BACK: usize = 1_000;

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

    /// Undoes a merger. What the older learned from the other it keeps; who waited in the other waits
    /// again, at the same age and for the same agent first.
    pub async fn separate(&self, session: SessionId, other: SessionId) -> Result<(), MergeError> {
        let (older, younger) = (self.sessions().state(session).await?, self.sessions().state(other).await?);
        if younger.absorbed_into != Some(session) && !older.absorbed.contains(&other) {
            return Err(MergeError::NotMerged);
        }
        let task = self.given_up(other, &younger).await;
        // The younger first: who hears it from the older, goes on there.
        self.part(other, session).await?;
        self.part(session, other).await?;
        let Some(task) = task else { return Ok(()) };
        match self.deliver(other, vec![Command::CreateTask(task)]).await {
            // Its customer wrote meanwhile.
            Ok(_) | Err(DeliverError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// One half of a separation; it may have been done before a crash.
    async fn part(&self, session: SessionId, other: SessionId) -> Result<(), DeliverError> {
        match self.deliver(session, vec![Command::Separate { other }]).await {
            Ok(_) | Err(DeliverError::Refused(Refusal::NothingChanges)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The task that was canceled because its session was absorbed, as it stood then.
    async fn given_up(&self, session: SessionId, state: &State) -> Option<NewTask> {
        if state.status != Status::Open || state.task.is_some() {
            return None;
        }
        let after = Sequence(state.sequence.0.saturating_sub(MOST_LOOKED_BACK as u64));
        let log = self.foundation.store.load_session(session, after, MOST_LOOKED_BACK).await.ok()?;
        given_up(&log)
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

fn given_up(log: &[Recorded<SessionEvent>]) -> Option<NewTask> {
    let canceled = log.iter().rev().find_map(|recorded| match recorded.event {
        SessionEvent::TaskCanceled { task, reason: CancelReason::Absorbed } => Some(task),
        _ => None,
    })?;
    let mut given_up = None;
    for Recorded { event, .. } in log {
        match (event, &mut given_up) {
            (
                SessionEvent::TaskCreated {
                    task, queue, channel, requirements, priority, waiting_since, ..
                },
                _,
            ) if *task == canceled => {
                given_up = Some(NewTask {
                    task: TaskId(uuid::Uuid::now_v7()),
                    queue: queue.clone(),
                    channel: *channel,
                    requirements: requirements.clone(),
                    priority: *priority,
                    preferred_agent: None,
                    waiting_since: Some(*waiting_since),
                });
            }
            (SessionEvent::TaskTransferred { task, target, requirements, .. }, Some(known))
                if *task == canceled =>
            {
                known.queue = target.queue().clone();
                known.requirements = requirements.clone();
                known.preferred_agent = None;
            }
            (SessionEvent::TaskAssigned { task, agent, .. }, Some(known)) if *task == canceled => {
                known.preferred_agent = Some(agent.clone());
            }
            _ => {}
        }
    }
    given_up
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
