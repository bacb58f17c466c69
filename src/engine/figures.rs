//! The day's figures of each queue, kept as waits end.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::QueueId;
use routing::Outcomes;

use crate::configuration::organisation::{ServiceLevel, ServiceLevelDefinition};
use crate::console::wire::ServiceLevelView;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEnd {
    Answered,
    Abandoned,
}

#[derive(Default)]
pub struct Figures {
    queues: Mutex<HashMap<QueueId, Outcomes>>,
}

impl Figures {
    pub fn add(&self, queue: &QueueId, threshold: Duration, wait: Duration, end: WaitEnd) {
        let mut queues = self.lock();
        let outcomes = queues.entry(queue.clone()).or_default();
        let counter = match (end, wait <= threshold) {
            (WaitEnd::Answered, true) => &mut outcomes.answered_within,
            (WaitEnd::Answered, false) => &mut outcomes.answered_later,
            (WaitEnd::Abandoned, true) => &mut outcomes.abandoned_within,
            (WaitEnd::Abandoned, false) => &mut outcomes.abandoned_later,
        };
        *counter = counter.saturating_add(1);
    }

    pub fn of(&self, queue: &QueueId) -> Outcomes {
        self.lock().get(queue).copied().unwrap_or_default()
    }

    /// A new day begins.
    pub fn reset(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QueueId, Outcomes>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A service level under its named definition.
pub fn view(outcomes: Outcomes, promised: &ServiceLevel) -> ServiceLevelView {
    let (definition, name) = match promised.definition {
        ServiceLevelDefinition::AnsweredOfAnswered => {
            (routing::ServiceLevel::AnsweredOfAnswered, "answered_of_answered")
        }
        ServiceLevelDefinition::AnsweredOrAbandonedOfAll => {
            (routing::ServiceLevel::AnsweredOrAbandonedOfAll, "answered_or_abandoned_of_all")
        }
        ServiceLevelDefinition::ExcludingShortAbandons => {
            (routing::ServiceLevel::ExcludingShortAbandons, "excluding_short_abandons")
        }
        ServiceLevelDefinition::Strict => (routing::ServiceLevel::Strict, "strict"),
    };
    ServiceLevelView {
        definition: name.to_owned(),
        threshold_seconds: u32::try_from(promised.threshold.as_secs()).unwrap_or(u32::MAX),
        percent: definition.of(outcomes).map(|share| share * 100.0),
        target_percent: promised.target,
    }
}
