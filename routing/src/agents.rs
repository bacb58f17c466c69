//! The agents the router knows: presence, what they have in hand, how long they have been idle.
//!
//! An agent who was ever named stays known: ids of agents are few, and what they still have in hand
//! outlives their removal.

use std::collections::BTreeSet;

use model::{AgentId, Channel, PresenceName, Timestamp};
use rustc_hash::FxHashMap;

use crate::configuration::Routability;
use crate::input::Direction;
use crate::lots::Lots;
use crate::order::TaskKey;
use crate::profiles::{Profile, ProfileIndex};
use crate::rooms::Held;
use crate::selection::{LongestIdle, Sorting};
use crate::tasks::TaskIndex;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AgentIndex(pub u32);

/// Sorts first who is offered a task first, by whatever order it was made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FreeKey {
    load: u32,
    since: i64,
    pub id: AgentId,
    pub index: AgentIndex,
}

impl FreeKey {
    /// Before any agent with this lot or a later one.
    pub fn lot(lot: i64) -> Self {
        let id = AgentId::new("-").expect("one plain character");
        Self { load: 0, since: lot, id, index: AgentIndex(0) }
    }
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
    /// What the log says, after a restart, until the presence is told.
    pub presumed: Option<Routability>,
    /// As what the agent is counted in its profile.
    pub counted: Attendance,
    /// Offered, assigned or wrapping.
    pub tasks: Vec<TaskIndex>,
    /// Counts of `tasks`, by channel.
    pub held: Held,
    /// Whether any of `tasks` is held for another.
    pub holds: bool,
    /// Tasks that wait for this agent only.
    pub awaited_by: BTreeSet<TaskKey>,
    /// As what this agent is among its profile's free ones.
    pub listed: Option<Listed>,
    pub idle: Idle,
    /// Offers that rang out since the last one that was accepted.
    pub misses: u32,
}

/// Whether anybody has said where the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Never,
    /// Not yet, after a restart, and a restored task waits for the agent: it goes on waiting until then.
    Expected,
    Yes,
}

/// Whether an agent is at work, and in a routable presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Attendance {
    pub is_logged_in: bool,
    pub is_available: bool,
}

/// What a free agent's keys were made of, and the channels it is free for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub channels: [bool; 3],
    load: u32,
    idle: Idle,
}

impl Listed {
    /// Where the agent stood in one order when it was listed.
    pub fn key(&self, agent: &AgentId, index: AgentIndex, by: Sorting) -> FreeKey {
        let idle = &self.idle;
        let (load, since) = match by {
            Sorting::Idle(LongestIdle::Unoccupied) if self.load == 0 => (0, idle.unoccupied.0),
            Sorting::Idle(LongestIdle::Unoccupied) | Sorting::FewestActive => {
                (self.load, idle.last_accepted.0)
            }
            Sorting::Idle(LongestIdle::SinceAvailable) => (0, idle.available.0),
            Sorting::Idle(LongestIdle::SinceLastInbound) => (self.load, idle.inbound_ended.0),
            Sorting::Idle(LongestIdle::SinceLastInteraction) => (self.load, idle.interaction_ended.0),
            Sorting::RoundRobin => (0, idle.last_offer),
            Sorting::Random => (0, idle.lot),
        };
        FreeKey { load, since, id: agent.clone(), index }
    }
}

/// What orders of free agents compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Idle {
    pub unoccupied: Timestamp,
    pub available: Timestamp,
    pub inbound_ended: Timestamp,
    pub interaction_ended: Timestamp,
    pub last_accepted: Timestamp,
    /// The number of the last offer made to the agent, of all the router has made; 0 if none.
    pub last_offer: i64,
    /// Drawn anew at each offer.
    pub lot: i64,
}

impl Idle {
    fn begin(now: Timestamp, lot: i64) -> Self {
        Self {
            unoccupied: now,
            available: now,
            inbound_ended: now,
            interaction_ended: now,
            last_accepted: now,
            last_offer: 0,
            lot,
        }
    }

    /// Logged in again: all times begin anew, the turn of the agent does not.
    fn log_in(&mut self, now: Timestamp) {
        *self = Self { last_offer: self.last_offer, ..Self::begin(now, self.lot) };
    }
}

impl Agent {
    fn new(id: AgentId, presence: PresenceName, now: Timestamp, lot: i64) -> Self {
        Self {
            id,
            profile: None,
            presence,
            presence_since: now,
            routability: Routability::LoggedOut,
            told: Told::Never,
            presumed: None,
            counted: Attendance::default(),
            tasks: Vec::new(),
            held: [0; 3],
            holds: false,
            awaited_by: BTreeSet::new(),
            listed: None,
            idle: Idle::begin(now, lot),
            misses: 0,
        }
    }

    /// A task restored after a restart waits for the agent.
    pub fn expect(&mut self) {
        if self.told == Told::Never {
            self.told = Told::Expected;
        }
    }

    /// Where the agent is, as far as anybody knows: nobody is given out as there of whom nothing is known.
    pub fn whereabouts(&self) -> Routability {
        match (self.told, self.presumed) {
            (Told::Yes, _) | (_, None) => self.routability,
            (Told::Never | Told::Expected, Some(presumed)) => presumed,
        }
    }

    /// Of whom nothing is known yet, and a restored task waits for.
    pub fn is_expected(&self) -> bool {
        self.told == Told::Expected && self.presumed.is_none()
    }

    pub fn attendance(&self) -> Attendance {
        let whereabouts = self.whereabouts();
        Attendance {
            is_logged_in: whereabouts != Routability::LoggedOut,
            is_available: whereabouts == Routability::Routable,
        }
    }

    pub fn is_routable(&self) -> bool {
        self.routability == Routability::Routable
    }

    /// Whether one more task of the channel fits beside what is in hand.
    pub fn has_room(&self, profile: &Profile, channel: Channel) -> bool {
        profile.rooms.has_room(channel, &self.held)
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
            self.idle.log_in(now);
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
    pub fn find_or_add(
        &mut self,
        id: &AgentId,
        offline: &PresenceName,
        now: Timestamp,
        lots: &mut Lots,
    ) -> AgentIndex {
        if let Some(index) = self.find(id) {
            return index;
        }
        let index = AgentIndex(u32::try_from(self.all.len()).expect("there are no four billion agents"));
        self.all.push(Agent::new(id.clone(), offline.clone(), now, lots.draw()));
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
