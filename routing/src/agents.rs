//! The agents the router knows: presence, what they have in hand, how long they have been idle.
//!
//! An agent who was ever named stays known: ids of agents are few, and what they still have in hand
//! outlives their removal.

use std::collections::BTreeSet;

use model::{AgentId, Channel, PresenceName, Timestamp};
use rustc_hash::FxHashMap;

use crate::configuration::{LongestIdle, Routability};
use crate::input::Direction;
use crate::order::TaskKey;
use crate::profiles::{Profile, ProfileIndex};
use crate::tasks::TaskIndex;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AgentIndex(pub u32);

/// Sorts first who is offered a task first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdleKey {
    pub load: u32,
    pub since: Timestamp,
    pub id: AgentId,
    pub index: AgentIndex,
}

#[derive(Debug)]
pub(crate) struct Agent {
    pub id: AgentId,
    /// None once removed, or when only known from a task in hand.
    pub profile: Option<ProfileIndex>,
    pub presence: PresenceName,
    pub presence_since: Timestamp,
    pub routability: Routability,
    pub told: Told,
    /// Offered, assigned or wrapping.
    pub tasks: Vec<TaskIndex>,
    /// Counts of `tasks`, by channel.
    pub held: [u16; 3],
    /// Tasks that wait for this agent only.
    pub awaited_by: BTreeSet<TaskKey>,
    /// As what this agent is among its profile's free ones.
    pub listed: Option<Listed>,
    pub idle: Idle,
}

/// Whether anybody has said where the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Never,
    /// Not yet, after a restart, and a restored task waits for the agent: it goes on waiting until then.
    Expected,
    Yes,
}

/// What a free agent's keys were made of, and the channels it is free for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub channels: [bool; 3],
    load: u32,
    idle: Idle,
}

impl Listed {
    /// By one definition, how idle the agent was when it was listed.
    pub fn key(&self, agent: &AgentId, index: AgentIndex, by: LongestIdle) -> IdleKey {
        let idle = &self.idle;
        let (load, since) = match by {
            LongestIdle::Unoccupied if self.load == 0 => (0, idle.unoccupied),
            LongestIdle::Unoccupied => (self.load, idle.last_accepted),
            LongestIdle::SinceAvailable => (0, idle.available),
            LongestIdle::SinceLastInbound => (self.load, idle.inbound_ended),
            LongestIdle::SinceLastInteraction => (self.load, idle.interaction_ended),
        };
        IdleKey { load, since, id: agent.clone(), index }
    }
}

/// What the definitions of longest idle compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Idle {
    pub unoccupied: Timestamp,
    pub available: Timestamp,
    pub inbound_ended: Timestamp,
    pub interaction_ended: Timestamp,
    pub last_accepted: Timestamp,
}

impl Idle {
    fn begin(now: Timestamp) -> Self {
        Self {
            unoccupied: now,
            available: now,
            inbound_ended: now,
            interaction_ended: now,
            last_accepted: now,
        }
    }
}

impl Agent {
    fn new(id: AgentId, presence: PresenceName, now: Timestamp) -> Self {
        Self {
            id,
            profile: None,
            presence,
            presence_since: now,
            routability: Routability::LoggedOut,
            told: Told::Never,
            tasks: Vec::new(),
            held: [0; 3],
            awaited_by: BTreeSet::new(),
            listed: None,
            idle: Idle::begin(now),
        }
    }

    /// A task restored after a restart waits for the agent.
    pub fn expect(&mut self) {
        if self.told == Told::Never {
            self.told = Told::Expected;
        }
    }

    pub fn is_routable(&self) -> bool {
        self.routability == Routability::Routable
    }

    /// Whether one more task of the channel fits beside what is in hand.
    pub fn has_room(&self, profile: &Profile, channel: Channel) -> bool {
        profile.room(channel, &self.held)
    }

    /// What the agent is to be listed as; none for one who is not routable.
    pub fn to_list(&self, profile: &Profile) -> Option<Listed> {
        let load = u32::try_from(self.tasks.len()).unwrap_or(u32::MAX);
        let channels = Channel::ALL.map(|channel| self.has_room(profile, channel));
        self.is_routable().then_some(Listed { channels, load, idle: self.idle })
    }

    /// Takes the presence; logging in begins all idle times anew.
    pub fn set_presence(&mut self, presence: PresenceName, routability: Routability, now: Timestamp) {
        if self.routability == Routability::LoggedOut && routability != Routability::LoggedOut {
            self.idle = Idle::begin(now);
        } else if !self.is_routable() && routability == Routability::Routable {
            self.idle.available = now;
        }
        if self.presence != presence {
            self.presence_since = now;
        }
        self.presence = presence;
        self.routability = routability;
    }

    pub fn take(&mut self, task: TaskIndex, channel: Channel) {
        self.tasks.push(task);
        self.held[slot(channel)] += 1;
    }

    /// Lets go of a task that was only offered: idle times stay as they were.
    pub fn give_up(&mut self, task: TaskIndex, channel: Channel) {
        self.tasks.retain(|held| *held != task);
        self.held[slot(channel)] -= 1;
    }

    /// Lets go of a task that was assigned.
    pub fn finish(&mut self, task: TaskIndex, channel: Channel, direction: Direction, now: Timestamp) {
        self.give_up(task, channel);
        self.idle.interaction_ended = now;
        if direction == Direction::Inbound {
            self.idle.inbound_ended = now;
        }
        if self.tasks.is_empty() {
            self.idle.unoccupied = now;
        }
    }
}

/// Where a channel's figures are in arrays by channel.
pub(crate) fn slot(channel: Channel) -> usize {
    match channel {
        Channel::Chat => 0,
        Channel::Email => 1,
        Channel::Voice => 2,
    }
}

/// All agents, by index and by id.
#[derive(Debug, Default)]
pub(crate) struct Agents {
    all: Vec<Agent>,
    by_id: FxHashMap<AgentId, AgentIndex>,
}

impl Agents {
    pub fn find(&self, id: &AgentId) -> Option<AgentIndex> {
        self.by_id.get(id).copied()
    }

    /// The agent of this id; a new one is logged out.
    pub fn find_or_add(&mut self, id: &AgentId, offline: &PresenceName, now: Timestamp) -> AgentIndex {
        if let Some(index) = self.find(id) {
            return index;
        }
        let index = AgentIndex(u32::try_from(self.all.len()).expect("there are no four billion agents"));
        self.all.push(Agent::new(id.clone(), offline.clone(), now));
        self.by_id.insert(id.clone(), index);
        index
    }

    pub fn indices(&self) -> impl Iterator<Item = AgentIndex> + use<> {
        let end = u32::try_from(self.all.len()).expect("there are no four billion agents");
        (0..end).map(AgentIndex)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Agent> {
        self.all.iter()
    }
}

impl std::ops::Index<AgentIndex> for Agents {
    type Output = Agent;

    fn index(&self, index: AgentIndex) -> &Agent {
        &self.all[index.0 as usize]
    }
}

impl std::ops::IndexMut<AgentIndex> for Agents {
    fn index_mut(&mut self, index: AgentIndex) -> &mut Agent {
        &mut self.all[index.0 as usize]
    }
}
