//! Callbacks: the question to the customer, the answer, and what the router hears of both.

use std::time::Duration;

use model::session::{Command, State};
use model::task::{Callback, CallbackMode};
use model::{QueueId, SessionId, TaskId, Timestamp};
use routing::{Input, OverflowReason};

use super::{Engine, farewell};
use crate::configuration::organisation::{End, Overflow, Way};

/// How long a customer's phone rings; told to the voice channel once there is one.
const RING_SECONDS: u32 = 30;

/// An agent-first callback: the agent accepts, then calls.
pub fn callback(attempts: u8, interval: Duration) -> Callback {
    Callback {
        mode: CallbackMode::AgentFirst,
        attempts,
        interval_seconds: u32::try_from(interval.as_secs()).unwrap_or(u32::MAX),
        ring_seconds: RING_SECONDS,
    }
}

impl Engine {
    /// The question to a customer whose queue has no time or no room; where it has no words, none.
    pub(super) async fn asking(
        &self,
        session: SessionId,
        task: TaskId,
        queue: &QueueId,
        until: Timestamp,
        reason: OverflowReason,
    ) -> Vec<Command> {
        let Ok(state) = self.sessions().state(session).await else { return Vec::new() };
        let organisation = self.foundation.organisation();
        let way = farewell::way(&organisation, queue, reason, End::Callback);
        let text = way.and_then(|way| farewell::words(&organisation, &state, way));
        text.map(|text| Command::OfferCallback { task, until, text }).into_iter().collect()
    }

    /// How a customer of this queue is called back who said yes.
    pub fn callback_of(&self, queue: &QueueId) -> Callback {
        let organisation = self.foundation.organisation();
        let queue = organisation.queue(queue);
        let ways = queue.into_iter().flat_map(|queue| queue.overflow.iter().chain(&queue.when_full));
        let way = ways.into_iter().find_map(|way: &Overflow| way.way_to(End::Callback));
        let attempts = way.and_then(|way| way.attempts).unwrap_or(Way::ATTEMPTS);
        callback(attempts, way.and_then(|way| way.interval).unwrap_or(Way::INTERVAL))
    }

    /// The router hears again of a callback that was chosen while it had decided otherwise.
    pub(super) async fn remind_of_callback(&self, state: &State) {
        let Some(task) = &state.task else { return };
        let Some((_, callback)) = task.callback() else { return };
        let not_before = task.calls.as_ref().and_then(|calls| calls.not_before);
        let _ = self.router().feed(Input::CallbackChosen { task: task.id, callback, not_before }).await;
    }
}
