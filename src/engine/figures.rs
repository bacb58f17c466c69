//! The day's figures: of each queue as waits end, of each agent as offers ring out.
//!
//! A day is one of the server's own time zone. At start the figures of the day that runs are counted
//! again from the log, by [`Engine::restore_figures`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::ToSpan;
use jiff::tz::TimeZone;
use model::{AgentId, QueueId, Timestamp};
use routing::Outcomes;
use store::WaitOutcome;

use super::Engine;
use crate::configuration::organisation::{ServiceLevel, ServiceLevelDefinition};
use crate::console::wire::ServiceLevelView;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEnd {
    Answered,
    Abandoned,
    /// Full, closed or out of time, and the customer was told so. No part of the service level.
    TurnedAway,
}

#[derive(Default)]
pub struct Figures(Mutex<Day>);

#[derive(Default)]
struct Day {
    ends: Timestamp,
    queues: HashMap<QueueId, Outcomes>,
    turned_away: HashMap<QueueId, u32>,
    unanswered: HashMap<AgentId, u32>,
}

impl Figures {
    /// Counts a wait that ended at `at`.
    pub fn add(&self, queue: &QueueId, threshold: Duration, wait: Duration, end: WaitEnd, at: Timestamp) {
        let mut day = self.day(at);
        let turned_away = u32::from(end == WaitEnd::TurnedAway);
        let count = day.turned_away.entry(queue.clone()).or_default();
        *count = count.saturating_add(turned_away);
        let outcomes = day.queues.entry(queue.clone()).or_default();
        let counter = match (end, wait <= threshold) {
            (WaitEnd::TurnedAway, _) => return,
            (WaitEnd::Answered, true) => &mut outcomes.answered_within,
            (WaitEnd::Answered, false) => &mut outcomes.answered_later,
            (WaitEnd::Abandoned, true) => &mut outcomes.abandoned_within,
            (WaitEnd::Abandoned, false) => &mut outcomes.abandoned_later,
        };
        *counter = counter.saturating_add(1);
    }

    /// Counts offers that rang out: the agent did not respond, the customer abandoned nothing.
    pub fn add_unanswered(&self, agent: &AgentId, offers: u32, at: Timestamp) {
        let mut day = self.day(at);
        let count = day.unanswered.entry(agent.clone()).or_default();
        *count = count.saturating_add(offers);
    }

    pub fn of(&self, queue: &QueueId, now: Timestamp) -> Outcomes {
        self.day(now).queues.get(queue).copied().unwrap_or_default()
    }

    /// Who was turned away from the queue.
    pub fn turned_away(&self, queue: &QueueId, now: Timestamp) -> u32 {
        self.day(now).turned_away.get(queue).copied().unwrap_or_default()
    }

    /// Offers that rang out at this agent.
    pub fn unanswered_by(&self, agent: &AgentId, now: Timestamp) -> u32 {
        self.day(now).unanswered.get(agent).copied().unwrap_or_default()
    }

    /// The day that runs at `at`: empty if it has just begun.
    fn day(&self, at: Timestamp) -> MutexGuard<'_, Day> {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at >= day.ends {
            *day = Day { ends: day_of(at, &TimeZone::system()).1, ..Day::default() };
        }
        day
    }
}

/// When the day around `at` began, and when it ends; they may be 23 or 25 hours apart.
fn day_of(at: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let bounds = || {
        let today = zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).ok()?).date();
        let midnight = |date: jiff::civil::Date| {
            let begins = zone.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
            Some(Timestamp(begins.as_millisecond()))
        };
        Some((midnight(today)?, midnight(today.checked_add(1.day()).ok()?)?))
    };
    // Past the end of the calendar nothing rolls over any more.
    bounds().unwrap_or((at, Timestamp::MAX))
}

impl Engine {
    /// Counts the waits and the unanswered offers of the day that runs again, from the log.
    pub(super) async fn restore_figures(&self, now: Timestamp) -> Result<(), store::StoreError> {
        let organisation = self.foundation.organisation();
        let (begins, _) = day_of(now, &TimeZone::system());
        for (agent, count) in self.foundation.store.unanswered_since(begins).await? {
            self.figures.add_unanswered(&agent, count, now);
        }
        for queue in &organisation.queues {
            let threshold = organisation.service_level(queue).threshold;
            for wait in self.foundation.store.queue_day(&queue.id, begins, Timestamp::MAX).await? {
                let end = match wait.outcome {
                    WaitOutcome::Answered => WaitEnd::Answered,
                    WaitOutcome::Abandoned => WaitEnd::Abandoned,
                    WaitOutcome::TurnedAway => WaitEnd::TurnedAway,
                    WaitOutcome::Transferred
                    | WaitOutcome::Expired
                    | WaitOutcome::Canceled
                    | WaitOutcome::NotReached => continue,
                };
                self.figures.add(&queue.id, threshold, wait.wait, end, wait.ended_at);
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_one_day_and_a_new_day_begins_with_none() {
        let figures = Figures::default();
        let (queue, agent) = (QueueId::new("sales").unwrap(), AgentId::new("ana").unwrap());
        let noon = Timestamp(1_780_000_000_000);
        let (begins, ends) = day_of(noon, &TimeZone::system());
        assert!(begins <= noon && noon < ends);
        figures.add(&queue, Duration::from_secs(20), Duration::from_secs(3), WaitEnd::Answered, noon);
        figures.add_unanswered(&agent, 1, noon);
        let last = Timestamp(ends.0 - 1);
        assert_eq!((figures.of(&queue, last).answered(), figures.unanswered_by(&agent, last)), (1, 1));
        assert_eq!((figures.of(&queue, ends).answered(), figures.unanswered_by(&agent, ends)), (0, 0));
    }

    #[test]
    fn a_day_is_as_long_as_the_calendar_says() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let (begins, ends) = day_of(at("2026-03-29T12:00:00Z"), &zone);
        assert_eq!((begins, ends), (at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")), "23 hours");
    }
}
