//! The engine: introduces sessions, router, agents and channels to each other.
//!
//! Sessions hold the truth; the router and all figures here are derived from what they record, and
//! are rebuilt from the log at start.

pub mod board;
mod calls;
pub mod card;
pub mod closings;
mod connections;
mod directory;
mod effects;
mod erasing;
pub mod explain;
mod farewell;
mod figures;
pub mod handing;
pub mod mail_out;
pub mod merging;
mod offering;
mod outputs;
mod past;
pub mod reception;
mod rehearse;
pub mod reorganise;
mod restore;
pub mod routing_setup;
mod tie;
mod trail;
mod webhook_out;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bots::IntentClassifier;
use model::event::PresenceCause;
use model::session::Command;
use model::task::{TaskState, TransferReason, TransferTarget};
use model::{AgentId, PresenceName, SessionId};
use tokio_util::sync::CancellationToken;

use crate::actors::session::{DeliverError, Surroundings};
use crate::actors::{AgentHandle, Arbiters, Registry, RouterHandle};
use crate::auth::limits::Rate;
use crate::foundation::Foundation;
use crate::virtual_agents::VirtualAgents;

pub use calls::callback;
pub use connections::Connections;
pub use directory::Directory;
pub use figures::Figures;
pub use restore::StartError;
pub use trail::Trail;

use tie::Tie;

/// Transcripts the customers of one network may ask for in a minute.
const TRANSCRIPTS_PER_MINUTE: u32 = 10;

/// Everything live. One a process.
pub struct Engine {
    pub foundation: Arc<Foundation>,
    pub auth: Arc<crate::auth::Auth>,
    pub directory: Directory,
    pub figures: Figures,
    pub trail: Trail,
    pub connections: Connections,
    /// What is being read for offers that are being recorded.
    readings: offering::Readings,
    /// The newest alert for supervisors.
    pub alerts: tokio::sync::watch::Sender<Option<Arc<str>>>,
    /// Cancelled when the server drains: sockets say goodbye and close.
    pub stopping: CancellationToken,
    /// How often the customers of one network may ask for transcripts.
    pub transcripts: Rate<std::net::IpAddr>,
    /// Cancelled when a part that nothing works without has ended: the process should end and start
    /// anew.
    pub failed: CancellationToken,
    /// Notified when a call of a webhook was recorded.
    pub webhooks_due: Arc<tokio::sync::Notify>,
    sessions: OnceLock<Registry>,
    router: OnceLock<RouterHandle>,
    agents: arc_swap::ArcSwap<BTreeMap<AgentId, AgentHandle>>,
    /// The articles that agents search.
    pub knowledge: arc_swap::ArcSwapOption<bots::knowledge::Knowledge>,
    /// Taken while a question about the past is answered.
    past: Arc<tokio::sync::Semaphore>,
    /// Taken while a recorded day is played.
    rehearsing: Arc<tokio::sync::Semaphore>,
    /// Held while the organisation changes.
    reorganising: tokio::sync::Mutex<()>,
    /// Sent to when it has changed.
    pub organisation_changed: tokio::sync::watch::Sender<()>,
    virtual_agents: OnceLock<VirtualAgents>,
    intents: RwLock<Option<Arc<dyn IntentClassifier>>>,
}

impl Engine {
    /// Builds the engine and brings back what was live: waiting tasks in order, reservations,
    /// assignments, presences.
    pub async fn start(
        foundation: Arc<Foundation>,
        auth: Arc<crate::auth::Auth>,
        stopping: CancellationToken,
        virtual_agents: impl FnOnce(std::sync::Weak<Self>) -> VirtualAgents,
    ) -> Result<Arc<Self>, StartError> {
        let arbiters = Arbiters::start(std::thread::available_parallelism().map_or(1, usize::from))?;
        let engine = Arc::new(Self {
            foundation,
            auth,
            directory: Directory::default(),
            figures: Figures::default(),
            trail: Trail::default(),
            connections: Connections::default(),
            readings: offering::Readings::default(),
            alerts: tokio::sync::watch::Sender::new(None),
            stopping,
            transcripts: Rate::per_minute(TRANSCRIPTS_PER_MINUTE),
            failed: CancellationToken::new(),
            webhooks_due: Arc::default(),
            sessions: OnceLock::new(),
            router: OnceLock::new(),
            agents: arc_swap::ArcSwap::default(),
            knowledge: arc_swap::ArcSwapOption::empty(),
            past: Arc::new(tokio::sync::Semaphore::new(1)),
            rehearsing: Arc::new(tokio::sync::Semaphore::new(1)),
            reorganising: tokio::sync::Mutex::default(),
            organisation_changed: tokio::sync::watch::Sender::new(()),
            virtual_agents: OnceLock::new(),
            intents: RwLock::default(),
        });
        let weak = Arc::downgrade(&engine);
        let _ = engine.virtual_agents.set(virtual_agents(weak.clone()));
        engine.restore(arbiters).await?;
        Ok(engine)
    }

    pub fn sessions(&self) -> &Registry {
        self.sessions.get().expect("set before the engine is handed out")
    }

    pub fn router(&self) -> &RouterHandle {
        self.router.get().expect("set before the engine is handed out")
    }

    pub fn agent(&self, agent: &AgentId) -> Option<AgentHandle> {
        self.agents.load().get(agent).cloned()
    }

    /// Takes an agent off the list; it hears nothing more.
    fn dismiss(&self, agent: &AgentId) -> Option<AgentHandle> {
        let gone = self.agent(agent);
        self.agents.rcu(|agents| {
            let mut agents = BTreeMap::clone(agents);
            agents.remove(agent);
            agents
        });
        gone
    }

    pub fn virtual_agents(&self) -> &VirtualAgents {
        self.virtual_agents.get().expect("set before the engine is handed out")
    }

    /// Carries out commands in a session.
    pub async fn deliver(
        &self,
        session: SessionId,
        commands: Vec<Command>,
    ) -> Result<crate::actors::Delivered, DeliverError> {
        self.sessions().deliver(session, commands).await
    }

    /// What finds the intent of a text, as last learned; none if there was nothing to learn from.
    pub fn intents(&self) -> Option<Arc<dyn IntentClassifier>> {
        self.intents.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Intents are found by this one from now on.
    pub fn classify_by(&self, classifier: Option<Arc<dyn IntentClassifier>>) {
        *self.intents.write().unwrap_or_else(PoisonError::into_inner) = classifier;
    }

    /// The name that customers and colleagues see, and whether it is a virtual agent.
    pub fn face(&self, agent: &AgentId) -> (String, bool) {
        let organisation = self.foundation.organisation();
        if let Some(person) = organisation.person(agent) {
            return (person.name.clone(), false);
        }
        match organisation.virtual_agent(agent) {
            Some(virtual_agent) => (virtual_agent.name.clone(), true),
            None => (agent.to_string(), false),
        }
    }

    fn surroundings(self: &Arc<Self>) -> Surroundings {
        let settings = &self.foundation.settings.sessions;
        Surroundings {
            store: self.foundation.store.clone(),
            effects: Arc::new(Tie(Arc::downgrade(self))),
            idle_after: settings.idle_after,
            inbox: settings.inbox,
        }
    }
}

impl Engine {
    async fn presence_changed(&self, agent: &AgentId, presence: &PresenceName, cause: PresenceCause) {
        self.directory.touch();
        // The router made the change itself.
        if cause == PresenceCause::NotResponding {
            return;
        }
        let input = routing::Input::PresenceChanged { agent: agent.clone(), presence: presence.clone() };
        match self.router().feed(input).await {
            Ok(None) => {}
            // Supervisors are not routed to.
            Ok(Some(refusal)) => tracing::debug!(%agent, %refusal, "presence not routed"),
            Err(error) => tracing::error!(%agent, %error, "cannot tell a presence"),
        }
    }

    async fn left_behind(&self, agent: &AgentId, sessions: Vec<SessionId>) {
        for session in sessions {
            let Ok(state) = self.sessions().state(session).await else { continue };
            let Some(task) = state.task.as_ref().filter(|_| state.handler() == Some(agent)) else { continue };
            let command = match &task.state {
                // The conversation is over; its after-work is not handed on.
                TaskState::Wrapping { agent, .. } => Command::Complete {
                    task: task.id,
                    agent: agent.clone(),
                    disposition: None,
                    summary: None,
                },
                _ => Command::Transfer {
                    task: task.id,
                    by: None,
                    target: TransferTarget::Queue { queue: task.queue.clone() },
                    requirements: None,
                    reason: TransferReason::AgentOffline,
                    note: None,
                },
            };
            if let Err(error) = self.sessions().deliver_waiting(session, vec![command]).await {
                tracing::warn!(%session, %agent, %error, "cannot hand on a session");
            }
        }
    }
}
