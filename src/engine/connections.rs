//! Which legs have an open connection now. Not in the log: a connection that comes back in time was
//! never away.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::LegId;

#[derive(Default)]
pub struct Connections(Mutex<HashMap<LegId, usize>>);

impl Connections {
    pub fn open(&self, leg: LegId) {
        *self.lock().entry(leg).or_default() += 1;
    }

    pub fn close(&self, leg: LegId) {
        let mut open = self.lock();
        if let Some(count) = open.get_mut(&leg) {
            *count -= 1;
            if *count == 0 {
                open.remove(&leg);
            }
        }
    }

    pub fn is_open(&self, leg: LegId) -> bool {
        self.lock().contains_key(&leg)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LegId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
