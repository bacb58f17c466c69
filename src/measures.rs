//! Figures for operators, in the recorder that `/metrics` renders: what is counted as it is recorded,
//! and what is looked at every few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use model::SessionEvent;
use model::event::Author;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::word::word;

const EVERY: Duration = Duration::from_secs(5);

/// Looks until told to stop.
pub fn start(engine: &Arc<Engine>, stop: &CancellationToken) {
    let (engine, stop) = (Arc::downgrade(engine), stop.clone());
    tokio::spawn(async move {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            let Some(engine) = engine.upgrade() else { return };
            look(&engine).await;
        }
    });
}

/// Counts what was recorded.
pub fn count(event: &SessionEvent) {
    match event {
        SessionEvent::Opened { .. } => counter!("tandem_sessions_opened_total").increment(1),
        SessionEvent::Closed { reason } => {
            counter!("tandem_sessions_closed_total", "reason" => word(reason)).increment(1);
        }
        SessionEvent::MessagePosted { message } => {
            let author = match message.author {
                Author::Customer => "customer",
                Author::Agent { .. } => "agent",
                Author::System => "system",
            };
            let channel = word(&message.channel);
            counter!("tandem_messages_total", "author" => author, "channel" => channel).increment(1);
        }
        SessionEvent::TaskReserved { .. } => counter!("tandem_offers_total").increment(1),
        SessionEvent::ReservationEnded { outcome, .. } => {
            counter!("tandem_offers_ended_total", "outcome" => word(outcome)).increment(1);
        }
        SessionEvent::TaskAssigned { .. } => counter!("tandem_tasks_assigned_total").increment(1),
        SessionEvent::TaskTransferred { reason, .. } => {
            counter!("tandem_tasks_transferred_total", "reason" => word(reason)).increment(1);
        }
        SessionEvent::TaskCanceled { reason, .. } => {
            counter!("tandem_tasks_canceled_total", "reason" => word(reason)).increment(1);
        }
        _ => {}
    }
}

async fn look(engine: &Engine) {
    gauge!("tandem_sessions_in_memory").set(float(engine.sessions().in_memory()));
    for (arbiter, lag) in engine.sessions().lags().await.into_iter().enumerate() {
        gauge!("tandem_arbiter_lag_seconds", "arbiter" => arbiter.to_string()).set(lag.as_secs_f64());
    }
    if let Ok(outbox) = engine.foundation.store.outbox_counts().await {
        for (state, count) in [("pending", outbox.pending), ("sent", outbox.sent), ("failed", outbox.failed)]
        {
            gauge!("tandem_outbox_entries", "state" => state).set(count as f64);
        }
    }
    let Some(board) = engine.board().await else { return };
    engine.trail.note(&board);
    for queue in &board.queues {
        let name = queue.queue.to_string();
        gauge!("tandem_tasks_waiting", "queue" => name.clone()).set(f64::from(queue.waiting));
        gauge!("tandem_tasks_in_hand", "queue" => name.clone()).set(f64::from(queue.in_hand));
        let waited = queue.longest_since.map_or(Duration::ZERO, |since| board.at.since(since));
        gauge!("tandem_longest_wait_seconds", "queue" => name).set(waited.as_secs_f64());
    }
    let organisation = engine.foundation.organisation();
    let mut presences: BTreeMap<_, usize> =
        organisation.presences.iter().map(|presence| (presence.id.clone(), 0)).collect();
    for agent in &board.agents {
        *presences.entry(agent.presence.clone()).or_default() += 1;
    }
    for (presence, agents) in presences {
        gauge!("tandem_agents", "presence" => presence.to_string()).set(float(agents));
    }
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
