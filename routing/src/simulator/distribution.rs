//! How long things take: handling, wrap-up, patience, an agent's answer.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::random::Draws;

/// A distribution of times, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    Constant(f64),
    Exponential {
        mean: f64,
    },
    /// By the mean and the coefficient of variation of the times themselves, not of their logarithms.
    LogNormal {
        mean: f64,
        variation: f64,
    },
    /// Times as they were seen, each as likely.
    Seen(Arc<[f64]>),
}

/// Longer times are cut: a month. It keeps sums of times far from any end.
pub const LONGEST_SECONDS: f64 = 31.0 * 86_400.0;

impl Distribution {
    pub const ZERO: Self = Self::Constant(0.0);

    pub fn draw(&self, draws: &mut Draws) -> f64 {
        let seconds = match self {
            Self::Constant(seconds) => *seconds,
            Self::Exponential { mean } => mean * draws.exponential(),
            Self::LogNormal { mean, variation } => {
                let variance = (1.0 + variation * variation).ln();
                mean * (variance.sqrt() * draws.normal() - variance / 2.0).exp()
            }
            Self::Seen(times) => {
                let place = draws.place(times.iter().map(|_| 1.0));
                times.get(place).copied().unwrap_or(0.0)
            }
        };
        seconds.clamp(0.0, LONGEST_SECONDS)
    }

    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(seconds) => *seconds,
            Self::Exponential { mean } | Self::LogNormal { mean, .. } => *mean,
            Self::Seen(times) if times.is_empty() => 0.0,
            Self::Seen(times) => times.iter().sum::<f64>() / count(times.len()),
        }
    }

    /// What is wrong with it, if anything.
    pub fn flaw(&self) -> Option<&'static str> {
        let bad = |seconds: f64| !(0.0..=LONGEST_SECONDS).contains(&seconds);
        match self {
            Self::Constant(seconds) if bad(*seconds) => Some("a time is from 0 seconds to 31 days"),
            Self::Exponential { mean } | Self::LogNormal { mean, .. } if bad(*mean) => {
                Some("a mean is from 0 seconds to 31 days")
            }
            Self::LogNormal { variation, .. } if !(0.0..=20.0).contains(variation) => {
                Some("a coefficient of variation is from 0 to 20")
            }
            Self::Seen(times) if times.is_empty() => Some("there is no time to draw from"),
            Self::Seen(times) if times.iter().any(|seconds| bad(*seconds)) => {
                Some("a time is from 0 seconds to 31 days")
            }
            _ => None,
        }
    }
}

/// Whole milliseconds, rounded to the nearest.
pub(super) fn duration(seconds: f64) -> Duration {
    let millis = (seconds.clamp(0.0, LONGEST_SECONDS) * 1_000.0).round();
    Duration::from_millis(
        Duration::from_secs_f64(millis / 1_000.0).as_millis().try_into().unwrap_or(u64::MAX),
    )
}

/// A count as a number to calculate with; exact below 2^53.
pub(super) fn count(number: usize) -> f64 {
    let high = u32::try_from(number >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(number & 0xffff_ffff).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_mean_and_variation_they_are_given() {
        let distribution = Distribution::LogNormal { mean: 300.0, variation: 0.8 };
        let mut draws = Draws::named(&[3]);
        let times: Vec<f64> = (0..200_000).map(|_| distribution.draw(&mut draws)).collect();
        let mean = times.iter().sum::<f64>() / count(times.len());
        let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / count(times.len());
        assert!((mean / 300.0 - 1.0).abs() < 0.01, "{mean}");
        assert!((variance.sqrt() / mean / 0.8 - 1.0).abs() < 0.03, "{variance}");
        assert_eq!(duration(0.0004), Duration::ZERO);
        assert_eq!(duration(1.2346), Duration::from_millis(1_235));
    }

    #[test]
    fn impossible_times_are_named() {
        for bad in [
            Distribution::Constant(-1.0),
            Distribution::Exponential { mean: f64::NAN },
            Distribution::Exponential { mean: f64::INFINITY },
            Distribution::LogNormal { mean: 1.0, variation: -1.0 },
            Distribution::Seen(Arc::new([])),
        ] {
            assert!(bad.flaw().is_some(), "{bad:?}");
        }
        assert_eq!(Distribution::ZERO.flaw(), None);
    }
}
