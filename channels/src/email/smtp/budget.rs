//! How many bytes of mails all connections may hold together.
//!
//! A mail counts from its first byte until it was handed over or given up, so that a hundred slow
//! senders of large mails cost no more memory than the budget says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shared by the connections of one or more listeners.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    used: AtomicUsize,
}

/// No more bytes are to be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    /// `most` bytes at any time.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, used: AtomicUsize::new(0) })
    }

    /// Bytes held now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<(), Exhausted> {
        let more = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.most);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map(drop).map_err(|_| Exhausted)
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What one connection holds of a budget; all of it comes back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Arc<Budget>,
    held: usize,
}

impl Share {
    pub fn of(budget: Arc<Budget>) -> Self {
        Self { budget, held: 0 }
    }

    /// Holds exactly `bytes` from now on. Refused, it holds as much as before.
    pub fn hold(&mut self, bytes: usize) -> Result<(), Exhausted> {
        if bytes > self.held {
            self.budget.take(bytes - self.held)?;
        } else {
            self.budget.give_back(self.held - bytes);
        }
        self.held = bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.give_back(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_never_hold_more_than_the_budget_and_give_it_back() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (Share::of(budget.clone()), Share::of(budget.clone()));
        assert_eq!(one.hold(70), Ok(()));
        assert_eq!(other.hold(31), Err(Exhausted));
        assert_eq!(other.hold(30), Ok(()));
        assert_eq!(one.hold(usize::MAX), Err(Exhausted));
        assert_eq!(one.hold(10), Ok(()));
        assert_eq!(budget.used(), 40);
        drop((one, other));
        assert_eq!(budget.used(), 0);
    }
}
