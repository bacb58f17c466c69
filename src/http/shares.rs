//! Each network's share of something there is only so much of, so that one cannot take it all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::limits::network;

/// Counts what each network holds. This machine is not counted: a proxy on it speaks for many.
#[derive(Debug)]
pub struct Shares {
    most: usize,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// Held until dropped.
#[derive(Debug)]
pub struct Share {
    shares: Arc<Shares>,
    /// None for this machine.
    holder: Option<IpAddr>,
}

impl Shares {
    /// A network may hold `most` at once.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, held: Mutex::default() })
    }

    /// None if the peer's network holds its share already.
    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Share> {
        if peer.to_canonical().is_loopback() {
            return Some(Share { shares: Arc::clone(self), holder: None });
        }
        let holder = network(peer);
        let mut held = self.held();
        let count = held.get(&holder).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        held.insert(holder, count + 1);
        Some(Share { shares: Arc::clone(self), holder: Some(holder) })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Every change is a single insert or remove: a panic leaves no half of one.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(holder) = self.holder else { return };
        let mut held = self.shares.held();
        match held.get(&holder).copied() {
            Some(count) if count > 1 => drop(held.insert(holder, count - 1)),
            _ => drop(held.remove(&holder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_its_share_and_leaves_the_rest() {
        let shares = Shares::new(2);
        let first = shares.take(peer("2001:db8::1")).unwrap();
        let _second = shares.take(peer("2001:db8::2")).unwrap();
        assert!(shares.take(peer("2001:db8::3")).is_none(), "the same /64");
        let _other = shares.take(peer("192.0.2.1")).unwrap();
        drop(first);
        assert!(shares.take(peer("2001:db8::3")).is_some());
    }

    #[test]
    fn nothing_is_kept_of_who_holds_nothing() {
        let shares = Shares::new(1);
        for last in 0..=255 {
            drop(shares.take(IpAddr::from([192, 0, 2, last])));
        }
        assert!(shares.held().is_empty());
    }

    #[test]
    fn this_machine_is_not_counted() {
        let shares = Shares::new(1);
        let held: Vec<_> = (0..10).map(|_| shares.take(peer("127.0.0.1"))).collect();
        assert!(held.iter().all(Option::is_some));
    }
}
