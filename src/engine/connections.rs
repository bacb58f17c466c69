//! Which legs have an open connection now. Not in the log: a connection that comes back in time was
//! never away.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::LegId;

#[derive(Default)]
pub struct Connections(Mutex<HashMap<LegId, Open>>);

struct Open {
    count: usize,
    /// When the last one closed; of no meaning while one is open.
    closed_at: Instant,
}

impl Connections {
    pub fn open(&self, leg: LegId, now: Instant) {
        self.lock().entry(leg).or_insert(Open { count: 0, closed_at: now }).count += 1;
    }

    pub fn close(&self, leg: LegId, now: Instant) {
        let mut open = self.lock();
        let Some(known) = open.get_mut(&leg) else { return };
        known.count = known.count.saturating_sub(1);
        known.closed_at = now;
    }

    pub fn is_open(&self, leg: LegId) -> bool {
        self.lock().get(&leg).is_some_and(|open| open.count > 0)
    }

    /// Whether nobody has been there for `patience`. If so, the leg is forgotten.
    pub fn forget_absent(&self, leg: LegId, patience: Duration, now: Instant) -> bool {
        let mut open = self.lock();
        let Some(known) = open.get(&leg) else { return true };
        let absent = known.count == 0 && now.saturating_duration_since(known.closed_at) >= patience;
        if absent {
            open.remove(&leg);
        }
        absent
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LegId, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn absence_counts_from_the_last_connection_that_closed() {
        let connections = Connections::default();
        let leg = LegId(uuid::Uuid::from_u128(1));
        let began = Instant::now();
        let after = |patiences: u32| began + PATIENCE * patiences;
        connections.open(leg, began);
        connections.open(leg, began);
        connections.close(leg, began);
        assert!(connections.is_open(leg) && !connections.forget_absent(leg, PATIENCE, after(9)));
        connections.close(leg, after(9));
        assert!(!connections.is_open(leg));
        assert!(!connections.forget_absent(leg, PATIENCE, after(9) + PATIENCE / 2));
        assert!(connections.forget_absent(leg, PATIENCE, after(10)));
    }
}
