//! How soon customers of a queue give up, by how the last waits ended.

use std::collections::VecDeque;
use std::time::Duration;

/// Waits that are looked back on.
const WAITS: usize = 256;

/// The last waits of a queue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patience {
    ends: VecDeque<(u64, WaitEnd)>,
    waited_ms: u64,
    left: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    Answered,
    /// The customer left.
    Left,
}

impl Patience {
    pub fn note(&mut self, wait: Duration, end: WaitEnd) {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        if self.ends.len() == WAITS
            && let Some((oldest, end)) = self.ends.pop_front()
        {
            self.waited_ms = self.waited_ms.saturating_sub(oldest);
            self.left -= u32::from(end == WaitEnd::Left);
        }
        self.ends.push_back((wait, end));
        self.waited_ms = self.waited_ms.saturating_add(wait);
        self.left += u32::from(end == WaitEnd::Left);
    }

    /// Leavings over all time waited, a millisecond: the usual estimate where most waits are cut short by
    /// an answer. Zero if nobody left.
    pub fn leaving_rate(&self) -> f64 {
        // As many as would make a day of waiting each are cut; nothing is lost by it.
        let waited = u32::try_from(self.waited_ms).unwrap_or(u32::MAX);
        if waited == 0 { 0.0 } else { f64::from(self.left) / f64::from(waited) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leavings_over_the_time_waited_and_no_further_back_than_the_last() {
        let mut patience = Patience::default();
        assert_eq!(patience.leaving_rate(), 0.0);
        patience.note(Duration::from_secs(10), WaitEnd::Answered);
        patience.note(Duration::from_secs(30), WaitEnd::Left);
        assert_eq!(patience.leaving_rate(), 1.0 / 40_000.0);
        for _ in 0..WAITS {
            patience.note(Duration::from_secs(1), WaitEnd::Answered);
        }
        assert_eq!(patience.leaving_rate(), 0.0);
    }
}
