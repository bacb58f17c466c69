//! The queues as they run: who waits, who is free, whether they are open, how fast they move.

use std::collections::{BTreeSet, VecDeque};

use model::{QueueId, TaskId, Timestamp};
use rustc_hash::FxHashMap;

use crate::agents::FreeKey;
use crate::closing::{Closing, Span};
use crate::configuration::Queue;
use crate::hours::Hours;
use crate::input::Delivery;
use crate::order::WaitingOrder;
use crate::patience::Patience;
use crate::profiles::ProfileIndex;
use crate::ranked::Ranked;
use crate::roster::Roster;
use crate::selection::Selection;
use crate::share::Stake;
use crate::tasks::TaskIndex;

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
    /// Closed by hand, beside the hours.
    pub closing: Option<Closing>,
    /// When it was closed by hand before a restart.
    pub was_closed: Vec<Span>,
    /// When it next opens or closes; `Timestamp::MAX` if never.
    pub hours_change: Timestamp,
    /// What `waiting` is sorted by.
    pub order: WaitingOrder,
    pub waiting: Ranked,
    /// Those that nobody is offered yet.
    pub later: BTreeSet<(TaskId, TaskIndex)>,
    /// When its line became empty, if it is.
    pub empty_since: Timestamp,
    /// How far it has come by its weight; only where queues share agents by weight.
    pub pass: i64,
    pub reserved: u32,
    /// Of those, the ones in `waiting` besides: offered already, and to more agents if there are any.
    pub looking: u32,
    pub assigned: u32,
    pub wrapping: u32,
    pub roster: Roster,
    /// By channel, the first of each profile that has somebody free, in the order the queue goes by.
    pub free: [BTreeSet<(FreeKey, ProfileIndex)>; 3],
    /// When the last tasks were accepted, oldest first.
    pub answered: VecDeque<Timestamp>,
    pub patience: Patience,
}

impl RunningQueue {
    fn new(id: QueueId) -> Self {
        Self {
            id,
            settings: None,
            is_open: true,
            closing: None,
            was_closed: Vec::new(),
            hours_change: Timestamp::MAX,
            order: WaitingOrder::default(),
            waiting: Ranked::default(),
            later: BTreeSet::new(),
            empty_since: Timestamp(i64::MIN),
            pass: 0,
            reserved: 0,
            looking: 0,
            assigned: 0,
            wrapping: 0,
            roster: Roster::default(),
            free: Default::default(),
            answered: VecDeque::new(),
            patience: Patience::default(),
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

    /// How many wait and are offered to nobody.
    pub fn waiting_count(&self) -> usize {
        self.waiting.len().saturating_sub(usize::try_from(self.looking).unwrap_or(usize::MAX))
    }

    /// Whether agents pick its tasks instead of being offered them.
    pub fn is_pulled(&self) -> bool {
        self.settings.as_ref().is_some_and(|settings| settings.delivery == Delivery::Pull)
    }

    /// Reads the hours: whether it is open, and until when that holds. `of_all` closes every queue.
    pub fn look_at_clock(&mut self, now: Timestamp, of_all: Option<&Closing>) {
        self.closing.take_if(|closing| closing.is_over(now));
        let hours = self.hours();
        let is_open = hours.is_none_or(|hours| hours.is_open(now));
        let hours_change = hours.and_then(|hours| hours.next_change(now)).unwrap_or(Timestamp::MAX);
        let ends = self.closings(of_all, now).map(Closing::ends).min();
        self.is_open = is_open && ends.is_none();
        self.hours_change = ends.map_or(hours_change, |ends| ends.min(hours_change));
    }

    /// When it opens, if it is closed and that is known.
    pub fn opens_at(&self, now: Timestamp, of_all: Option<&Closing>) -> Option<Timestamp> {
        let reopens = self.closings(of_all, now).map(Closing::ends).max().unwrap_or(now);
        if reopens == Timestamp::MAX {
            return None;
        }
        match self.hours() {
            Some(hours) if !hours.is_open(reopens) => hours.next_change(reopens),
            _ => Some(reopens),
        }
    }

    /// The closings by hand that hold: its own, then that of all.
    pub fn closings<'a>(
        &'a self,
        of_all: Option<&'a Closing>,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Closing> {
        [self.closing.as_ref(), of_all].into_iter().flatten().filter(move |closing| !closing.is_over(now))
    }

    pub fn hours(&self) -> Option<&Hours> {
        self.settings.as_ref()?.hours.as_ref()
    }

    pub fn stake(&self) -> Stake {
        self.settings.as_ref().map_or_else(Stake::default, |settings| settings.stake)
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
