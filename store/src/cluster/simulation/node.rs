//! A node of the simulation: the real lease and the real claiming, driven by answers.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Epoch;
use uuid::Uuid;

use crate::cluster::claiming::Claiming;
use crate::cluster::lease::Lease;
use crate::cluster::names::{Incarnation, NodeId, Subject};

/// An ownership as the node remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owned {
    pub epoch: Epoch,
    pub by: Incarnation,
}

#[derive(Debug)]
pub struct Node {
    pub id: NodeId,
    pub lease: Option<Lease>,
    /// The attempt under way to take a lease; answers to any other are too late.
    pub attempt: Option<Incarnation>,
    pub abandoned: Vec<Incarnation>,
    pub claims: BTreeMap<u64, (Subject, Incarnation, Option<Epoch>, Claiming)>,
    /// Letters it was handed and has not finished: their place, id, and when it will have.
    pub working: Vec<(String, Uuid, Duration)>,
    pub recovered: bool,
    /// Frozen until then: it hears and does nothing, while its clock goes on.
    pub frozen_until: Duration,
    /// Its clock's rate, in thousandths.
    pub rate: u32,
    owned: BTreeMap<Subject, Owned>,
}

impl Node {
    pub fn new(id: NodeId, rate: u32) -> Self {
        Self {
            id,
            lease: None,
            attempt: None,
            abandoned: Vec::new(),
            claims: BTreeMap::new(),
            working: Vec::new(),
            recovered: false,
            frozen_until: Duration::ZERO,
            rate,
            owned: BTreeMap::new(),
        }
    }

    /// The node's own monotonic clock at a moment of the world.
    pub fn clock(&self, now: Duration) -> Duration {
        now * self.rate / 1_000
    }

    pub fn incarnation(&self, now: Duration) -> Option<Incarnation> {
        let lease = self.lease.as_ref().filter(|lease| lease.is_safe(self.clock(now)))?;
        Some(lease.incarnation)
    }

    pub fn is_safe(&self, now: Duration, owned: &Owned) -> bool {
        self.incarnation(now) == Some(owned.by)
    }

    pub fn is_frozen(&self, now: Duration) -> bool {
        now < self.frozen_until
    }

    pub fn owned(&self) -> impl Iterator<Item = (&Subject, &Owned)> {
        self.owned.iter()
    }

    pub fn own(&mut self, subject: Subject, owned: Owned) {
        self.owned.insert(subject, owned);
    }

    pub fn disown(&mut self, subject: &Subject) -> Option<Owned> {
        self.owned.remove(subject)
    }

    /// All that was in memory is gone.
    pub fn crash(&mut self) {
        let (id, rate) = (self.id.clone(), self.rate);
        *self = Self::new(id, rate);
    }
}
