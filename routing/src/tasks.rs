//! The open tasks the router knows, each in exactly one state.

use model::task::{Callback, Priority, Requirements};
use model::{Channel, ReservationId, TaskId, Timestamp};
use rustc_hash::FxHashMap;

use crate::agents::AgentIndex;
use crate::classes::ClassIndex;
use crate::explanation::Rule;
use crate::input::Direction;
use crate::queues::QueueIndex;
use crate::steps::Walked;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TaskIndex(pub u32);

#[derive(Debug)]
pub(crate) struct Task {
    pub id: TaskId,
    pub queue: QueueIndex,
    pub channel: Channel,
    pub requirements: Requirements,
    pub priority: Priority,
    pub waiting_since: Timestamp,
    pub direction: Direction,
    /// What expressions ask about; none if nothing is known.
    pub facts: Option<Box<model::TaskFacts>>,
    /// The queue's deadline counts from here; moved on by the time the queue was closed.
    pub queued_since: Timestamp,
    /// The queue's steps count from here; moved on also by the time spent waiting for one agent.
    pub steps_since: Timestamp,
    pub walked: Walked,
    /// What few tasks have.
    pub arranged: Option<Box<Arranged>>,
    /// Waits for this agent only, while that makes sense.
    pub awaits: Option<Awaited>,
    /// Queues it has overflowed from since it was last sent somewhere: it goes to none of them again.
    pub overflowed_from: Vec<QueueIndex>,
    /// Not to be offered to these again before the time.
    pub set_aside: Vec<(AgentIndex, Timestamp)>,
    pub state: State,
    /// Its agent works on something that comes before it.
    pub is_held: bool,
    /// When the router acts by itself; `Timestamp::MAX` if never.
    pub deadline: Timestamp,
    pub decision: Option<Decision>,
}

/// What was arranged with the customer of a task.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    /// Nobody is offered it earlier.
    pub not_before: Option<Timestamp>,
    /// To be called back.
    pub callback: Option<Callback>,
    /// Asked whether to be called back; leaves then.
    pub asked_until: Option<Timestamp>,
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
        expires_at: Timestamp,
    },
    /// Rings at several agents; in line still, if it looks for more. See [`Rings`](crate::rings::Rings).
    Ringing(Option<Spot>),
    /// The customer is called while the agent's slot is held.
    Calling {
        reservation: ReservationId,
        agent: AgentIndex,
        until: Timestamp,
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
    pub step: Option<usize>,
    pub runner_up: Option<AgentIndex>,
}

impl Task {
    pub fn is_set_aside(&self, agent: AgentIndex, now: Timestamp) -> bool {
        self.set_aside.iter().any(|(other, until)| *other == agent && *until > now)
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
        self.arranged.as_ref()?.not_before
    }

    pub fn callback(&self) -> Option<Callback> {
        self.arranged.as_ref()?.callback
    }

    pub fn asked_until(&self) -> Option<Timestamp> {
        self.arranged.as_ref()?.asked_until
    }

    pub fn arrange(&mut self) -> &mut Arranged {
        self.arranged.get_or_insert_default()
    }

    /// Whoever asked whether to call back has the answer, or needs none.
    pub fn no_longer_asked(&mut self) {
        if let Some(arranged) = &mut self.arranged {
            arranged.asked_until = None;
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

/// All open tasks, by index and by id. Indices of forgotten tasks are used again.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    all: Vec<Option<Task>>,
    unused: Vec<TaskIndex>,
    by_id: FxHashMap<TaskId, TaskIndex>,
}

impl Tasks {
    pub fn find(&self, id: TaskId) -> Option<TaskIndex> {
        self.by_id.get(&id).copied()
    }

    pub fn get(&self, index: TaskIndex) -> Option<&Task> {
        self.all.get(index.0 as usize)?.as_ref()
    }

    pub fn add(&mut self, task: Task) -> TaskIndex {
        let id = task.id;
        let index = match self.unused.pop() {
            Some(index) => {
                self.all[index.0 as usize] = Some(task);
                index
            }
            None => {
                self.all.push(Some(task));
                TaskIndex(u32::try_from(self.all.len() - 1).expect("four billion tasks do not fit in memory"))
            }
        };
        self.by_id.insert(id, index);
        index
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Task> {
        self.all.iter_mut().flatten()
    }

    pub fn remove(&mut self, index: TaskIndex) {
        if let Some(task) = self.all[index.0 as usize].take() {
            self.by_id.remove(&task.id);
            self.unused.push(index);
        }
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }
}

impl std::ops::Index<TaskIndex> for Tasks {
    type Output = Task;

    fn index(&self, index: TaskIndex) -> &Task {
        self.all[index.0 as usize].as_ref().expect("an index is only kept while its task is open")
    }
}

impl std::ops::IndexMut<TaskIndex> for Tasks {
    fn index_mut(&mut self, index: TaskIndex) -> &mut Task {
        self.all[index.0 as usize].as_mut().expect("an index is only kept while its task is open")
    }
}
