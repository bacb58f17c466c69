//! The open tasks the router knows, each in exactly one state.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;

use hashbrown::HashTable;
use model::task::{Callback, Priority, Requirements};
use model::{Channel, ReservationId, TaskId, Timestamp};
use rustc_hash::FxHasher;

use crate::agents::AgentIndex;
use crate::classes::ClassIndex;
use crate::explanation::Rule;
use crate::input::{Direction, TaskRequest};
use crate::profiles::Names;
use crate::queues::QueueIndex;
use crate::slab::Slab;
use crate::steps::Walked;
use crate::wishes::{Wish, Wishes};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TaskIndex(pub u32);

/// There may be a million of them: what only few have is kept apart.
#[derive(Debug)]
pub(crate) struct Task {
    pub id: TaskId,
    pub queue: QueueIndex,
    pub channel: Channel,
    pub direction: Direction,
    pub priority: Priority,
    pub waiting_since: Timestamp,
    /// The queue's deadline counts from here; moved on by the time the queue was closed.
    pub queued_since: Timestamp,
    /// The queue's steps count from here; moved on also by the time spent waiting for one agent.
    pub steps_since: Timestamp,
    pub walked: Walked,
    pub state: State,
    /// Its agent works on something that comes before it.
    pub is_held: bool,
    /// When the router acts by itself; `Timestamp::MAX` if never. An offer rings until then, and a
    /// customer is called until then.
    pub deadline: Timestamp,
    pub decision: Option<Decision>,
    /// Shared with all that ask the same; changed by [`Tasks::ask`].
    wish: Arc<Wish>,
    /// What expressions ask about; none if nothing is known.
    pub facts: Option<Box<model::TaskFacts>>,
    particulars: Option<Box<Particulars>>,
}

/// What few tasks have.
#[derive(Debug, Default)]
pub(crate) struct Particulars {
    /// Nobody is offered it earlier.
    pub not_before: Option<Timestamp>,
    /// To be called back.
    pub callback: Option<Callback>,
    /// Asked whether to be called back; leaves then.
    pub asked_until: Option<Timestamp>,
    /// Waits for this agent only, while that makes sense.
    pub awaits: Option<Awaited>,
    /// Queues it has overflowed from since it was last sent somewhere: it goes to none of them again.
    pub overflowed_from: Vec<QueueIndex>,
    /// Not to be offered to these again before the time.
    pub set_aside: Vec<(AgentIndex, Timestamp)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Awaited {
    pub agent: AgentIndex,
    pub until: Timestamp,
    pub because: Because,
    /// When it began to wait for the agent.
    pub since: Option<Timestamp>,
}

/// As long as the agent is logged in.
pub(crate) fn sent_to(agent: AgentIndex) -> Awaited {
    Awaited { agent, until: Timestamp::MAX, because: Because::Transferred, since: None }
}

/// Why a task waits for one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    /// The agent of last time: only while routable.
    Preferred,
    /// Sent there: as long as the agent is logged in.
    Transferred,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Between two states, inside one call.
    Nowhere,
    Waiting(Spot),
    Reserved {
        reservation: ReservationId,
        agent: AgentIndex,
    },
    /// Rings at several agents; in line still, if it looks for more. See [`Rings`](crate::rings::Rings).
    Ringing(Option<Spot>),
    /// The customer is called while the agent's slot is held.
    Calling {
        reservation: ReservationId,
        agent: AgentIndex,
    },
    Assigned {
        agent: AgentIndex,
        reservation: Option<ReservationId>,
    },
    Wrapping {
        agent: AgentIndex,
        since: Timestamp,
    },
}

/// Where a waiting task is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// With the tasks that ask the same, in this step (from 0).
    Class { class: ClassIndex, step: usize },
    /// On the list agents pick from, in this step.
    Pull { step: usize },
    /// With the agent it waits for.
    Agent(AgentIndex),
    /// Nowhere: the queue is closed since then.
    Closed { since: Timestamp },
    /// Nowhere: not before a time.
    Later,
}

/// Why this agent, in a few bytes; spelt out when asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision {
    pub at: Timestamp,
    pub rule: Rule,
    /// From 0.
    step: Option<u16>,
    pub runner_up: Option<AgentIndex>,
}

impl Decision {
    pub fn new(at: Timestamp, rule: Rule, step: Option<usize>, runner_up: Option<AgentIndex>) -> Self {
        Self { at, rule, step: step.and_then(|step| u16::try_from(step).ok()), runner_up }
    }

    pub fn step(&self) -> Option<usize> {
        self.step.map(usize::from)
    }
}

impl Task {
    /// One that has just come, asking for `wish`, and is nowhere yet.
    pub fn new(request: &TaskRequest, queue: QueueIndex, queued_since: Timestamp, wish: Arc<Wish>) -> Self {
        Self {
            id: request.id,
            queue,
            channel: request.channel,
            direction: request.direction,
            priority: request.priority,
            waiting_since: request.waiting_since,
            queued_since,
            steps_since: queued_since,
            walked: Walked::default(),
            state: State::Nowhere,
            is_held: false,
            deadline: Timestamp::MAX,
            decision: None,
            wish,
            facts: None,
            particulars: None,
        }
    }

    pub fn requirements(&self) -> &Requirements {
        &self.wish.requirements
    }

    /// What it asks for as it is compared; names in its conditions aside.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    pub fn is_set_aside(&self, agent: AgentIndex, now: Timestamp) -> bool {
        self.set_aside().iter().any(|(other, until)| *other == agent && *until > now)
    }

    pub fn set_aside(&self) -> &[(AgentIndex, Timestamp)] {
        self.particulars.as_ref().map_or(&[], |particulars| &particulars.set_aside)
    }

    /// Keeps only those who are set aside as `keep` says.
    pub fn retain_set_aside(&mut self, keep: impl Fn(&(AgentIndex, Timestamp)) -> bool) {
        if let Some(particulars) = &mut self.particulars {
            particulars.set_aside.retain(keep);
        }
    }

    pub fn overflowed_from(&self) -> &[QueueIndex] {
        self.particulars.as_ref().map_or(&[], |particulars| &particulars.overflowed_from)
    }

    pub fn awaits(&self) -> Option<Awaited> {
        self.particulars.as_ref()?.awaits
    }

    pub fn set_awaits(&mut self, awaits: Option<Awaited>) {
        if awaits.is_some() || self.particulars.is_some() {
            self.particulars_mut().awaits = awaits;
        }
    }

    /// It may go on to any queue again.
    pub fn forget_the_queues(&mut self) {
        if let Some(particulars) = &mut self.particulars {
            particulars.overflowed_from = Vec::new();
        }
    }

    /// Somebody has it: whom it was offered to before and where it came from counts no more.
    pub fn forget_the_way(&mut self) {
        if let Some(particulars) = &mut self.particulars {
            particulars.set_aside = Vec::new();
        }
        self.forget_the_queues();
        self.no_longer_asked();
    }

    /// The one agent who has it in hand, or is asked; none while it rings at several.
    pub fn agent(&self) -> Option<AgentIndex> {
        match self.state {
            State::Reserved { agent, .. }
            | State::Calling { agent, .. }
            | State::Assigned { agent, .. }
            | State::Wrapping { agent, .. } => Some(agent),
            State::Nowhere | State::Waiting(_) | State::Ringing(_) => None,
        }
    }

    /// Where it is in line: waits, or looks for more agents than it rings at.
    pub fn spot(&self) -> Option<Spot> {
        match self.state {
            State::Waiting(spot) | State::Ringing(Some(spot)) => Some(spot),
            _ => None,
        }
    }

    /// What it is held under; none for wrap-up, and for what a supervisor took.
    pub fn reservation(&self) -> Option<ReservationId> {
        match self.state {
            State::Reserved { reservation, .. } | State::Calling { reservation, .. } => Some(reservation),
            State::Assigned { reservation, .. } => reservation,
            State::Wrapping { .. } | State::Nowhere | State::Waiting(_) | State::Ringing(_) => None,
        }
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }

    pub fn not_before(&self) -> Option<Timestamp> {
        self.particulars.as_ref()?.not_before
    }

    pub fn callback(&self) -> Option<Callback> {
        self.particulars.as_ref()?.callback
    }

    pub fn asked_until(&self) -> Option<Timestamp> {
        self.particulars.as_ref()?.asked_until
    }

    pub fn particulars_mut(&mut self) -> &mut Particulars {
        self.particulars.get_or_insert_default()
    }

    /// It is work like any other from now on.
    pub fn nothing_arranged(&mut self) {
        if let Some(particulars) = &mut self.particulars {
            particulars.not_before = None;
            particulars.callback = None;
            particulars.asked_until = None;
        }
    }

    /// Whoever asked whether to call back has the answer, or needs none.
    pub fn no_longer_asked(&mut self) {
        if let Some(particulars) = &mut self.particulars {
            particulars.asked_until = None;
        }
    }

    /// The times of its queue begin at this moment.
    pub fn begin_in_queue(&mut self, since: Timestamp) {
        let since = self.not_before().map_or(since, |not_before| since.max(not_before));
        self.queued_since = since;
        self.steps_since = since;
        self.walked = Walked::default();
        self.no_longer_asked();
    }
}

/// All open tasks, by index and by id.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    all: Slab<Task>,
    by_id: HashTable<Entry>,
    wishes: Wishes,
}

/// Where a task is, and enough of its id's hash to look at few others.
#[derive(Debug)]
struct Entry {
    digest: u32,
    index: TaskIndex,
}

impl Tasks {
    pub fn find(&self, id: TaskId) -> Option<TaskIndex> {
        let digest = digest(id);
        let is_it = |entry: &Entry| entry.digest == digest && self[entry.index].id == id;
        self.by_id.find(spread(digest), is_it).map(|entry| entry.index)
    }

    pub fn get(&self, index: TaskIndex) -> Option<&Task> {
        self.all.get(index.0)
    }

    /// What a task to add asks for.
    pub fn wish(&mut self, requirements: Requirements, names: &mut Names) -> Arc<Wish> {
        self.wishes.share(requirements, names)
    }

    pub fn add(&mut self, task: Task) -> TaskIndex {
        let digest = digest(task.id);
        let index = TaskIndex(self.all.add(task));
        self.by_id.insert_unique(spread(digest), Entry { digest, index }, |entry| spread(entry.digest));
        index
    }

    /// From now on the task asks for this.
    pub fn ask(&mut self, index: TaskIndex, requirements: Requirements, names: &mut Names) {
        let wish = self.wishes.share(requirements, names);
        let old = std::mem::replace(&mut self[index].wish, wish);
        self.wishes.give_back(old);
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Task> {
        self.all.iter_mut().map(|(_, task)| task)
    }

    pub fn remove(&mut self, index: TaskIndex) {
        let Some(task) = self.all.remove(index.0) else { return };
        let digest = digest(task.id);
        if let Ok(entry) = self.by_id.find_entry(spread(digest), |entry| entry.index == index) {
            entry.remove();
        }
        self.wishes.give_back(task.wish);
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }
}

fn digest(id: TaskId) -> u32 {
    let hash = BuildHasherDefault::<FxHasher>::default().hash_one(id);
    u32::try_from(hash >> 32).expect("half of it is left")
}

/// The table looks at the upper bits and at the lower ones.
fn spread(digest: u32) -> u64 {
    u64::from(digest).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl std::ops::Index<TaskIndex> for Tasks {
    type Output = Task;

    fn index(&self, index: TaskIndex) -> &Task {
        &self.all[index.0]
    }
}

impl std::ops::IndexMut<TaskIndex> for Tasks {
    fn index_mut(&mut self, index: TaskIndex) -> &mut Task {
        &mut self.all[index.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million of them wait on a bad day.
    #[test]
    fn a_task_is_small() {
        assert!(size_of::<Task>() <= 136, "{} bytes", size_of::<Task>());
        assert!(size_of::<Option<Task>>() == size_of::<Task>());
    }
}
