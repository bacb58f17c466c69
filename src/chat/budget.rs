//! How fast one connection may write.

use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(10);

/// The messages of the running ten seconds.
pub struct Budget {
    since: Instant,
    spent: u32,
}

impl Budget {
    pub fn new(now: Instant) -> Self {
        Self { since: now, spent: 0 }
    }

    /// Counts a message; false once more than `allowed` came within the window.
    pub fn spend(&mut self, allowed: u32, now: Instant) -> bool {
        if now.duration_since(self.since) >= WINDOW {
            *self = Self::new(now);
        }
        self.spent = self.spent.saturating_add(1);
        self.spent <= allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_stopped_and_forgiven_after_the_window() {
        let began = Instant::now();
        let mut budget = Budget::new(began);
        let taken = (0..100).filter(|_| budget.spend(30, began)).count();
        assert_eq!(taken, 30);
        assert!(!budget.spend(30, began + WINDOW / 2));
        assert!(budget.spend(30, began + WINDOW));
    }
}
