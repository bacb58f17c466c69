//! When a call that failed is tried again.

use std::time::Duration;

use model::Timestamp;

/// Seconds to wait after the first, second, … failure; the last goes on.
const WAITS: [i64; 8] = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600];

/// The time of the next try, after `failures` tries that failed, the last one now; none once it would
/// be later than `give_up_after` from when the entry was written.
pub fn next_try(
    failures: u32,
    created_at: Timestamp,
    now: Timestamp,
    give_up_after: Duration,
) -> Option<Timestamp> {
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let next = now.0.saturating_add(WAITS[step] * 1_000);
    let patience = i64::try_from(give_up_after.as_millis()).unwrap_or(i64::MAX);
    (next <= created_at.0.saturating_add(patience)).then_some(Timestamp(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_until_a_day_has_passed() {
        let day = Duration::from_secs(86_400);
        let created = Timestamp(1_000);
        let (mut now, mut tries, mut longest) = (created, 0, 0);
        while let Some(next) = next_try(tries + 1, created, now, day) {
            let wait = next.0 - now.0;
            assert!(longest <= wait, "waits never shrink");
            (now, tries, longest) = (next, tries + 1, wait);
        }
        assert_eq!(tries, 10);
        assert!(now.0 <= created.0 + 86_400_000);
    }

    #[test]
    fn an_old_entry_is_given_up_at_its_next_failure() {
        assert_eq!(next_try(1, Timestamp(0), Timestamp(100_000), Duration::from_secs(100)), None);
        assert_eq!(next_try(0, Timestamp(0), Timestamp(0), Duration::MAX), Some(Timestamp(5_000)));
        assert_eq!(
            next_try(u32::MAX, Timestamp(0), Timestamp(i64::MAX), Duration::MAX),
            Some(Timestamp(i64::MAX))
        );
    }
}
