//! The figures that are given, by name.

use serde::Serialize;

use super::distribution::count;
use super::tally::{Tally, ratio};
use crate::service_level::ServiceLevel;

/// One figure of a queue or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Offered,
    Answered,
    Abandoned,
    Abandonment,
    Delayed,
    /// The four named definitions of service level.
    AnsweredOfAnswered,
    AnsweredOrAbandonedOfAll,
    ExcludingShortAbandons,
    Strict,
    /// Average speed of answer: the mean wait of those answered.
    SpeedOfAnswer,
    /// Of all who waited to an end, the abandoning too.
    MeanWait,
    WaitP50,
    WaitP80,
    WaitP90,
    WaitP95,
    WaitP99,
    LongestWait,
    /// The mean wait in minutes by what a minute costs.
    WaitCost,
    Overflowed,
    Lost,
    /// Left the line to be called back.
    CalledBack,
    Unfinished,
    /// Told on arrival minus waited, of those who waited and were answered.
    EstimateBias,
    EstimateError,
    /// The error over the mean wait of the same.
    EstimateRelativeError,
    /// Of those who waited and were answered, whom nothing could be told.
    WithoutEstimate,
}

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Count,
    /// 0 to 1.
    Share,
    Seconds,
    Plain,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    More,
    Less,
    /// Nearer to zero.
    Smaller,
    /// It tells of the day, not of the rules.
    Neither,
}

impl Measure {
    pub const ALL: [Self; 26] = [
        Self::Offered,
        Self::Answered,
        Self::Abandoned,
        Self::Abandonment,
        Self::Delayed,
        Self::AnsweredOfAnswered,
        Self::AnsweredOrAbandonedOfAll,
        Self::ExcludingShortAbandons,
        Self::Strict,
        Self::SpeedOfAnswer,
        Self::MeanWait,
        Self::WaitP50,
        Self::WaitP80,
        Self::WaitP90,
        Self::WaitP95,
        Self::WaitP99,
        Self::LongestWait,
        Self::WaitCost,
        Self::Overflowed,
        Self::Lost,
        Self::CalledBack,
        Self::Unfinished,
        Self::EstimateBias,
        Self::EstimateError,
        Self::EstimateRelativeError,
        Self::WithoutEstimate,
    ];

    /// As it is called in JSON and CSV.
    pub fn key(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Abandonment => "abandonment",
            Self::Delayed => "delayed",
            Self::AnsweredOfAnswered => "answered_of_answered",
            Self::AnsweredOrAbandonedOfAll => "answered_or_abandoned_of_all",
            Self::ExcludingShortAbandons => "excluding_short_abandons",
            Self::Strict => "strict",
            Self::SpeedOfAnswer => "speed_of_answer",
            Self::MeanWait => "mean_wait",
            Self::WaitP50 => "wait_p50",
            Self::WaitP80 => "wait_p80",
            Self::WaitP90 => "wait_p90",
            Self::WaitP95 => "wait_p95",
            Self::WaitP99 => "wait_p99",
            Self::LongestWait => "longest_wait",
            Self::WaitCost => "wait_cost",
            Self::Overflowed => "overflowed",
            Self::Lost => "lost",
            Self::CalledBack => "called_back",
            Self::Unfinished => "unfinished",
            Self::EstimateBias => "estimate_bias",
            Self::EstimateError => "estimate_error",
            Self::EstimateRelativeError => "estimate_relative_error",
            Self::WithoutEstimate => "without_estimate",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Offered => "Offered",
            Self::Answered => "Answered",
            Self::Abandoned => "Abandoned",
            Self::Abandonment => "Abandonment",
            Self::Delayed => "Had to wait",
            Self::AnsweredOfAnswered => "Service level: answered in time of answered",
            Self::AnsweredOrAbandonedOfAll => "Service level: answered or abandoned in time of all",
            Self::ExcludingShortAbandons => "Service level: short abandons left out",
            Self::Strict => "Service level: answered in time of all",
            Self::SpeedOfAnswer => "Average speed of answer",
            Self::MeanWait => "Mean wait of all",
            Self::WaitP50 => "Half answered within",
            Self::WaitP80 => "80 % answered within",
            Self::WaitP90 => "90 % answered within",
            Self::WaitP95 => "95 % answered within",
            Self::WaitP99 => "99 % answered within",
            Self::LongestWait => "Longest wait until answered",
            Self::WaitCost => "Cost of waiting a contact",
            Self::Overflowed => "Overflowed",
            Self::Lost => "Ended by the rules unanswered",
            Self::CalledBack => "Left the line to be called back",
            Self::Unfinished => "Still waiting at the end",
            Self::EstimateBias => "Waiting time told: bias",
            Self::EstimateError => "Waiting time told: mean error",
            Self::EstimateRelativeError => "Waiting time told: error over wait",
            Self::WithoutEstimate => "Waited without a time told",
        }
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::Offered
            | Self::Answered
            | Self::Abandoned
            | Self::Overflowed
            | Self::Lost
            | Self::CalledBack
            | Self::Unfinished => Unit::Count,
            Self::Abandonment
            | Self::Delayed
            | Self::AnsweredOfAnswered
            | Self::AnsweredOrAbandonedOfAll
            | Self::ExcludingShortAbandons
            | Self::Strict
            | Self::EstimateRelativeError
            | Self::WithoutEstimate => Unit::Share,
            Self::WaitCost => Unit::Plain,
            _ => Unit::Seconds,
        }
    }

    pub fn better(self) -> Better {
        match self {
            Self::Offered | Self::Overflowed | Self::CalledBack => Better::Neither,
            Self::Answered
            | Self::AnsweredOfAnswered
            | Self::AnsweredOrAbandonedOfAll
            | Self::ExcludingShortAbandons
            | Self::Strict => Better::More,
            Self::EstimateBias => Better::Smaller,
            _ => Better::Less,
        }
    }

    /// The figure of one replication; none where nothing counts.
    pub fn of(self, tally: &Tally) -> Option<f64> {
        let outcomes = tally.outcomes;
        let abandoned = outcomes.abandoned_within + outcomes.abandoned_later;
        let share = |part: u32, whole: u32| ratio(part.into(), whole.into());
        let seconds = |millis: u64, of: u32| ratio(millis, of.into()).map(|millis| millis / 1_000.0);
        let quantile = |share: f64| tally.waits.quantile(share).map(|millis| millis / 1_000.0);
        let estimates = &tally.estimates;
        match self {
            Self::Offered => Some(tally.offered().into()),
            Self::Answered => Some(outcomes.answered().into()),
            Self::Abandoned => Some(abandoned.into()),
            Self::Abandonment => share(abandoned, tally.offered()),
            Self::Delayed => share(tally.delayed, tally.offered()),
            Self::AnsweredOfAnswered => ServiceLevel::AnsweredOfAnswered.of(outcomes),
            Self::AnsweredOrAbandonedOfAll => ServiceLevel::AnsweredOrAbandonedOfAll.of(outcomes),
            Self::ExcludingShortAbandons => ServiceLevel::ExcludingShortAbandons.of(outcomes),
            Self::Strict => ServiceLevel::Strict.of(outcomes),
            Self::SpeedOfAnswer => seconds(tally.answered_wait_ms, outcomes.answered()),
            Self::MeanWait => seconds(tally.wait_ms, tally.offered()),
            Self::WaitP50 => quantile(0.5),
            Self::WaitP80 => quantile(0.8),
            Self::WaitP90 => quantile(0.9),
            Self::WaitP95 => quantile(0.95),
            Self::WaitP99 => quantile(0.99),
            Self::LongestWait => {
                let longest = tally.waits.longest_ms()?;
                Some(count(usize::try_from(longest).ok()?) / 1_000.0)
            }
            Self::WaitCost => (tally.offered() > 0).then(|| tally.cost / f64::from(tally.offered())),
            Self::Overflowed => Some(tally.overflowed.into()),
            Self::Lost => Some(tally.lost.into()),
            Self::CalledBack => Some(tally.callbacks.into()),
            Self::Unfinished => Some(tally.unfinished.into()),
            Self::EstimateBias => {
                let size = seconds(estimates.error_ms.unsigned_abs(), estimates.given)?;
                Some(if estimates.error_ms < 0 { -size } else { size })
            }
            Self::EstimateError => seconds(estimates.absolute_error_ms, estimates.given),
            Self::EstimateRelativeError => ratio(estimates.absolute_error_ms, estimates.wait_ms),
            Self::WithoutEstimate => share(estimates.none, estimates.none + estimates.given),
        }
    }
}

/// What is better of a difference `other - this` that is sure.
impl Better {
    /// None if neither is better.
    pub fn prefers_other(self, this: f64, other: f64) -> Option<Preferred> {
        let is_other = match self {
            Self::Neither => return None,
            Self::More => other > this,
            Self::Less => other < this,
            Self::Smaller => other.abs() < this.abs(),
        };
        Some(if is_other { Preferred::Other } else { Preferred::This })
    }
}

/// Which of two sets of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preferred {
    This,
    Other,
}
