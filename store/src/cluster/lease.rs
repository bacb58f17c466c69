//! A node's lease as the node itself may trust it.
//!
//! The holder counts from before it *sent* a renewal, on its own monotonic clock; Redis counts from
//! when the renewal arrived. So the holder always sees the lease older than Redis does, and with a
//! third in reserve its own clock may run slow by a third, or a replica that takes over may lag by a
//! third of the lease, before another node could own what this one still uses.

use std::time::Duration;

use super::names::Incarnation;

/// How long a lease is trusted by who holds it, in thirds of its length.
const TRUSTED_THIRDS: u32 = 2;

/// One incarnation's hold. Times are since some start on the node's monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub incarnation: Incarnation,
    length: Duration,
    /// When the last answered renewal was sent.
    renewed: Duration,
}

impl Lease {
    /// A lease granted by a call sent at `sent`.
    pub fn granted(incarnation: Incarnation, length: Duration, sent: Duration) -> Self {
        Self { incarnation, length, renewed: sent }
    }

    /// A renewal sent at `sent` was answered. Answers may overtake each other.
    pub fn renewed(&mut self, sent: Duration) {
        self.renewed = self.renewed.max(sent);
    }

    /// When ownership under it must no longer be used.
    pub fn safe_until(&self) -> Duration {
        self.renewed + self.length * TRUSTED_THIRDS / 3
    }

    /// Whether ownership under it may be used. A clock that went back is not trusted at all.
    pub fn is_safe(&self, now: Duration) -> bool {
        self.renewed <= now && now < self.safe_until()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lease() -> Lease {
        Lease::granted(Incarnation(uuid::Uuid::from_u128(1)), SECOND * 9, SECOND * 100)
    }

    #[test]
    fn a_lease_is_trusted_for_two_thirds_counted_from_when_it_was_asked_for() {
        assert!(lease().is_safe(SECOND * 100));
        assert!(lease().is_safe(SECOND * 106 - Duration::from_nanos(1)));
        assert!(!lease().is_safe(SECOND * 106));
    }

    #[test]
    fn a_renewal_prolongs_it_and_a_late_answer_to_an_older_one_does_not_shorten_it() {
        let mut lease = lease();
        lease.renewed(SECOND * 103);
        lease.renewed(SECOND * 101);
        assert!(lease.is_safe(SECOND * 108));
        assert!(!lease.is_safe(SECOND * 109));
    }

    #[test]
    fn a_clock_before_the_renewal_is_not_trusted() {
        assert!(!lease().is_safe(SECOND * 99));
    }
}
