//! Bringing back what was live when the process ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::event::{AgentEvent, PresenceCause};
use model::task::TaskState;
use model::{AgentId, Event, PresenceName, Sequence, StreamId, Timestamp};
use routing::{Direction, Input, PreferredAgent, RestoredState, TaskRequest};
use store::OpenTask;
use tokio::sync::mpsc;

use super::tie::Tie;
use super::{Engine, card, outputs, routing_setup};
use crate::actors::agent::{AgentActor, Restored};
use crate::actors::router::{RouterGone, RoutingActor};
use crate::actors::{Arbiters, Registry};
use crate::configuration::Organisation;
use crate::configuration::organisation::{AVAILABLE, OFFLINE};
use crate::foundation::now;
use crate::recording::Recorder;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot start threads: {0}")]
    Threads(#[from] std::io::Error),
    #[error("cannot read what was live: {0}")]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Router(#[from] RouterGone),
}

/// Sessions read at a time.
const PAGE: usize = 1_000;

impl Engine {
    pub(super) async fn restore(self: &Arc<Self>, arbiters: Arbiters) -> Result<(), StartError> {
        let organisation = self.foundation.organisation();
        let store = &self.foundation.store;
        let configuration = routing_setup::configuration(&organisation);
        let (sender, receiver) = mpsc::unbounded_channel();
        let recorder = Recorder::start(store.clone()).await?;
        let seed = uuid::Uuid::now_v7().as_u128();
        let router = RoutingActor::spawn(arbiters.next(), configuration, seed, recorder, sender);
        let _ = self.router.set(router.clone());

        let mut agents = BTreeMap::new();
        let mut presences = Vec::new();
        for id in everybody(&organisation) {
            let mut log = self.agent_log(&id).await?;
            let is_virtual = organisation.virtual_agent(&id).is_some();
            if is_virtual && !self.virtual_agents().is_external(&id) {
                log.presence = PresenceName::new(AVAILABLE).expect("a plain word");
            }
            presences.push((id.clone(), log.presence.clone()));
            let grace = self.foundation.settings.console.grace_period;
            let effects = Arc::new(Tie(Arc::downgrade(self)));
            let handle = AgentActor::spawn(arbiters.next(), id.clone(), log, store.clone(), effects, grace);
            if !is_virtual || self.virtual_agents().is_external(&id) {
                agents.insert(id, handle);
            }
        }
        let _ = self.agents.set(agents);
        let settings = &self.foundation.settings.sessions;
        let _ = self.sessions.set(Registry::new(arbiters, self.surroundings(), settings.max_live));

        for profile in routing_setup::profiles(&organisation) {
            router.feed(Input::AgentUpserted { profile }).await?;
        }
        self.restore_tasks().await?;
        self.restore_cards().await?;
        tokio::spawn(outputs::follow(Arc::downgrade(self), receiver));
        for (agent, presence) in presences {
            router.feed(Input::PresenceChanged { agent, presence }).await?;
        }
        Ok(())
    }

    async fn agent_log(&self, agent: &AgentId) -> Result<Restored, StartError> {
        let store = &self.foundation.store;
        let stream = StreamId::Agent(agent.clone());
        let is_new = store.epoch(&stream).await?.is_none();
        let mut restored = Restored {
            epoch: model::Epoch::FIRST,
            last: Sequence::START,
            presence: PresenceName::new(OFFLINE).expect("a plain word"),
            since: now(),
            cause: PresenceCause::Disconnected,
        };
        if is_new {
            return Ok(restored);
        }
        let claim = store.claim(&stream).await?;
        (restored.epoch, restored.last) = (claim.epoch, claim.last);
        let before = Sequence(claim.last.0.saturating_sub(1));
        for recorded in store.load(&stream, before, 1).await? {
            let Event::Agent(AgentEvent::PresenceChanged { presence, cause, .. }) = recorded.event else {
                continue;
            };
            (restored.presence, restored.since, restored.cause) = (presence, recorded.at, cause);
        }
        Ok(restored)
    }

    async fn restore_tasks(&self) -> Result<(), StartError> {
        let organisation = self.foundation.organisation();
        let tasks = self.foundation.store.open_tasks().await?;
        let count = tasks.len();
        for task in tasks {
            self.directory.remember_task(task.task, task.session);
            let queued_since = task.queued_at;
            let (request, state) = restored(&organisation, task);
            if let Some(refusal) =
                self.router().feed(Input::TaskRestored { task: request, queued_since, state }).await?
            {
                tracing::warn!(%refusal, "an open task is not restored");
            }
        }
        tracing::info!(tasks = count, "restored open tasks");
        Ok(())
    }

    /// Cards come from the log, a page at a time; the sessions themselves stay there until spoken to.
    async fn restore_cards(&self) -> Result<(), StartError> {
        let store = &self.foundation.store;
        let mut after = None;
        loop {
            let page = store.open_sessions(after, PAGE).await?;
            for session in &page {
                let log = store.load_session(*session, Sequence::START, usize::MAX >> 1).await?;
                let state = model::session::State::fold(&log);
                self.directory.put(*session, card::card(*session, &state), state.handler());
                if let (Some(holder), Some(card)) = (state.handler(), card::card(*session, &state)) {
                    self.tell(holder, crate::actors::News::Has(Box::new(card))).await;
                }
            }
            let Some(last) = page.last().copied().filter(|_| page.len() == PAGE) else { return Ok(()) };
            after = Some(last);
        }
    }
}

fn everybody(organisation: &Organisation) -> Vec<AgentId> {
    let people = organisation.agents.iter().map(|person| person.id.clone());
    people.chain(organisation.virtual_agents.iter().map(|agent| agent.id.clone())).collect()
}

fn restored(organisation: &Organisation, task: OpenTask) -> (TaskRequest, RestoredState) {
    let state = match (task.state, task.only_agent) {
        (TaskState::Reserved { reservation, agent, expires_at }, _) => {
            RestoredState::Reserved { reservation, agent, expires_at }
        }
        (TaskState::Assigned { agent }, _) => RestoredState::Assigned { agent, reservation: None },
        (TaskState::Wrapping { agent, since }, _) => RestoredState::Wrapping { agent, since },
        (TaskState::Pending | TaskState::Completed | TaskState::Canceled, Some(agent)) => {
            RestoredState::WaitingFor { agent }
        }
        (TaskState::Pending | TaskState::Completed | TaskState::Canceled, None) => RestoredState::Pending,
    };
    let last_agent = organisation.queue(&task.queue).and_then(|queue| queue.last_agent);
    let request = TaskRequest {
        id: task.task,
        queue: task.queue,
        channel: task.channel,
        requirements: task.requirements,
        priority: task.priority,
        waiting_since: task.waiting_since,
        preferred_agent: task.preferred_agent.map(|agent| PreferredAgent {
            agent,
            last_contact: Timestamp::max(task.queued_at, task.waiting_since),
            at_most: last_agent.map(|last| last.wait),
        }),
        direction: Direction::Inbound,
    };
    (request, state)
}
