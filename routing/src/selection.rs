//! Which of several free agents who fit a task is offered it, by name.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::profiles::{Needs, Profile};

/// How a queue chooses. Agents who are equal by it are decided by how long they have been idle
/// ([`LongestIdle::Unoccupied`] where no other is named), then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "AgentSelection")]
pub enum Selection {
    LongestIdle(LongestIdle),
    /// The highest sum of levels in the skills that the task asks for now.
    MostProficient,
    /// Who is good enough and can do least else: the fewest queues, skills, languages and channels taken
    /// together, then the lowest sum of levels in the skills that the task asks for now. Who can do more
    /// is kept free for what others cannot do, at whatever level.
    LeastProficient,
    /// The fewest tasks in hand, then who accepted the last one longest ago.
    FewestActive,
    /// Who was offered something longest ago, by any queue.
    RoundRobin,
    /// By lot, drawn from the router's seed: replayed it falls the same way.
    Random,
}

impl Default for Selection {
    fn default() -> Self {
        Self::LongestIdle(LongestIdle::default())
    }
}

/// The named definitions of who has been idle longest. Each compares points in time, earlier first;
/// equal ones are decided by agent id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LongestIdle {
    /// Fewest tasks in hand; among agents without any, since the last one was completed or taken away
    /// (or since login); among others, since the last one was accepted. A break does not count against it.
    #[default]
    Unoccupied,
    /// Since the agent last became able to take work: by presence, or because a full agent had a
    /// task completed.
    SinceAvailable,
    /// Fewest tasks in hand, then since an inbound task last left the agent (or since login). What the
    /// agent does outbound leaves the place unchanged.
    SinceLastInbound,
    /// Fewest tasks in hand, then since a task of either direction last left the agent (or since login).
    SinceLastInteraction,
}

/// How well agents of one profile suit a task by their queue's selection: the lower, the sooner. All
/// suit alike where skills do not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Suit(Option<Reverse<u32>>, usize, u32);

impl Selection {
    /// The order in which agents of one profile come.
    pub(crate) fn within_profile(self) -> Sorting {
        match self {
            Self::LongestIdle(definition) => Sorting::Idle(definition),
            Self::MostProficient | Self::LeastProficient => Sorting::Idle(LongestIdle::Unoccupied),
            Self::FewestActive => Sorting::FewestActive,
            Self::RoundRobin => Sorting::RoundRobin,
            Self::Random => Sorting::Random,
        }
    }

    /// Whether profiles differ in how they suit a task.
    pub(crate) fn weighs_skills(self) -> bool {
        matches!(self, Self::MostProficient | Self::LeastProficient)
    }

    pub(crate) fn suit(self, profile: &Profile, needs: &Needs) -> Suit {
        match self {
            Self::MostProficient => Suit(Some(Reverse(profile.proficiency(needs))), 0, 0),
            Self::LeastProficient => Suit(None, profile.versatility(), profile.proficiency(needs)),
            _ => Suit::default(),
        }
    }
}

/// In which order free agents of one profile are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sorting {
    Idle(LongestIdle),
    FewestActive,
    RoundRobin,
    Random,
}
