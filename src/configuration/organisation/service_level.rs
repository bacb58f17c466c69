//! The promise to answer in time, always under a named definition.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// Answered within this counts as in time.
    #[serde(with = "crate::configuration::duration")]
    pub threshold: Duration,
    #[serde(default)]
    pub definition: ServiceLevelDefinition,
    /// Per cent, 0 to 100.
    pub target: f64,
}

/// What is counted over what. Of 100 offered, 70 answered in time, 10 later, 8 abandoned in time,
/// 12 later, the figures are as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevelDefinition {
    /// 87.5 %
    AnsweredOfAnswered,
    /// 78.0 %
    AnsweredOrAbandonedOfAll,
    /// 76.1 %
    #[default]
    ExcludingShortAbandons,
    /// 70.0 %
    Strict,
}

impl Default for ServiceLevel {
    /// 80 per cent within 20 seconds, short abandons left out.
    fn default() -> Self {
        Self {
            threshold: Duration::from_secs(20),
            definition: ServiceLevelDefinition::default(),
            target: 80.0,
        }
    }
}
