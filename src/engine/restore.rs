//! Bringing back what was live when the process ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use model::event::{AgentEvent, PresenceCause};
use model::session::State;
use model::task::TaskState;
use model::{
    AgentId, Event, PresenceName, Recorded, Sequence, SessionEvent, SessionId, StreamId, TaskFacts, Timestamp,
};
use routing::{Direction, Input, PreferredAgent, RestoredOffer, RestoredState, TaskRequest};
use store::{OpenTask, StoreError};
use tokio::sync::mpsc;

use super::tie::Tie;
use super::{Engine, card, outputs, routing_setup};
use crate::actors::agent::{AgentActor, Restored};
use crate::actors::router::{RouterGone, RoutingActor};
use crate::actors::{Arbiters, News, Registry};
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
    #[error("cannot read which queues are closed: {0}")]
    Closings(#[from] crate::versions::VersionError),
    #[error(transparent)]
    Router(#[from] RouterGone),
}

/// Events of a session's log that its task's facts are read from; the rest of a longer one adds none.
const KNOWN_FROM: usize = 10_000;
/// Presences of an agent read at a time.
const PRESENCES: u64 = 100;
/// Sessions read at a time.
const PAGE: usize = 1_000;
/// Logs of them loaded at once, so that no reading thread waits for us.
const LOADED_AT_ONCE: usize = 16;
/// Tasks the router is told of before it has answered for the first of them.
const FED_AT_ONCE: usize = 256;

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

        let settings = &self.foundation.settings.sessions;
        let _ = self.sessions.set(Registry::new(arbiters, self.surroundings(), settings.max_live));
        let mut presences = Vec::new();
        let mut disconnected = BTreeSet::new();
        for id in organisation.members().cloned() {
            let (presence, cause) = self.employ(&id).await?;
            if presence.as_str() == OFFLINE && cause == PresenceCause::Disconnected {
                disconnected.insert(id.clone());
            }
            presences.push((id, presence));
        }

        for profile in routing_setup::profiles(&organisation) {
            router.feed(Input::AgentUpserted { profile }).await?;
        }
        self.restore_agents(&presences).await?;
        self.restore_figures(now()).await?;
        let tasks = store.open_tasks().await?;
        self.restore_closings(tasks.iter().map(|task| task.queued_at).min()).await?;
        let wrapping = self.restore_tasks(tasks).await?;
        let mut held = self.restore_sessions().await?;
        self.restore_after_work(wrapping, &mut held).await?;
        tokio::spawn(outputs::follow(Arc::downgrade(self), receiver));
        for (agent, presence) in presences {
            router.feed(Input::PresenceChanged { agent, presence }).await?;
        }
        // The process ended after they went offline and before what they had was handed on.
        for (agent, sessions) in held.into_iter().filter(|(agent, _)| disconnected.contains(agent)) {
            let engine = self.clone();
            tokio::spawn(async move { engine.left_behind(&agent, sessions).await });
        }
        Ok(())
    }

    /// Starts an agent's actor with the presence its log has; a virtual agent of this process needs
    /// none, and is always there.
    pub(super) async fn employ(
        self: &Arc<Self>,
        id: &AgentId,
    ) -> Result<(PresenceName, PresenceCause), StoreError> {
        if !self.virtual_agents().is_external(id) {
            return Ok((PresenceName::new(AVAILABLE).expect("a plain word"), PresenceCause::Agent));
        }
        let log = self.agent_log(id).await?;
        let (presence, cause) = (log.presence.clone(), log.cause);
        let grace = self.foundation.settings.console.grace_period;
        let (effects, store) = (Arc::new(Tie(Arc::downgrade(self))), self.foundation.store.clone());
        let arbiter = self.sessions().arbiter();
        let handle = AgentActor::spawn(arbiter, id.clone(), log, store, effects, grace);
        self.agents.rcu(|agents| {
            let mut agents = BTreeMap::clone(agents);
            agents.insert(id.clone(), handle.clone());
            agents
        });
        Ok((presence, cause))
    }

    async fn agent_log(&self, agent: &AgentId) -> Result<Restored, StoreError> {
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

    /// Tells the router where everybody was, before it hears of a task.
    async fn restore_agents(&self, presences: &[(AgentId, PresenceName)]) -> Result<(), StartError> {
        let missed: BTreeMap<_, _> = self.foundation.store.misses().await?.into_iter().collect();
        for (agent, presence) in presences.iter().cloned() {
            let misses = match missed.get(&agent) {
                Some(in_a_row) => self.missed_since_log_out(&agent, *in_a_row).await?,
                None => 0,
            };
            // Supervisors are not routed to: it refuses them.
            self.router().feed(Input::AgentRestored { agent, presence, misses }).await?;
        }
        Ok(())
    }

    /// Of the offers that the agent has missed in a row, those since the row last ended in a log-out.
    async fn missed_since_log_out(&self, agent: &AgentId, in_a_row: u32) -> Result<u32, StoreError> {
        let (store, stream) = (&self.foundation.store, StreamId::Agent(agent.clone()));
        let mut end = store.last(&stream).await?.0;
        let mut misses = 0;
        while end > 0 {
            let begin = end.saturating_sub(PRESENCES);
            let page =
                store.load(&stream, Sequence(begin), usize::try_from(end - begin).unwrap_or(0)).await?;
            for recorded in page.iter().rev() {
                let Event::Agent(AgentEvent::PresenceChanged { presence, cause, .. }) = &recorded.event
                else {
                    continue;
                };
                if *cause == PresenceCause::NotResponding && presence.as_str() == OFFLINE {
                    return Ok(misses);
                }
                misses += u32::from(*cause == PresenceCause::NotResponding);
                if misses == in_a_row {
                    return Ok(misses);
                }
            }
            end = begin;
        }
        Ok(misses)
    }

    /// What the log of a session says of its task; nothing if it cannot be read.
    async fn known_of(&self, organisation: &Organisation, session: SessionId) -> TaskFacts {
        let store = &self.foundation.store;
        let log = store.load_session(session, Sequence(0), KNOWN_FROM).await;
        let log = log.inspect_err(|error| tracing::warn!(%session, %error, "facts of a task are unknown"));
        routing_setup::facts(organisation, &State::fold(&log.unwrap_or_default()))
    }

    /// Answers in which sessions somebody wraps up: those may be closed.
    async fn restore_tasks(&self, tasks: Vec<OpenTask>) -> Result<Vec<SessionId>, StartError> {
        let organisation = self.foundation.organisation();
        let asks_about_tasks = organisation.asks_about_tasks();
        let count = tasks.len();
        let wraps_up = |task: &&OpenTask| matches!(task.state, TaskState::Wrapping { .. });
        let wrapping = tasks.iter().filter(wraps_up).map(|task| task.session).collect();
        // Told in order, without waiting for the answer to each.
        let feeds = stream::iter(tasks).map(|task| {
            self.directory.remember_task(task.task, task.session);
            if task.state.agent().is_none() || matches!(task.state, TaskState::Reserved { .. }) {
                self.directory.waits(task.task, task.queue.clone(), task.queued_at);
            }
            let queued_since = task.queued_at;
            let organisation = &organisation;
            async move {
                let session = task.session;
                let (mut request, state) = restored(organisation, task);
                if asks_about_tasks {
                    request.facts = self.known_of(organisation, session).await;
                }
                self.router().feed(Input::TaskRestored { task: request, queued_since, state }).await
            }
        });
        let mut fed = feeds.buffered(FED_AT_ONCE);
        while let Some(refusal) = fed.try_next().await? {
            if let Some(refusal) = refusal {
                tracing::warn!(%refusal, "an open task is not restored");
            }
        }
        tracing::info!(tasks = count, "restored open tasks");
        Ok(wrapping)
    }

    /// Cards, offers and turns come from the log, a page at a time; the sessions themselves stay there
    /// until spoken to. Answers who has what.
    async fn restore_sessions(self: &Arc<Self>) -> Result<BTreeMap<AgentId, Vec<SessionId>>, StartError> {
        let store = &self.foundation.store;
        let mut held: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = store.open_sessions(after, PAGE).await?;
            let mut logs = stream::iter(page.iter().copied())
                .map(|session| async move {
                    let log = store.load_session(session, Sequence::START, usize::MAX >> 1).await?;
                    Ok::<_, store::StoreError>((session, log))
                })
                .buffered(LOADED_AT_ONCE);
            while let Some((session, log)) = logs.try_next().await? {
                let state = State::fold(&log);
                self.restore_session(session, &state, &log).await;
                if let Some(holder) = state.handler() {
                    held.entry(holder.clone()).or_default().push(session);
                }
            }
            let Some(last) = page.last().copied().filter(|_| page.len() == PAGE) else { return Ok(held) };
            after = Some(last);
        }
    }

    /// After-work of sessions that are closed.
    async fn restore_after_work(
        self: &Arc<Self>,
        wrapping: Vec<SessionId>,
        held: &mut BTreeMap<AgentId, Vec<SessionId>>,
    ) -> Result<(), StartError> {
        let known: BTreeSet<_> = held.values().flatten().copied().collect();
        for session in wrapping.into_iter().filter(|session| !known.contains(session)) {
            let log = self.foundation.store.load_session(session, Sequence::START, usize::MAX >> 1).await?;
            let state = State::fold(&log);
            self.restore_session(session, &state, &log).await;
            if let Some(holder) = state.handler() {
                held.entry(holder.clone()).or_default().push(session);
            }
        }
        Ok(())
    }

    async fn restore_session(
        self: &Arc<Self>,
        session: SessionId,
        state: &State,
        log: &[Recorded<SessionEvent>],
    ) {
        let card = card::card(session, state).map(Arc::new);
        self.directory.put(session, card.clone(), state.handler());
        crate::chat::watch_all(self, session, state);
        if let (Some(holder), Some(card)) = (state.handler(), card) {
            self.tell(holder, News::Has(card)).await;
            // Its turn may have been cut off.
            self.virtual_agents().turn(holder, session);
        }
        if state.wants_another_contact() {
            let engine = self.clone();
            tokio::spawn(async move { engine.ask_again(session).await });
        }
        for reserved in ringing(state, log) {
            self.follow_event(session, state, reserved).await;
        }
    }
}

/// The offers that ring still: their agents' consoles are told of them again.
fn ringing<'a>(
    state: &State,
    log: &'a [Recorded<SessionEvent>],
) -> impl Iterator<Item = &'a Recorded<SessionEvent>> {
    let mut live = state.task.as_ref().map(|task| task.state.offers()).unwrap_or_default();
    live.retain(|offer| offer.expires_at > now());
    let looked_at = if live.is_empty() { &[] } else { log };
    looked_at.iter().filter(move |recorded| {
        let SessionEvent::TaskReserved { reservation, .. } = &recorded.event else { return false };
        live.iter().any(|offer| offer.reservation == *reservation)
    })
}

fn restored(organisation: &Organisation, task: OpenTask) -> (TaskRequest, RestoredState) {
    let state = match (task.state, task.only_agent) {
        (TaskState::Reserved { reservation, agent, expires_at, others }, _) if others.is_empty() => {
            RestoredState::Reserved { reservation, agent, expires_at }
        }
        (state @ TaskState::Reserved { .. }, _) => {
            let offers = state.offers().into_iter().map(|offer| RestoredOffer {
                reservation: offer.reservation,
                agent: offer.agent,
                expires_at: offer.expires_at,
            });
            RestoredState::Ringing { offers: offers.collect() }
        }
        (TaskState::Assigned { agent }, _) => {
            RestoredState::Assigned { agent, reservation: None, is_held: task.is_held }
        }
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
        not_before: task.not_before,
        callback: task.callback,
        facts: TaskFacts::default(),
    };
    (request, state)
}
