//! Virtual agents at work: they accept offers as people do, and take their turn when a customer
//! speaks. What they decide is carried out as commands; a failure or a passed time limit hands the
//! session to people with the reason.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bots::{Action, IntentGuess, Speaker, Turn, Utterance, VirtualAgent};
use futures_util::FutureExt as _;
use model::event::{Author, Citation, Message};
use model::session::{Command, State};
use model::task::{TaskState, TransferReason};
use model::{AgentId, Channel, MessageId, Recorded, ReservationId, Sequence, SessionEvent, SessionId};
use routing::Input;
use tokio::sync::Semaphore;

use crate::engine::{Engine, card};

/// Turns that run at once; more wait.
const TURNS_AT_ONCE: usize = 64;
/// Events a turn looks back on.
const LOOK_BACK: u64 = 200;
/// Messages a turn is told.
const MOST_UTTERANCES: usize = 50;

/// A virtual agent of this process and how long it may think.
pub struct Colleague {
    pub agent: Arc<dyn VirtualAgent>,
    pub time_limit: Duration,
}

pub struct VirtualAgents {
    engine: Weak<Engine>,
    colleagues: BTreeMap<AgentId, Colleague>,
    /// Sessions whose turn runs, and whether something came meanwhile.
    running: Arc<Mutex<HashMap<SessionId, Again>>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    No,
    Yes,
}

impl VirtualAgents {
    pub fn new(engine: Weak<Engine>, colleagues: BTreeMap<AgentId, Colleague>) -> Self {
        let turns = Arc::new(Semaphore::new(TURNS_AT_ONCE));
        Self { engine, colleagues, running: Arc::default(), turns }
    }

    /// Whether an agent attends from outside, over the console protocol.
    pub fn is_external(&self, agent: &AgentId) -> bool {
        !self.colleagues.contains_key(agent)
    }

    /// Accepts an offer, if it was made to a virtual agent of this process.
    pub fn accept(&self, agent: &AgentId, reservation: ReservationId) -> bool {
        let Some(engine) = self.engine.upgrade().filter(|_| self.colleagues.contains_key(agent)) else {
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

    /// It is this agent's turn in a session, if it is a virtual agent of this process. Turns of one
    /// session follow each other.
    pub fn turn(&self, agent: &AgentId, session: SessionId) {
        let Some(engine) = self.engine.upgrade() else { return };
        let Some(colleague) = self.colleagues.get(agent) else {
            let organisation = engine.foundation.organisation();
            if let Some(external) = organisation.virtual_agent(agent) {
                tokio::spawn(await_answer(engine, agent.clone(), external.answer_time_limit, session));
            }
            return;
        };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(again) = running.get_mut(&session) {
            *again = Again::Yes;
            return;
        }
        running.insert(session, Again::No);
        drop(running);
        let work = Work {
            engine,
            id: agent.clone(),
            mind: colleague.agent.clone(),
            time_limit: colleague.time_limit,
            session,
        };
        let (running, turns) = (self.running.clone(), self.turns.clone());
        tokio::spawn(async move {
            loop {
                let Ok(_permit) = turns.acquire().await else { return };
                work.take_turn().await;
                let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
                if running.insert(session, Again::No) != Some(Again::Yes) {
                    running.remove(&session);
                    return;
                }
            }
        });
    }
}

struct Work {
    engine: Arc<Engine>,
    id: AgentId,
    mind: Arc<dyn VirtualAgent>,
    time_limit: Duration,
    session: SessionId,
}

impl Work {
    async fn take_turn(&self) {
        let Ok(state) = self.engine.sessions().state(self.session).await else { return };
        if !self.has(&state) {
            return;
        }
        let Some(turn) = self.prepare(&state).await else { return };
        let thinking = AssertUnwindSafe(self.mind.next(turn)).catch_unwind();
        match tokio::time::timeout(self.time_limit, thinking).await {
            Ok(Ok(Ok(actions))) => self.carry_out(actions).await,
            Ok(Err(_)) => {
                tracing::error!(agent = %self.id, session = %self.session, "a virtual agent panicked");
                self.hand_over(TransferReason::Failure, None).await;
            }
            Ok(Ok(Err(error))) => {
                tracing::warn!(agent = %self.id, session = %self.session, %error, "a virtual agent failed");
                self.hand_over(TransferReason::Failure, None).await;
            }
            Err(_) => {
                tracing::warn!(agent = %self.id, session = %self.session, "a virtual agent took too long");
                self.hand_over(TransferReason::TimeLimit, None).await;
            }
        }
    }

    fn has(&self, state: &State) -> bool {
        has(&self.id, state)
    }

    /// What the agent is told; none if everything the customer said is answered.
    async fn prepare(&self, state: &State) -> Option<Turn> {
        let after = Sequence(state.sequence.0.saturating_sub(LOOK_BACK));
        let log = self.engine.foundation.store.load_session(self.session, after, 1_000).await.ok()?;
        let mut recent: Vec<Utterance> = log.iter().filter_map(|recorded| self.utterance(recorded)).collect();
        recent.drain(..recent.len().saturating_sub(MOST_UTTERANCES));
        let answered = recent.iter().rposition(|utterance| utterance.speaker == Speaker::Myself);
        let text: Vec<_> = recent[answered.map_or(0, |at| at + 1)..]
            .iter()
            .filter(|utterance| utterance.speaker == Speaker::Customer)
            .map(|utterance| utterance.text.clone())
            .collect();
        if text.is_empty() && answered.is_some() {
            return None;
        }
        let earlier = answered.map_or(0, |at| at + 1);
        let progress = self.mind.recall(&recent);
        recent.truncate(earlier);
        Some(Turn {
            channel: state.channel.unwrap_or(Channel::Chat),
            language: state.language.clone(),
            text: text.join("\n"),
            recent,
            facts: state.facts.clone(),
            intent: state
                .intent
                .as_ref()
                .map(|(intent, confidence)| IntentGuess { intent: intent.clone(), confidence: *confidence }),
            progress,
            customer_asked_for_person: false,
        })
    }

    fn utterance(&self, recorded: &Recorded<SessionEvent>) -> Option<Utterance> {
        let SessionEvent::MessagePosted { message } = &recorded.event else { return None };
        let speaker = match &message.author {
            Author::Customer => Speaker::Customer,
            Author::Agent { agent } if *agent == self.id => Speaker::Myself,
            Author::Agent { .. } => Speaker::OtherAgent,
            Author::System => Speaker::System,
        };
        let visible = message.visible.map_or(message.text.len(), |bytes| bytes as usize);
        let text = message.text.get(..visible).unwrap_or(&message.text).to_owned();
        Some(Utterance { speaker, text, citations: message.citations.clone() })
    }

    async fn carry_out(&self, actions: Vec<Action>) {
        for action in actions {
            let Ok(state) = self.engine.sessions().state(self.session).await else { return };
            if !self.has(&state) {
                return;
            }
            let command = match action {
                Action::Say { text, citations, .. } => self.say(&state, text, citations),
                Action::CollectFact { name, value } => {
                    Command::CollectFact { name, value, source: Author::Agent { agent: self.id.clone() } }
                }
                Action::SetIntent { intent, confidence } => Command::DetectIntent { intent, confidence },
                Action::Resolve => match &state.task {
                    Some(task) => Command::Complete {
                        task: task.id,
                        agent: self.id.clone(),
                        disposition: None,
                        summary: None,
                    },
                    None => return,
                },
                Action::HandOver { reason, summary, intent } => {
                    if let Some(intent) = intent {
                        self.deliver(Command::DetectIntent { intent, confidence: 1.0 }).await;
                    }
                    self.hand_over(reason, Some(summary)).await;
                    return;
                }
            };
            self.deliver(command).await;
        }
    }

    fn say(&self, state: &State, text: String, citations: Vec<Citation>) -> Command {
        let channel = card::answer_channel(state).unwrap_or(Channel::Chat);
        let message = Message {
            id: MessageId(uuid::Uuid::now_v7()),
            author: Author::Agent { agent: self.id.clone() },
            channel,
            leg: state.leg_on(channel),
            text,
            visible: None,
            subject: None,
            attachments: Vec::new(),
            original: None,
            mail_id: None,
            inbox: None,
            citations,
            automatic: false,
        };
        Command::Post { message, seen: None }
    }

    async fn hand_over(&self, reason: TransferReason, summary: Option<String>) {
        hand_over(&self.engine, self.session, reason, summary).await;
    }

    async fn deliver(&self, command: Command) {
        deliver(&self.engine, self.session, command).await;
    }
}

fn has(agent: &AgentId, state: &State) -> bool {
    let task = state.task.as_ref().map(|task| &task.state);
    matches!(task, Some(TaskState::Assigned { agent: holder }) if holder == agent)
}

async fn hand_over(engine: &Engine, session: SessionId, reason: TransferReason, summary: Option<String>) {
    let Ok(state) = engine.sessions().state(session).await else { return };
    let note = summary.filter(|summary| !summary.trim().is_empty());
    if let Some(command) = engine.request_person(&state, reason, note).await {
        deliver(engine, session, command).await;
    }
}

async fn deliver(engine: &Engine, session: SessionId, command: Command) {
    use crate::actors::DeliverError;
    match engine.sessions().deliver_waiting(session, vec![command]).await {
        Ok(_) | Err(DeliverError::Refused(model::session::Refusal::NothingChanges)) => {}
        Err(error) => tracing::warn!(%session, %error, "a virtual agent's action failed"),
    }
}

/// Holds an agent from outside to its time limit: a customer's message that it has not answered by
/// then goes to people with the reason.
async fn await_answer(engine: Arc<Engine>, agent: AgentId, limit: Duration, session: SessionId) {
    let Ok(state) = engine.sessions().state(session).await else { return };
    let asked = state.last_customer_message;
    if !has(&agent, &state) || state.last_message != asked {
        return;
    }
    let stopping = engine.stopping.clone();
    tokio::select! {
        () = stopping.cancelled() => return,
        () = tokio::time::sleep(limit) => {}
    }
    let Ok(state) = engine.sessions().state(session).await else { return };
    if has(&agent, &state) && !has_answered(&engine, &agent, session, asked).await {
        tracing::warn!(%agent, %session, "a virtual agent from outside took too long");
        hand_over(&engine, session, TransferReason::TimeLimit, None).await;
    }
}

async fn has_answered(engine: &Engine, agent: &AgentId, session: SessionId, asked: Sequence) -> bool {
    let log = engine.foundation.store.load_session(session, asked, 1_000).await.unwrap_or_default();
    log.iter().any(|recorded| {
        matches!(&recorded.event, SessionEvent::MessagePosted { message }
            if message.author == Author::Agent { agent: agent.clone() })
    })
}
