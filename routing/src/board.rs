//! The live picture for supervisors: queues and agents at this moment.

use std::collections::BTreeMap;

use model::{AgentId, Channel, PresenceName, QueueId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::agents::{Agent, slot};
use crate::configuration::Routability;
use crate::input::AgentKind;
use crate::order::{TaskKey, WaitingOrder};
use crate::place::count;
use crate::queues::RunningQueue;
use crate::router::Router;
use crate::tasks::State;

/// All queues and agents, each by id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingBoard")]
pub struct Board {
    pub at: Timestamp,
    pub queues: Vec<QueueBoard>,
    pub agents: Vec<AgentBoard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct QueueBoard {
    pub queue: QueueId,
    pub open: Opening,
    /// Why it was closed by hand, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closing: Option<String>,
    pub waiting: u32,
    /// When the longest waiting task came.
    pub waiting_since: Option<Timestamp>,
    pub reserved: u32,
    pub assigned: u32,
    pub wrapping: u32,
    /// How many agents of the queue are in each presence.
    pub agents: BTreeMap<PresenceName, u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(rename = "QueueOpening")]
pub enum Opening {
    /// `until` none: always.
    Open {
        until: Option<Timestamp>,
    },
    Closed {
        until: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AgentBoard {
    pub agent: AgentId,
    pub kind: AgentKind,
    pub presence: PresenceName,
    pub routability: Routability,
    pub since: Timestamp,
    pub queues: Vec<QueueId>,
    pub channels: Vec<ChannelLoad>,
    pub tasks: Vec<TaskInHand>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChannelLoad {
    pub channel: Channel,
    /// Offered, assigned or wrapping.
    pub in_hand: u32,
    pub most: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TaskInHand {
    pub task: TaskId,
    pub channel: Channel,
    pub hold: Hold,
}

/// How an agent has a task in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    Reserved,
    Assigned,
    /// Assigned, and held for what the agent took over it.
    Held,
    Wrapping,
}

impl Router {
    /// Costs a pass over all agents; meant for a few times a second at most.
    pub fn board(&self, now: Timestamp) -> Board {
        let configured = self.queues.iter().filter(|queue| queue.settings.is_some());
        let mut queues: Vec<_> = configured.map(|queue| self.queue_board(queue)).collect();
        queues.sort_by(|one, other| one.queue.cmp(&other.queue));
        let mut agents: Vec<_> = self.agents.iter().filter_map(|agent| self.agent_board(agent)).collect();
        agents.sort_by(|one, other| one.agent.cmp(&other.agent));
        Board { at: now, queues, agents }
    }

    /// Whether a queue is open; none if there is no such queue.
    pub fn opening(&self, queue: &QueueId) -> Option<Opening> {
        self.queues.configured(queue).map(|queue| self.opening_of(&self.queues[queue]))
    }

    pub(crate) fn opening_of(&self, queue: &RunningQueue) -> Opening {
        if !queue.is_open {
            return Opening::Closed { until: queue.opens_at(self.now(), self.closing.as_ref()) };
        }
        Opening::Open { until: Some(queue.hours_change).filter(|at| *at != Timestamp::MAX) }
    }

    fn queue_board(&self, queue: &RunningQueue) -> QueueBoard {
        let by_hand = queue.closings(self.closing.as_ref(), self.now()).next();
        let mut agents = BTreeMap::new();
        for profile in queue.roster.iter() {
            for agent in &self.profiles[profile].agents {
                *agents.entry(self.agents[*agent].presence.clone()).or_default() += 1;
            }
        }
        QueueBoard {
            queue: queue.id.clone(),
            open: self.opening_of(queue),
            closing: by_hand.map(|closing| closing.reason.clone()),
            waiting: count(queue.waiting_count()),
            waiting_since: self.waiting_since(queue),
            reserved: queue.reserved,
            assigned: queue.assigned,
            wrapping: queue.wrapping,
            agents,
        }
    }

    /// When the longest waiting task came. Looks at one task of each priority, or at all where neither
    /// the first nor the last of the line need be the oldest.
    fn waiting_since(&self, queue: &RunningQueue) -> Option<Timestamp> {
        let since = |key: &TaskKey| self.tasks[key.index].waiting_since;
        match queue.order {
            WaitingOrder::Priority => queue.waiting.first_of_each_priority().map(since).min(),
            WaitingOrder::LastInFirst => queue.waiting.last_of_each_priority().map(since).min(),
            WaitingOrder::Score { .. } => queue.waiting.iter().map(since).min(),
        }
    }

    fn agent_board(&self, agent: &Agent) -> Option<AgentBoard> {
        let shape = &self.profiles[agent.profile?].shape;
        let load = |(channel, capacity): (&Channel, &crate::Capacity)| ChannelLoad {
            channel: *channel,
            in_hand: u32::from(agent.held[slot(*channel)]),
            most: u32::from(capacity.most),
        };
        let in_hand = |index: &crate::tasks::TaskIndex| {
            let task = &self.tasks[*index];
            let hold = match task.state {
                State::Reserved { .. } | State::Ringing(_) | State::Calling { .. } => Hold::Reserved,
                State::Assigned { .. } if task.is_held => Hold::Held,
                State::Assigned { .. } => Hold::Assigned,
                State::Wrapping { .. } => Hold::Wrapping,
                State::Nowhere | State::Waiting(_) => return None,
            };
            Some(TaskInHand { task: task.id, channel: task.channel, hold })
        };
        Some(AgentBoard {
            agent: agent.id.clone(),
            kind: shape.kind,
            presence: agent.presence.clone(),
            routability: agent.routability,
            since: agent.presence_since,
            queues: shape.queues.iter().cloned().collect(),
            channels: shape.capacity.iter().map(load).collect(),
            tasks: agent.tasks.iter().filter_map(in_hand).collect(),
        })
    }
}
