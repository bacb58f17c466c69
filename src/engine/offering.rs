//! What an offer shows: gathered while its reservation is being recorded, told only after that.
//!
//! Reading takes about as long as a commit; done beside each other they cost the customer one of the
//! two. What was said between the reading and the record is not missed: then it is read again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::session::State;
use model::{
    AgentId, CustomerId, Recorded, ReservationId, Sequence, SessionEvent, SessionId, TaskId, Timestamp,
};
use routing::Output;
use tokio::task::JoinHandle;

use super::{Engine, card, explain};
use crate::actors::News;
use crate::console::wire::{Offer, PastSession};

/// Messages an offer shows.
const LAST_MESSAGES: usize = 6;
/// Events read to find them.
const LOOK_BACK: u64 = 60;

/// What is read for an offer.
struct Reading {
    why: Vec<String>,
    history: Vec<PastSession>,
    messages: LastMessages,
}

/// The newest messages, oldest first.
#[derive(Default)]
struct LastMessages {
    messages: Vec<Recorded<SessionEvent>>,
    /// The last event that was looked at.
    through: Sequence,
}

/// Readings on their way, each for a reservation that is being recorded.
#[derive(Default)]
pub struct Readings(Mutex<HashMap<ReservationId, JoinHandle<Reading>>>);

impl Readings {
    fn put(&self, reservation: ReservationId, reading: JoinHandle<Reading>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(reservation, reading);
    }

    fn take(&self, reservation: ReservationId) -> Option<JoinHandle<Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&reservation)
    }

    /// The reservation was not recorded: nobody will ask.
    pub fn drop_of(&self, reservation: ReservationId) {
        if let Some(reading) = self.take(reservation) {
            reading.abort();
        }
    }
}

impl Engine {
    /// Begins to read what the offer of a reservation will show, which is about to be recorded. Virtual
    /// agents look for themselves.
    pub(super) fn read_ahead(self: &Arc<Self>, session: SessionId, output: &Output) {
        let Output::Offered { reservation, task, agent, .. } = output else { return };
        if !self.virtual_agents().is_external(agent) {
            return;
        }
        let Some(card) = self.directory.card(session) else { return };
        let (engine, task) = (self.clone(), *task);
        let reading =
            tokio::spawn(async move { engine.read(session, task, card.customer, card.last_sequence).await });
        self.readings.put(*reservation, reading);
    }

    async fn read(
        &self,
        session: SessionId,
        task: TaskId,
        customer: CustomerId,
        sequence: Sequence,
    ) -> Reading {
        let (explanation, history, messages) = tokio::join!(
            self.router().explain(task),
            self.history(customer, session),
            self.last_messages(session, sequence),
        );
        let why = explanation.map(|explanation| explain::why(&explanation)).unwrap_or_default();
        Reading { why, history, messages }
    }

    /// A reservation is recorded: its agent is told, with what there is to know.
    pub(super) async fn offer(
        &self,
        session: SessionId,
        state: &State,
        agent: &AgentId,
        (task, reservation, expires_at): (TaskId, ReservationId, Timestamp),
        recorded: &Recorded<SessionEvent>,
    ) {
        let begun = self.readings.take(reservation);
        let Some(current) = state.task.as_ref().filter(|current| current.id == task) else { return };
        // It may have been answered, or withdrawn, in the same moment: then nothing rings.
        if current.state.offers().iter().all(|offer| offer.reservation != reservation) {
            return;
        }
        if self.virtual_agents().accept(agent, reservation) {
            return;
        }
        let Some(card) = card::card(session, state) else { return };
        let reading = match begun {
            // One that failed is done again.
            Some(begun) => begun.await.ok(),
            None => None,
        };
        let reading = match reading {
            // Other offers of the same task may lie between: only what was said counts.
            Some(reading)
                if reading.messages.through.next() >= recorded.sequence
                    || reading.messages.through >= state.last_message =>
            {
                reading
            }
            _ => self.read(session, task, card.customer, recorded.sequence).await,
        };
        let offer = Offer {
            reservation,
            task,
            session,
            queue: current.queue.clone(),
            channel: current.channel,
            offered_at: recorded.at,
            expires_at,
            waiting_since: current.waiting_since,
            why: reading.why,
            context: card::context(state, reading.history),
            card,
            last_messages: reading.messages.messages,
        };
        self.tell(agent, News::Offered(Arc::new(offer))).await;
    }

    /// Up to `sequence` at least.
    async fn last_messages(&self, session: SessionId, sequence: Sequence) -> LastMessages {
        let after = Sequence(sequence.0.saturating_sub(LOOK_BACK));
        let loaded = self.foundation.store.load_session(session, after, 100).await.unwrap_or_default();
        let through = loaded.last().map_or(Sequence::START, |last| last.sequence);
        let mut messages: Vec<_> = loaded
            .into_iter()
            .filter(|recorded| matches!(recorded.event, SessionEvent::MessagePosted { .. }))
            .collect();
        messages.drain(..messages.len().saturating_sub(LAST_MESSAGES));
        LastMessages { messages, through }
    }
}
