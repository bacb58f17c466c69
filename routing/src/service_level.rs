//! Service level under named definitions: the same calls give four figures, so a bare percentage
//! means nothing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of the tasks offered in some time, by the threshold T.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Outcomes {
    pub answered_within: u32,
    pub answered_later: u32,
    /// The customer left before T.
    pub abandoned_within: u32,
    pub abandoned_later: u32,
}

impl Outcomes {
    pub fn answered(&self) -> u32 {
        self.answered_within + self.answered_later
    }

    pub fn offered(&self) -> u32 {
        self.answered() + self.abandoned_within + self.abandoned_later
    }
}

/// Which tasks count, and which of them as served well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevel {
    /// Answered within T, of all answered.
    AnsweredOfAnswered,
    /// Answered or abandoned within T, of all offered.
    AnsweredOrAbandonedOfAll,
    /// Answered within T, of all but those abandoned within T.
    ExcludingShortAbandons,
    /// Answered within T, of all offered.
    #[default]
    Strict,
}

impl ServiceLevel {
    pub const ALL: [Self; 4] = [
        Self::AnsweredOfAnswered,
        Self::AnsweredOrAbandonedOfAll,
        Self::ExcludingShortAbandons,
        Self::Strict,
    ];

    /// 0 to 1; none where nothing counts.
    pub fn of(self, outcomes: Outcomes) -> Option<f64> {
        let Outcomes { answered_within, abandoned_within, .. } = outcomes;
        let (served, counted) = match self {
            Self::AnsweredOfAnswered => (answered_within, outcomes.answered()),
            Self::AnsweredOrAbandonedOfAll => (answered_within + abandoned_within, outcomes.offered()),
            Self::ExcludingShortAbandons => (answered_within, outcomes.offered() - abandoned_within),
            Self::Strict => (answered_within, outcomes.offered()),
        };
        (counted > 0).then(|| f64::from(served) / f64::from(counted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_hundred_calls_give_four_figures() {
        let outcomes =
            Outcomes { answered_within: 70, answered_later: 10, abandoned_within: 8, abandoned_later: 12 };
        let percent = ServiceLevel::ALL.map(|level| (level.of(outcomes).unwrap() * 1000.0).round() / 10.0);
        assert_eq!(percent, [87.5, 78.0, 76.1, 70.0]);
        assert_eq!(ServiceLevel::Strict.of(Outcomes::default()), None);
    }
}
