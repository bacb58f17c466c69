//! What is kept of an account's second factor, and how a code changes it.

use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Passed, SharedSecret, recovery};

/// Wrong codes in a row before tries have to wait.
pub const WRONG_AT_ONCE: u32 = 5;
/// Milliseconds of the first wait; each is twice the one before.
const FIRST_WAIT: i64 = 30_000;
/// Milliseconds of the longest.
const LONGEST_WAIT: i64 = 3_600_000;

/// A second factor that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Sealed.
    pub secret: String,
    /// Hashes of the recovery codes that were not used.
    pub recovery: Vec<String>,
    /// The step of the last code taken: neither it nor an earlier one holds again.
    last_step: u64,
    pub enrolled_at: Timestamp,
    /// Wrong codes since the last right one.
    #[serde(default)]
    wrong: u32,
    #[serde(default)]
    wrong_at: Timestamp,
}

/// A second factor that waits for its first code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Sealed.
    pub secret: String,
    #[serde(default)]
    pub wrong: u32,
}

impl Enrolled {
    pub fn new(secret: String, recovery: Vec<String>, step: u64, now: Timestamp) -> Self {
        Self { secret, recovery, last_step: step, enrolled_at: now, wrong: 0, wrong_at: Timestamp(0) }
    }

    /// How long the next try has to wait; none if it may come now.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let doublings = self.wrong.checked_sub(WRONG_AT_ONCE)?;
        let wait = FIRST_WAIT.saturating_mul(1 << doublings.min(20)).min(LONGEST_WAIT);
        // A clock that was set back does not make the wait longer than it is.
        let left = (self.wrong_at.0 + wait - now.0).min(wait);
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }

    /// Takes a code or a recovery code, or counts a wrong one.
    pub fn take(&mut self, secret: &SharedSecret, given: &str, now: Timestamp) -> Option<Passed> {
        let fresh = secret.step_of(given, now).filter(|step| *step > self.last_step);
        if let Some(step) = fresh {
            self.last_step = step;
            self.wrong = 0;
            return Some(Passed::ByCode);
        }
        if let Some(place) = recovery::find(given, &self.recovery) {
            self.recovery.remove(place);
            self.wrong = 0;
            return Some(Passed::ByRecovery { left: self.recovery.len() });
        }
        self.wrong = self.wrong.saturating_add(1);
        self.wrong_at = now;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds, at the beginning of a step.
    const BEGUN: i64 = 1_000_000_020_000;

    fn secret() -> SharedSecret {
        SharedSecret::read(b"12345678901234567890").unwrap()
    }

    fn enrolled() -> Enrolled {
        Enrolled::new(String::new(), Vec::new(), 0, Timestamp(0))
    }

    #[test]
    fn a_code_is_taken_once_and_none_before_it_afterwards() {
        let (mut state, now) = (enrolled(), Timestamp(BEGUN));
        let earlier = secret().code_at(Timestamp(BEGUN - 30_000));
        let code = secret().code_at(now);
        assert_eq!(state.take(&secret(), &code, now), Some(Passed::ByCode));
        assert_eq!(state.take(&secret(), &code, now), None, "replayed at once");
        assert_eq!(state.take(&secret(), &code, Timestamp(BEGUN + 30_000)), None, "replayed a step later");
        assert_eq!(state.take(&secret(), &earlier, now), None, "one before it");
        let next = secret().code_at(Timestamp(BEGUN + 30_000));
        assert_eq!(state.take(&secret(), &next, Timestamp(BEGUN + 30_000)), Some(Passed::ByCode));
    }

    #[test]
    fn a_recovery_code_is_taken_once() {
        let (shown, kept) = recovery::make().unwrap();
        let mut state = Enrolled { recovery: kept, ..enrolled() };
        let left = recovery::COUNT - 1;
        assert_eq!(state.take(&secret(), &shown[4], Timestamp(BEGUN)), Some(Passed::ByRecovery { left }));
        assert_eq!(state.take(&secret(), &shown[4], Timestamp(BEGUN)), None);
    }

    #[test]
    fn wrong_codes_make_the_next_try_wait_longer_and_a_right_one_ends_it() {
        let (mut state, mut now) = (enrolled(), BEGUN);
        for _ in 0..WRONG_AT_ONCE {
            assert_eq!(state.wait(Timestamp(now)), None);
            assert_eq!(state.take(&secret(), "000000", Timestamp(now)), None);
        }
        let mut waits = Vec::new();
        for _ in 0..10 {
            let wait = state.wait(Timestamp(now)).unwrap();
            waits.push(wait.as_secs());
            now += i64::try_from(wait.as_millis()).unwrap();
            assert_eq!(state.wait(Timestamp(now)), None, "the wait ends");
            assert_eq!(state.take(&secret(), "000000", Timestamp(now)), None);
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        now += LONGEST_WAIT;
        let code = secret().code_at(Timestamp(now));
        assert_eq!(state.take(&secret(), &code, Timestamp(now)), Some(Passed::ByCode));
        assert_eq!(state.wait(Timestamp(now)), None);
    }
}
