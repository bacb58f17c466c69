//! One day as it was played: the counts of each queue and group, in all and by interval.

use std::collections::BTreeMap;

use model::QueueId;

use super::tally::{Occupancy, Tally};

/// What came of one replication.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replication {
    pub queues: BTreeMap<QueueId, Counted>,
    pub groups: BTreeMap<String, Busy>,
    /// Contacts that came.
    pub contacts: u64,
    /// Inputs the router was fed.
    pub inputs: u64,
    /// Inputs it refused: none, unless rules withdraw what the simulator does not follow.
    pub refused: u64,
}

/// The waits of a queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    pub total: Tally,
    /// By the moment the wait began; without single waits.
    pub intervals: Vec<Tally>,
}

/// The work of a group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Busy {
    pub total: Occupancy,
    pub intervals: Vec<Occupancy>,
}

impl Replication {
    /// All queues together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.queues.values().for_each(|counted| total.merge(&counted.total));
        total
    }

    /// All queues together, in one interval.
    pub fn interval(&self, place: usize) -> Tally {
        let mut total = Tally::default();
        self.queues
            .values()
            .filter_map(|counted| counted.intervals.get(place))
            .for_each(|one| total.merge(one));
        total
    }

    /// All groups together.
    pub fn occupancy(&self) -> Occupancy {
        let mut total = Occupancy::default();
        self.groups.values().for_each(|busy| total.merge(&busy.total));
        total
    }

    /// All groups together, in one interval.
    pub fn occupancy_in(&self, place: usize) -> Occupancy {
        let mut total = Occupancy::default();
        self.groups.values().filter_map(|busy| busy.intervals.get(place)).for_each(|one| total.merge(one));
        total
    }

    pub fn intervals(&self) -> usize {
        let of_queues = self.queues.values().map(|counted| counted.intervals.len());
        of_queues.chain(self.groups.values().map(|busy| busy.intervals.len())).max().unwrap_or(0)
    }
}
