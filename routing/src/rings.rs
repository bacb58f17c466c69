//! Tasks that are offered to several agents at once: what rings, and how long more are looked for.
//!
//! Kept apart from the tasks, of which hardly any rings at several agents: the others pay nothing.

use std::collections::BTreeMap;

use model::{ReservationId, Timestamp};

use crate::agents::AgentIndex;
use crate::tasks::{Decision, TaskIndex};

/// All that rings for one task; never empty.
#[derive(Debug)]
pub(crate) struct Rings {
    /// Oldest first.
    pub offers: Vec<Ring>,
    /// The step it was first offered in.
    pub step: usize,
    /// Nobody else is offered it from then on: the step is over, or something else has changed.
    pub until: Timestamp,
}

/// One offer of several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ring {
    pub reservation: ReservationId,
    pub agent: AgentIndex,
    pub expires_at: Timestamp,
    pub decision: Option<Decision>,
}

/// By task, in the order of their indices, so that going over all is the same each time.
#[derive(Debug, Default)]
pub(crate) struct Ringing(BTreeMap<TaskIndex, Rings>);

impl Ringing {
    pub fn insert(&mut self, task: TaskIndex, rings: Rings) {
        self.0.insert(task, rings);
    }

    pub fn remove(&mut self, task: TaskIndex) -> Option<Rings> {
        self.0.remove(&task)
    }

    pub fn get_mut(&mut self, task: TaskIndex) -> Option<&mut Rings> {
        self.0.get_mut(&task)
    }

    /// What rings for the task at several agents; nothing for any other.
    pub fn offers(&self, task: TaskIndex) -> &[Ring] {
        self.0.get(&task).map_or(&[], |rings| &rings.offers)
    }

    pub fn under(&self, task: TaskIndex, reservation: ReservationId) -> Option<&Ring> {
        self.offers(task).iter().find(|ring| ring.reservation == reservation)
    }

    pub fn at(&self, task: TaskIndex, agent: AgentIndex) -> Option<&Ring> {
        self.offers(task).iter().find(|ring| ring.agent == agent)
    }

    pub fn tasks(&self) -> impl Iterator<Item = TaskIndex> + '_ {
        self.0.keys().copied()
    }
}
