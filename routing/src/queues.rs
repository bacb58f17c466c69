//! The queues as they run: who waits, who is free, whether they are open, how fast they move.

use std::collections::{BTreeSet, VecDeque};

use model::{QueueId, Timestamp};
use rustc_hash::FxHashMap;

use crate::agents::FreeKey;
use crate::configuration::Queue;
use crate::profiles::ProfileIndex;
use crate::ranked::Ranked;
use crate::roster::Roster;
use crate::selection::Selection;

/// How many of the last answers a queue's pace is measured by.
const PACE: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QueueIndex(pub u32);

#[derive(Debug)]
pub(crate) struct RunningQueue {
    pub id: QueueId,
    /// None if the configuration has no such queue (any more).
    pub settings: Option<Queue>,
    pub is_open: bool,
    /// When it next opens or closes; `Timestamp::MAX` if never.
    pub hours_change: Timestamp,
    pub waiting: Ranked,
    pub reserved: u32,
    pub assigned: u32,
    pub wrapping: u32,
    pub roster: Roster,
    /// By channel, the first of each profile that has somebody free, in the order the queue goes by.
    pub free: [BTreeSet<(FreeKey, ProfileIndex)>; 3],
    /// When the last tasks were accepted, oldest first.
    pub answered: VecDeque<Timestamp>,
}

impl RunningQueue {
    fn new(id: QueueId) -> Self {
        Self {
            id,
            settings: None,
            is_open: true,
            hours_change: Timestamp::MAX,
            waiting: Ranked::default(),
            reserved: 0,
            assigned: 0,
            wrapping: 0,
            roster: Roster::default(),
            free: Default::default(),
            answered: VecDeque::new(),
        }
    }

    pub fn note_answer(&mut self, now: Timestamp) {
        if self.answered.len() == PACE {
            self.answered.pop_front();
        }
        self.answered.push_back(now);
    }

    /// Whom of several fitting agents it asks first.
    pub fn selection(&self) -> Selection {
        self.settings.as_ref().map_or_else(Selection::default, |settings| settings.selection)
    }

    /// Reads the hours: whether it is open, and until when that holds.
    pub fn look_at_clock(&mut self, now: Timestamp) {
        let hours = self.settings.as_ref().and_then(|settings| settings.hours.as_ref());
        self.is_open = hours.is_none_or(|hours| hours.is_open(now));
        self.hours_change = hours.and_then(|hours| hours.next_change(now)).unwrap_or(Timestamp::MAX);
    }
}

/// All queues ever named by a configuration or an agent's profile, by index and by id.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    all: Vec<RunningQueue>,
    by_id: FxHashMap<QueueId, QueueIndex>,
}

impl Queues {
    pub fn find(&self, id: &QueueId) -> Option<QueueIndex> {
        self.by_id.get(id).copied()
    }

    /// The queue of this id if the configuration has it.
    pub fn configured(&self, id: &QueueId) -> Option<QueueIndex> {
        self.find(id).filter(|index| self[*index].settings.is_some())
    }

    pub fn find_or_add(&mut self, id: &QueueId) -> QueueIndex {
        if let Some(index) = self.find(id) {
            return index;
        }
        let index = QueueIndex(u32::try_from(self.all.len()).expect("queues are few"));
        self.all.push(RunningQueue::new(id.clone()));
        self.by_id.insert(id.clone(), index);
        index
    }

    pub fn indices(&self) -> impl Iterator<Item = QueueIndex> + use<> {
        let end = u32::try_from(self.all.len()).expect("queues are few");
        (0..end).map(QueueIndex)
    }

    pub fn iter(&self) -> impl Iterator<Item = &RunningQueue> {
        self.all.iter()
    }
}

impl std::ops::Index<QueueIndex> for Queues {
    type Output = RunningQueue;

    fn index(&self, index: QueueIndex) -> &RunningQueue {
        &self.all[index.0 as usize]
    }
}

impl std::ops::IndexMut<QueueIndex> for Queues {
    fn index_mut(&mut self, index: QueueIndex) -> &mut RunningQueue {
        &mut self.all[index.0 as usize]
    }
}
