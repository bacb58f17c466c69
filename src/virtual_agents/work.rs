//! A virtual agent's turn: think within the time limit, then carry out what was decided.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bots::{Action, Turn, VirtualAgent};
use futures_util::FutureExt as _;
use model::event::{Author, Citation, Message};
use model::session::{Command, State};
use model::task::{TaskState, TransferReason};
use model::{AgentId, Channel, MessageId, SessionId};

use super::Cause;
use crate::engine::reception::{priority, route_of};
use crate::engine::{Engine, card};

/// One virtual agent in one session.
pub struct Work {
    pub engine: Arc<Engine>,
    pub id: AgentId,
    pub mind: Arc<dyn VirtualAgent>,
    pub time_limit: Duration,
    pub session: SessionId,
}

impl Work {
    pub async fn take_turn(&self, cause: Cause) {
        let Ok(state) = self.engine.sessions().state(self.session).await else { return };
        if !self.has(&state) {
            return;
        }
        let Some(mut turn) = self.prepare(&state, cause).await else { return };
        self.learn_language(&state, &mut turn).await;
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

    /// The customer's own words say more than the browser's setting: answers, and the people who may
    /// follow, speak the language they are in.
    async fn learn_language(&self, state: &State, turn: &mut Turn) {
        let Some(language) = bots::detect_language(&turn.text) else { return };
        let organisation = self.engine.foundation.organisation();
        let site = state.site.as_ref().and_then(|site| organisation.site(site));
        if turn.language.as_ref() != Some(&language)
            && site.is_some_and(|site| site.languages.contains(&language))
        {
            turn.language = Some(language.clone());
            self.deliver(Command::DetectLanguage { language }).await;
        }
    }

    fn has(&self, state: &State) -> bool {
        let task = state.task.as_ref().map(|task| &task.state);
        matches!(task, Some(TaskState::Assigned { agent }) if *agent == self.id)
    }

    async fn carry_out(&self, actions: Vec<Action>) {
        for action in actions {
            let Ok(state) = self.engine.sessions().state(self.session).await else { return };
            if !self.has(&state) {
                return;
            }
            let command = match action {
                Action::Say { text, citations, .. } => self.say(&state, text, citations),
                // It has this from the customer, whose word does not count here.
                Action::CollectFact { name, .. }
                    if !self.engine.foundation.organisation().takes_from_anybody(name.as_str()) =>
                {
                    tracing::debug!(agent = %self.id, fact = %name, "a fact is taken from verified users only");
                    continue;
                }
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
        let Ok(state) = self.engine.sessions().state(self.session).await else { return };
        let note = summary.filter(|summary| !summary.trim().is_empty());
        let Some(command) = self.engine.request_person(&state, reason, note).await else { return };
        self.deliver(command).await;
        let organisation = self.engine.foundation.organisation();
        let (Some(task), Some(route)) = (&state.task, route_of(&organisation, &state)) else { return };
        let priority = priority(&organisation, &route.queue, Some(route));
        if priority > task.priority {
            self.deliver(Command::Reprioritise { task: task.id, priority, by: self.id.clone() }).await;
        }
    }

    async fn deliver(&self, command: Command) {
        use crate::actors::DeliverError;
        match self.engine.sessions().deliver_waiting(self.session, vec![command]).await {
            Ok(_) | Err(DeliverError::Refused(model::session::Refusal::NothingChanges)) => {}
            Err(error) => {
                tracing::warn!(agent = %self.id, session = %self.session, %error, "an action failed");
            }
        }
    }
}
