//! How often a login may be tried: by address and by account.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::configuration::settings;

/// Keys kept by one limiter before those that are full again are forgotten.
const MANY_KEYS: usize = 10_000;

/// Too many tries; the next may come after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; the next may come in {after:?}")]
pub struct TooMany {
    pub after: Duration,
}

/// A rate by key, whose memory stays bounded.
pub struct Rate<K: std::hash::Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
}

impl<K: std::hash::Hash + Eq + Clone> Rate<K> {
    /// At most `per_minute` at once, refilled evenly; 0 counts as 1.
    pub fn per_minute(per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self { limiter: RateLimiter::keyed(quota) }
    }

    /// Counts one try.
    pub fn admit(&self, key: &K) -> Result<(), TooMany> {
        if self.limiter.len() > MANY_KEYS {
            self.limiter.retain_recent();
        }
        let now = DefaultClock::default().now();
        self.limiter.check_key(key).map_err(|until| TooMany { after: until.wait_time_from(now) })
    }
}

/// Counts login attempts, whatever comes of them.
pub struct LoginLimits {
    addresses: Rate<IpAddr>,
    accounts: Rate<String>,
}

impl LoginLimits {
    pub fn new(settings: &settings::Auth) -> Self {
        Self {
            addresses: Rate::per_minute(settings.logins_per_address_per_minute),
            accounts: Rate::per_minute(settings.logins_per_account_per_minute),
        }
    }

    /// Counts an attempt. An address past its limit does not use up the account's.
    pub fn admit(&self, peer: IpAddr, account: &str) -> Result<(), TooMany> {
        self.addresses.admit(&network(peer))?;
        self.accounts.admit(&account.to_lowercase())
    }
}

/// An IPv4 address by itself, an IPv6 one by its /64: that is what one subscriber has.
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
        IpAddr::V4(address) => IpAddr::V4(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(address: u32, account: u32) -> LoginLimits {
        LoginLimits::new(&settings::Auth {
            logins_per_address_per_minute: address,
            logins_per_account_per_minute: account,
            ..Default::default()
        })
    }

    #[test]
    fn an_account_is_closed_for_a_while_to_all_addresses() {
        let limits = limits(100, 2);
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert!(limits.admit(from(1), "ana").is_ok());
        assert!(limits.admit(from(2), "ANA").is_ok());
        let refused = limits.admit(from(3), "ana").unwrap_err();
        assert!(refused.after > Duration::ZERO && refused.after <= Duration::from_secs(30));
        assert!(limits.admit(from(3), "ben").is_ok());
    }

    #[test]
    fn an_address_past_its_limit_does_not_close_accounts() {
        let limits = limits(1, 1);
        let peer = "2001:db8::1".parse().unwrap();
        let neighbour = "2001:db8::2".parse().unwrap();
        assert!(limits.admit(peer, "ana").is_ok());
        assert!(limits.admit(neighbour, "ben").is_err(), "the same /64");
        assert!(limits.admit("192.0.2.9".parse().unwrap(), "ben").is_ok());
    }
}
