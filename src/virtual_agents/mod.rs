//! Virtual agents at work: they accept offers as people do, and take their turn when a customer
//! speaks or asks for a person. What they decide is carried out as commands; a failure or a passed
//! time limit hands the session to people with the reason.

mod limit;
mod turn;
mod work;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::Duration;

use bots::VirtualAgent;
use model::{AgentId, ReservationId, SessionId};
use routing::Input;
use tokio::sync::Semaphore;

use crate::configuration::Organisation;
use crate::configuration::organisation::VirtualAgentKind;
use crate::engine::Engine;
use work::Work;

/// Turns that run at once; more wait.
const TURNS_AT_ONCE: usize = 64;

/// A virtual agent of this process and how long it may think.
pub struct Colleague {
    pub agent: Arc<dyn VirtualAgent>,
    pub time_limit: Duration,
}

pub struct VirtualAgents {
    engine: Weak<Engine>,
    colleagues: RwLock<BTreeMap<AgentId, Colleague>>,
    running: Arc<Running>,
    turns: Arc<Semaphore>,
}

/// Why it is an agent's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// The customer spoke, or the agent has just got the session.
    Spoken,
    /// The customer pressed the button that asks for a person.
    PersonWanted,
}

/// Sessions whose turn runs, and what came meanwhile.
#[derive(Default)]
struct Running(Mutex<HashMap<SessionId, Option<Cause>>>);

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Option<Cause>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False: a turn runs already, and hears of this one when it is done.
    fn begin(&self, session: SessionId, cause: Cause) -> bool {
        let mut running = self.lock();
        if let Some(next) = running.get_mut(&session) {
            *next = (*next).max(Some(cause));
            return false;
        }
        running.insert(session, None);
        true
    }

    /// What came while the turn ran; if nothing did, no turn runs any more.
    fn next(&self, session: SessionId) -> Option<Cause> {
        let mut running = self.lock();
        let next = running.get_mut(&session).and_then(Option::take);
        if next.is_none() {
            running.remove(&session);
        }
        next
    }
}

impl VirtualAgents {
    pub fn new(engine: Weak<Engine>, colleagues: BTreeMap<AgentId, Colleague>) -> Self {
        let turns = Arc::new(Semaphore::new(TURNS_AT_ONCE));
        Self { engine, colleagues: RwLock::new(colleagues), running: Arc::default(), turns }
    }

    /// Has an agent of this process think with another mind from its next turn on.
    pub fn enrol(&self, agent: AgentId, colleague: Colleague) {
        self.colleagues.write().unwrap_or_else(PoisonError::into_inner).insert(agent, colleague);
    }

    /// Others attend from now on; a turn that runs is finished. Colleagues that were brought along from
    /// elsewhere stay while the organisation has them.
    pub fn replace(&self, mut colleagues: BTreeMap<AgentId, Colleague>, organisation: &Organisation) {
        let mut standing = self.colleagues.write().unwrap_or_else(PoisonError::into_inner);
        for (id, colleague) in std::mem::take(&mut *standing) {
            let known = organisation.virtual_agent(&id);
            if known.is_some_and(|agent| agent.kind == VirtualAgentKind::External) {
                colleagues.entry(id).or_insert(colleague);
            }
        }
        *standing = colleagues;
    }

    fn colleagues(&self) -> RwLockReadGuard<'_, BTreeMap<AgentId, Colleague>> {
        self.colleagues.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an agent attends from outside, over the console protocol.
    pub fn is_external(&self, agent: &AgentId) -> bool {
        !self.colleagues().contains_key(agent)
    }

    /// Accepts an offer, if it was made to a virtual agent of this process.
    pub fn accept(&self, agent: &AgentId, reservation: ReservationId) -> bool {
        let Some(engine) = self.engine.upgrade().filter(|_| self.colleagues().contains_key(agent)) else {
            return false;
        };
        let agent = agent.clone();
        tokio::spawn(async move {
            match engine.router().feed(Input::Accept { reservation, agent }).await {
                Ok(None) => {}
                Ok(Some(refusal)) => tracing::debug!(%reservation, %refusal, "an offer was over"),
                Err(error) => tracing::error!(%error, "cannot accept an offer"),
            }
        });
        true
    }

    /// It is this agent's turn in a session, if it is a virtual agent. Turns of one session follow each
    /// other. One from outside takes its turn by itself, within its time limit.
    pub fn turn(&self, agent: &AgentId, session: SessionId) {
        if !self.begin(agent, session, Cause::Spoken)
            && let Some(engine) = self.engine.upgrade()
        {
            limit::watch(&engine, agent, session);
        }
    }

    /// The customer asks whoever has the session for a person, without words. False: it is no virtual
    /// agent of this process, which would hand over with what it knows.
    pub fn person_wanted(&self, agent: &AgentId, session: SessionId) -> bool {
        self.begin(agent, session, Cause::PersonWanted)
    }

    /// False: it is no virtual agent of this process.
    fn begin(&self, agent: &AgentId, session: SessionId, cause: Cause) -> bool {
        let minds = self.colleagues();
        let (Some(engine), Some(colleague)) = (self.engine.upgrade(), minds.get(agent)) else {
            return false;
        };
        if !self.running.begin(session, cause) {
            return true;
        }
        let (mind, time_limit) = (colleague.agent.clone(), colleague.time_limit);
        let work = Work { engine, id: agent.clone(), mind, time_limit, session };
        let (running, turns) = (self.running.clone(), self.turns.clone());
        tokio::spawn(async move {
            let mut next = Some(cause);
            while let Some(cause) = next {
                let Ok(_permit) = turns.acquire().await else { return };
                work.take_turn(cause).await;
                next = running.next(session);
            }
        });
        true
    }
}
