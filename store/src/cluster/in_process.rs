//! The shared state of nodes that live in one process: one node mostly, several in tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

use super::call::{Answer, Call};
use super::hint::{Audience, Hint, WAITING_HINTS};
use super::memory::Memory;
use super::names::NodeId;

/// Clones share the same state.
#[derive(Debug, Clone)]
pub struct InProcess(Arc<House>);

#[derive(Debug)]
struct House {
    memory: Mutex<Memory>,
    hints: Mutex<HashMap<NodeId, broadcast::Sender<Hint>>>,
    sent: Notify,
    started: Instant,
}

impl Default for InProcess {
    fn default() -> Self {
        let (memory, hints, sent) = Default::default();
        Self(Arc::new(House { memory, hints, sent, started: Instant::now() }))
    }
}

impl InProcess {
    pub(super) async fn call(&self, call: Call) -> Answer {
        let until = match &call {
            Call::Fetch { wait, .. } => Instant::now() + *wait,
            _ => Instant::now(),
        };
        loop {
            let sent = self.0.sent.notified();
            tokio::pin!(sent);
            // Registered before looking, so that nothing sent in between is missed.
            sent.as_mut().enable();
            let answer = self.apply(call.clone());
            let empty = matches!(&answer, Answer::Letters { letters, .. } if letters.is_empty());
            if !empty || tokio::time::timeout_at(until, sent).await.is_err() {
                return answer;
            }
        }
    }

    fn apply(&self, call: Call) -> Answer {
        let sends = matches!(call, Call::Send { .. });
        let answer = lock(&self.0.memory).apply(self.now(), call);
        if sends {
            self.0.sent.notify_waiters();
        }
        answer
    }

    fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    pub(super) fn hints(&self, node: &NodeId) -> broadcast::Sender<Hint> {
        let mut hints = lock(&self.0.hints);
        hints.entry(node.clone()).or_insert_with(|| broadcast::Sender::new(WAITING_HINTS)).clone()
    }

    pub(super) fn hint(&self, to: &Audience, hint: &Hint) {
        let hints = lock(&self.0.hints);
        let meant = hints.iter().filter(|(node, _)| to.includes(node));
        // Nobody listens: a hint may be lost.
        meant.for_each(|(_, sender)| drop(sender.send(hint.clone())));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
