//! The router: takes inputs, keeps every deadline, matches on both edges.
//!
//! A call first does what has fallen due, then what the input says, then matches what either has
//! moved. Between calls no eligible task waits while an eligible agent is free.

use std::collections::BTreeMap;

use model::task::CancelReason;
use model::{AgentId, PresenceName, QueueId, ReservationId, TaskId, Timestamp};
use rustc_hash::FxHashMap;

use crate::agents::{AgentIndex, Agents};
use crate::classes::{ClassMark, Classes};
use crate::closing::{Closing, Span};
use crate::configuration::{Configuration, Queue, Routability};
use crate::deadlines::{Deadlines, Due};
use crate::expression::Conditions;
use crate::input::Input;
use crate::lots::Lots;
use crate::output::{Output, Refusal};
use crate::profiles::{Names, Profiles};
use crate::queues::{QueueIndex, Queues};
use crate::reservations::ReservationIds;
use crate::rings::Ringing;
use crate::tasks::{TaskIndex, Tasks};

mod agents;
mod calls;
mod closings;
mod configure;
mod direct;
mod due;
mod hand;
mod line;
mod listing;
mod matching;
mod offers;
mod onward;
mod ringing;
mod waiting;
mod walking;
mod work;

use waiting::Coming;

/// Matches tasks to agents. Knows no clock: `now` comes with every call and never goes back; an
/// earlier one counts as the latest seen.
#[derive(Debug)]
pub struct Router {
    pub(crate) configuration: Configuration,
    pub(crate) queues: Queues,
    pub(crate) agents: Agents,
    pub(crate) profiles: Profiles,
    pub(crate) classes: Classes,
    pub(crate) tasks: Tasks,
    pub(crate) ringing: Ringing,
    /// Queues the configuration has no more, while their tasks are moved on.
    removed: BTreeMap<QueueId, Queue>,
    /// Closes all queues.
    pub(crate) closing: Option<Closing>,
    /// When all queues were closed by hand before a restart.
    was_closed: Vec<Span>,
    names: Names,
    pub(crate) conditions: Conditions,
    deadlines: Deadlines,
    reservations: FxHashMap<ReservationId, TaskIndex>,
    reservation_ids: ReservationIds,
    lots: Lots,
    /// The pass of the queue that was served last, where queues share agents by weight.
    level: i64,
    offline: PresenceName,
    now: Timestamp,
    /// Tasks that began to wait, or may be offered to more agents than before.
    moved_tasks: Vec<TaskIndex>,
    /// Agents who may take more than before.
    moved_agents: Vec<AgentIndex>,
    /// Classes of which an agent who could do them has logged out.
    deserted: Vec<ClassMark>,
    /// Queues whose tasks are picked, and of whose agents one has logged out.
    deserted_lists: Vec<QueueIndex>,
    /// Tasks that are nowhere and will wait.
    coming: Vec<(TaskIndex, Coming)>,
}

impl Router {
    /// `seed` makes the ids of reservations: another one for each start, from a random source.
    /// With the same configuration, seed and inputs the outputs are the same.
    pub fn new(configuration: Configuration, seed: u128) -> Self {
        let mut router = Self {
            configuration: Configuration::default(),
            queues: Queues::default(),
            agents: Agents::default(),
            profiles: Profiles::default(),
            classes: Classes::default(),
            tasks: Tasks::default(),
            ringing: Ringing::default(),
            removed: BTreeMap::new(),
            closing: None,
            was_closed: Vec::new(),
            names: Names::default(),
            conditions: Conditions::default(),
            deadlines: Deadlines::default(),
            reservations: FxHashMap::default(),
            reservation_ids: ReservationIds::new(seed),
            lots: Lots::new(seed),
            level: 0,
            offline: PresenceName::new("offline").expect("the name is short and plain"),
            now: Timestamp(i64::MIN),
            moved_tasks: Vec::new(),
            moved_agents: Vec::new(),
            deserted: Vec::new(),
            deserted_lists: Vec::new(),
            coming: Vec::new(),
        };
        router.take_configuration(configuration);
        router
    }

    /// Feeds one input; appends what follows to `outputs`, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input, outputs: &mut Vec<Output>) {
        self.now = self.now.max(now);
        self.run_deadlines(outputs);
        if let Err(refusal) = self.apply(input, outputs) {
            outputs.push(Output::Refused { refusal });
        }
        self.settle(outputs);
        self.prune_deadlines();
    }

    /// When the router next has to be called, if nothing else happens: feed [`Input::Tick`] then.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// The tasks it knows, waiting or in hand.
    pub fn open_tasks(&self) -> usize {
        self.tasks.len()
    }

    /// The latest time it was told.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    fn apply(&mut self, input: Input, outputs: &mut Vec<Output>) -> Result<(), Refusal> {
        match input {
            Input::Configure { configuration } => self.configure(*configuration, outputs),
            Input::AgentUpserted { profile } => self.upsert_agent(profile),
            Input::AgentRemoved { agent } => return self.remove_agent(&agent, outputs),
            Input::PresenceChanged { agent, presence } => {
                return self.change_presence(&agent, presence, outputs);
            }
            Input::AgentRestored { agent, presence, misses } => {
                return self.restore_agent(&agent, &presence, misses);
            }
            Input::TaskArrived { task } => return self.arrive(task),
            Input::TaskRestored { task, queued_since, state } => {
                return self.restore(task, queued_since, state, outputs);
            }
            Input::TaskTransferred { task, target, requirements, preferred_agent, facts } => {
                let wish = preferred_agent.as_ref();
                return self.transfer(task, &target, requirements, wish, facts, outputs);
            }
            Input::TaskReleased { task, reservation } => return self.release(task, reservation, outputs),
            Input::TaskReprioritised { task, priority } => return self.reprioritise(task, priority),
            Input::FactsLearned { task, facts } => return self.learn(task, facts),
            Input::TaskAged { task, waiting_since } => return self.age(task, waiting_since),
            Input::CallbackChosen { task, callback, not_before } => {
                return self.choose_callback(task, callback, not_before, outputs);
            }
            Input::CallbackDeclined { task } => return self.decline_callback(task),
            Input::CustomerAnswered { task } => return self.answer_call(task, outputs),
            Input::CallFailed { task } => return self.fail_call(task, outputs),
            Input::QueueClosed { queue, reason, since, until } => {
                let closing = Closing { reason, since: since.min(self.now), until };
                self.close(queue.as_ref(), Some(closing));
            }
            Input::QueueWasClosed { queue, since, until } => {
                self.remember_closing(queue.as_ref(), Span { since, until });
            }
            Input::QueueReopened { queue } => self.close(queue.as_ref(), None),
            Input::TaskCanceled { task, reason } => {
                if reason == CancelReason::Abandoned {
                    self.note_leaving(task);
                }
                return self.forget(task, outputs);
            }
            Input::Completed { task } => return self.forget(task, outputs),
            Input::Accept { reservation, agent } => return self.accept(reservation, agent, outputs),
            Input::Reject { reservation, agent, reason } => {
                return self.reject(reservation, agent, reason, outputs);
            }
            Input::Assign { task, agent, capacity, by } => {
                return self.assign(task, agent, capacity, by, outputs);
            }
            Input::Pick { task, agent } => return self.pick(task, agent, outputs),
            Input::WrapUpStarted { task } => return self.start_wrap_up(task),
            Input::Tick => {}
        }
        Ok(())
    }

    fn find_task(&self, task: TaskId) -> Result<TaskIndex, Refusal> {
        self.tasks.find(task).ok_or(Refusal::UnknownTask { task })
    }

    fn find_agent(&self, agent: &AgentId) -> Result<AgentIndex, Refusal> {
        self.agents.find(agent).ok_or_else(|| Refusal::UnknownAgent { agent: agent.clone() })
    }

    fn routability(&self, presence: &PresenceName) -> Routability {
        self.configuration.presences.get(presence).copied().unwrap_or(Routability::NotRoutable)
    }

    fn prune_deadlines(&mut self) {
        let (tasks, queues) = (&self.tasks, &self.queues);
        self.deadlines.prune(tasks.len(), |at, due| match due {
            Due::Task(task) => tasks.get(task).is_some_and(|task| task.deadline == at),
            Due::Retry(task, agent) => tasks
                .get(task)
                .is_some_and(|task| task.spot().is_some() && task.set_aside().contains(&(agent, at))),
            Due::Hours(queue) => queues[queue].hours_change == at,
        });
    }

    fn set_deadline(&mut self, task: TaskIndex, at: Timestamp) {
        if self.tasks[task].deadline != at {
            self.tasks[task].deadline = at;
            self.deadlines.set(at, Due::Task(task));
        }
    }

    fn set_hours_deadline(&mut self, queue: QueueIndex) {
        self.deadlines.set(self.queues[queue].hours_change, Due::Hours(queue));
    }

    /// Takes the task out of the router; whoever had it has the slot back.
    fn drop_task(&mut self, task: TaskIndex) {
        self.leave_state(task);
        self.tasks.remove(task);
    }
}
