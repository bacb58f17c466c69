//! Times that were measured, and what they come to.

use std::fmt;
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// None if nothing was measured.
    pub fn summary(mut self) -> Option<Summary> {
        self.0.sort_unstable();
        let last = self.0.len().checked_sub(1)?;
        let at = |thousandths: usize| self.0[last * thousandths / 1_000];
        let total: Duration = self.0.iter().sum();
        let mean = total / u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        Some(Summary { p50: at(500), p99: at(990), max: at(1_000), mean })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
    pub mean: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p99, max, mean } = self;
        write!(f, "p50 {p50:.2?}, p99 {p99:.2?}, max {max:.2?}, mean {mean:.2?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_a_hundred_is_not_the_slowest() {
        let mut latencies = Latencies::default();
        (1..=100).rev().for_each(|time| latencies.add(Duration::from_millis(time)));
        let summary = latencies.summary().unwrap();
        assert_eq!(summary.p50, Duration::from_millis(50));
        assert_eq!(summary.p99, Duration::from_millis(99));
        assert_eq!(summary.max, Duration::from_millis(100));
        assert_eq!(Latencies::default().summary(), None);
    }
}
