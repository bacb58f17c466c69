//! What follows from recorded events: the router hears of tasks, agents of offers and sessions,
//! virtual agents of their turn, the day's figures of ended waits.

use std::sync::Arc;

use model::event::Author;
use model::session::State;
use model::task::{CancelReason, ReservationEnd, TransferReason};
use model::{AgentId, Recorded, SessionEvent, SessionId, TaskId};
use routing::{Direction, Input, PreferredAgent, RestoredState, TaskRequest};
use store::OutboxEntry;

use super::figures::WaitEnd;
use super::{Engine, card, mail_out, webhook_out};
use crate::actors::News;
use crate::console::wire::OfferOutcome;

impl Engine {
    pub(super) fn outbox(
        &self,
        state: &State,
        events: &[Recorded<SessionEvent>],
    ) -> (Vec<OutboxEntry>, Vec<String>) {
        let organisation = self.foundation.organisation();
        let (mut entries, mail_ids) = mail_out::entries(&organisation, state, events);
        entries.extend(webhook_out::entries(&organisation, state, events));
        (entries, mail_ids)
    }

    pub(super) async fn recorded(
        self: &Arc<Self>,
        session: SessionId,
        state: Arc<State>,
        events: Arc<[Recorded<SessionEvent>]>,
    ) {
        for recorded in events.iter() {
            crate::measures::count(&recorded.event);
            self.follow_event(session, &state, recorded).await;
        }
        if events.iter().any(|recorded| teaches(&recorded.event)) {
            self.tell_facts(session, &state).await;
        }
        if !self.foundation.organisation().webhooks.is_empty() {
            self.webhooks_due.notify_one();
        }
        self.show(session, &state).await;
        let customer_spoke = events.iter().any(|recorded| speaks(&recorded.event));
        if customer_spoke && let Some(handler) = state.handler() {
            self.virtual_agents().turn(handler, session);
        }
        let completed =
            |recorded: &Recorded<SessionEvent>| matches!(recorded.event, SessionEvent::TaskCompleted { .. });
        if state.wants_another_contact() && events.iter().any(completed) {
            let engine = self.clone();
            // The session's actor waits for this function: it must not be waited for here.
            tokio::spawn(async move { engine.ask_again(session).await });
        }
    }
}

/// Something that expressions can ask about.
fn teaches(event: &SessionEvent) -> bool {
    matches!(
        event,
        SessionEvent::IntentDetected { .. }
            | SessionEvent::LanguageDetected { .. }
            | SessionEvent::FactCollected { .. }
    )
}

/// A customer's message that wants an answer.
fn speaks(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::MessagePosted { message } if message.author == Author::Customer && !message.automatic)
}

impl Engine {
    pub(super) async fn follow_event(
        &self,
        session: SessionId,
        state: &State,
        recorded: &Recorded<SessionEvent>,
    ) {
        match &recorded.event {
            SessionEvent::TaskCreated { task, queue, waiting_since, .. } => {
                self.directory.remember_task(*task, session);
                self.directory.waits(*task, queue.clone(), *waiting_since);
                if let Some(request) = self.request(state, &recorded.event, recorded.at) {
                    self.feed(session, Input::TaskArrived { task: request }).await;
                }
            }
            SessionEvent::TaskTransferred { task, target, requirements, reason, .. } => {
                self.directory.waits(*task, target.queue().clone(), recorded.at);
                // The router did that itself.
                if *reason == TransferReason::Overflow {
                    return;
                }
                let (target, requirements) = (target.clone(), requirements.clone());
                let preferred_agent = self.preferred(state, target.queue(), *reason, recorded.at).await;
                let input = Input::TaskTransferred {
                    task: *task,
                    target,
                    requirements,
                    preferred_agent,
                    facts: Some(self.facts(state)),
                };
                self.feed(session, input).await;
            }
            SessionEvent::TaskReprioritised { task, priority, .. } => {
                self.feed(session, Input::TaskReprioritised { task: *task, priority: *priority }).await;
            }
            SessionEvent::TaskAged { task, waiting_since, .. } => {
                let input = Input::TaskAged { task: *task, waiting_since: *waiting_since };
                self.feed(session, input).await;
            }
            SessionEvent::CallbackChosen { task, callback, not_before, .. } => {
                let (callback, not_before) = (*callback, *not_before);
                self.feed(session, Input::CallbackChosen { task: *task, callback, not_before }).await;
            }
            SessionEvent::CallbackDeclined { task } => {
                self.feed(session, Input::CallbackDeclined { task: *task }).await;
            }
            SessionEvent::CallFailed { task, .. } => {
                if let Some(current) = &state.task {
                    self.directory.waits(*task, current.queue.clone(), recorded.at);
                }
                self.feed(session, Input::CallFailed { task: *task }).await;
            }
            SessionEvent::TaskWrapping { task, .. } => {
                self.feed(session, Input::WrapUpStarted { task: *task }).await;
            }
            SessionEvent::TaskCompleted { task, .. } => {
                self.feed(session, Input::Completed { task: *task }).await;
                self.directory.forget_task(*task);
            }
            SessionEvent::TaskCanceled { task, reason } => {
                self.feed(session, Input::TaskCanceled { task: *task, reason: *reason }).await;
                match reason {
                    CancelReason::Abandoned => self.count_wait(*task, recorded, WaitEnd::Abandoned),
                    CancelReason::TurnedAway => self.count_wait(*task, recorded, WaitEnd::TurnedAway),
                    _ => {}
                }
                self.directory.forget_task(*task);
            }
            SessionEvent::TaskReserved { task, reservation, agent, expires_at } => {
                let offer = (*task, *reservation, *expires_at);
                self.offer(session, state, agent, offer, recorded).await;
            }
            SessionEvent::ReservationEnded { reservation, agent, outcome, .. } => {
                if *outcome == ReservationEnd::TimedOut {
                    self.figures.add_unanswered(agent, 1, recorded.at);
                }
                let (reservation, outcome) = (*reservation, OfferOutcome::from(*outcome));
                self.tell(agent, News::OfferEnded { reservation, outcome }).await;
            }
            SessionEvent::TaskAssigned { task, reservation, agent, .. } => {
                match reservation {
                    Some(reservation) => {
                        let outcome = OfferOutcome::Accepted;
                        self.tell(agent, News::OfferEnded { reservation: *reservation, outcome }).await;
                    }
                    None => self.route_take_over(session, state, *task, agent).await,
                }
                self.count_wait(*task, recorded, WaitEnd::Answered);
                self.virtual_agents().turn(agent, session);
            }
            _ => {}
        }
    }

    /// What was learned counts at once for a task that waits, as it does after a restart.
    async fn tell_facts(&self, session: SessionId, state: &State) {
        let Some(task) = &state.task else { return };
        if self.foundation.organisation().asks_about_tasks() {
            self.feed(session, Input::FactsLearned { task: task.id, facts: self.facts(state) }).await;
        }
    }

    /// What expressions can ask about.
    fn facts(&self, state: &State) -> model::TaskFacts {
        super::routing_setup::facts(&self.foundation.organisation(), state)
    }

    /// A supervisor took the task: the router learns who has it.
    async fn route_take_over(&self, session: SessionId, state: &State, task: TaskId, agent: &AgentId) {
        let Some(current) = state.task.as_ref().filter(|current| current.id == task) else { return };
        self.feed(session, Input::TaskCanceled { task, reason: CancelReason::SessionClosed }).await;
        let request = TaskRequest {
            id: task,
            queue: current.queue.clone(),
            channel: current.channel,
            requirements: current.requirements.clone(),
            priority: current.priority,
            waiting_since: current.waiting_since,
            preferred_agent: None,
            direction: Direction::Inbound,
            not_before: None,
            callback: current.callback().map(|(_, callback)| callback),
            facts: self.facts(state),
        };
        let restored = RestoredState::Assigned { agent: agent.clone(), reservation: None, is_held: false };
        let queued_since = current.waiting_since;
        self.feed(session, Input::TaskRestored { task: request, queued_since, state: restored }).await;
    }

    /// The person the customer had last, where a virtual agent hands over to a queue that asks for it.
    async fn preferred(
        &self,
        state: &State,
        queue: &model::QueueId,
        reason: TransferReason,
        at: model::Timestamp,
    ) -> Option<PreferredAgent> {
        let handed_over = matches!(
            reason,
            TransferReason::CustomerRequest
                | TransferReason::LowConfidence
                | TransferReason::TimeLimit
                | TransferReason::Failure
        );
        let organisation = self.foundation.organisation();
        let wait = organisation.queue(queue)?.last_agent.filter(|_| handed_over)?.wait;
        let agent = self.last_person(&organisation, queue, state.customer?).await?;
        Some(PreferredAgent { agent, last_contact: at, at_most: Some(wait) })
    }

    fn request(&self, state: &State, event: &SessionEvent, at: model::Timestamp) -> Option<TaskRequest> {
        let SessionEvent::TaskCreated {
            task,
            queue,
            channel,
            requirements,
            priority,
            waiting_since,
            preferred_agent,
        } = event
        else {
            return None;
        };
        let organisation = self.foundation.organisation();
        let wait = organisation.queue(queue).and_then(|queue| queue.last_agent.map(|last| last.wait));
        Some(TaskRequest {
            id: *task,
            queue: queue.clone(),
            channel: *channel,
            requirements: requirements.clone(),
            priority: *priority,
            waiting_since: *waiting_since,
            preferred_agent: preferred_agent.clone().map(|agent| PreferredAgent {
                agent,
                last_contact: at,
                at_most: wait,
            }),
            direction: Direction::Inbound,
            not_before: None,
            callback: None,
            facts: self.facts(state),
        })
    }

    async fn feed(&self, session: SessionId, input: Input) {
        match self.router().feed(input).await {
            Ok(None) => {}
            Ok(Some(refusal)) => tracing::debug!(%session, %refusal, "the router refused"),
            Err(error) => tracing::error!(%session, %error, "cannot tell the router"),
        }
    }

    pub(super) async fn tell(&self, agent: &AgentId, news: News) {
        if let Some(handle) = self.agent(agent) {
            handle.tell(news).await;
        }
    }

    /// Brings lists and the agent who has the session up to date.
    async fn show(&self, session: SessionId, state: &State) {
        let card = card::card(session, state).map(Arc::new);
        let holder = state.handler();
        let before = self.directory.put(session, card.clone(), holder);
        if let Some(before) = before.filter(|before| Some(before) != holder) {
            self.tell(&before, News::HasNoMore(session)).await;
        }
        if let (Some(holder), Some(card)) = (holder, card) {
            self.tell(holder, News::Has(card)).await;
        }
    }

    fn count_wait(&self, task: TaskId, recorded: &Recorded<SessionEvent>, end: WaitEnd) {
        let Some((queue, since)) = self.directory.end_wait(task) else { return };
        let organisation = self.foundation.organisation();
        let promised = organisation
            .queue(&queue)
            .map_or(organisation.service_level, |queue| organisation.service_level(queue));
        let threshold = promised.threshold;
        self.figures.add(&queue, threshold, recorded.at.since(since), end, recorded.at);
    }

    pub async fn history(
        &self,
        customer: model::CustomerId,
        except: SessionId,
    ) -> Vec<crate::console::wire::PastSession> {
        let summaries = self.foundation.store.sessions_of_customer(customer, 20).await.unwrap_or_default();
        summaries.iter().filter(|past| past.session != except).map(super::board::past_session).collect()
    }
}
