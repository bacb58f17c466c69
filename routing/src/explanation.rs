//! Why a task waits, or why it went to whom: what the API returns and the console shows.

use model::task::{Level, Requirements};
use model::{AgentId, Channel, Language, PresenceName, QueueId, ReservationId, Skill, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::selection::Selection;
use crate::share::Share;

/// Everything that decides where one task goes, as it is at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingExplanation")]
pub struct Explanation {
    pub task: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    pub waiting_since: Timestamp,
    pub standing: Standing,
    /// What an agent must meet now.
    pub requirements: Requirements,
    /// How many agents the queue has.
    pub agents: u32,
    /// How many of them meet the requirements, free or not.
    pub matching: u32,
    /// Agents of the queue (and the one it waits for), matching first, by id; at most
    /// `Explanation::MOST_CANDIDATES`.
    pub candidates: Vec<Candidate>,
    /// What would end the waiting; empty for a task that does not wait.
    pub needs: Vec<Need>,
}

impl Explanation {
    pub const MOST_CANDIDATES: usize = 200;
}

/// Where the task stands and by which rule it got there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(rename = "RoutingStanding")]
pub enum Standing {
    /// Waits for whoever meets a step of the queue.
    Waiting {
        position: u32,
        /// From 1.
        step: u32,
        steps: u32,
        /// Numbers of the steps that were passed over: nobody was there for them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skipped: Vec<u32>,
        /// When the step relaxes, or the queue's deadline passes.
        until: Option<Timestamp>,
    },
    /// Waits for one agent.
    WaitingForAgent {
        position: u32,
        agent: AgentId,
        until: Option<Timestamp>,
    },
    /// Waits until somebody who meets a step of the queue picks it.
    ToPick {
        position: u32,
        /// From 1.
        step: u32,
        steps: u32,
        until: Option<Timestamp>,
    },
    /// The queue is closed.
    Closed {
        position: u32,
        opens_at: Option<Timestamp>,
        /// Why it was closed by hand; none if by its hours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        because: Option<String>,
    },
    /// Its time has not come: scheduled work, or a callback that is tried again.
    Scheduled {
        not_before: Timestamp,
        /// Calls that are left, of a callback.
        attempts: Option<u32>,
    },
    /// The customer is called, while the agent's slot is held.
    Calling {
        reservation: ReservationId,
        agent: AgentId,
        until: Timestamp,
        choice: Option<Choice>,
    },
    /// The first who accepts has it.
    Offered {
        reservation: ReservationId,
        agent: AgentId,
        expires_at: Timestamp,
        choice: Option<Choice>,
        /// Whom else it rings at, in the order they were asked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<OfferedBesides>,
    },
    Assigned {
        agent: AgentId,
        choice: Option<Choice>,
    },
    Wrapping {
        agent: AgentId,
        since: Timestamp,
        choice: Option<Choice>,
    },
}

/// One more agent at whom a task rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingOfferedBesides")]
pub struct OfferedBesides {
    pub reservation: ReservationId,
    pub agent: AgentId,
    pub expires_at: Timestamp,
    pub choice: Option<Choice>,
}

impl Standing {
    /// How whoever has the task, or is asked, was chosen. None for a task that waits; the choice itself is
    /// none where the router came to know of it by a restart.
    pub fn choice(&self) -> Option<&Option<Choice>> {
        match self {
            Self::Calling { choice, .. }
            | Self::Offered { choice, .. }
            | Self::Assigned { choice, .. }
            | Self::Wrapping { choice, .. } => Some(choice),
            _ => None,
        }
    }

    /// Says how it was chosen, if that is known from elsewhere. A task that waits stays as it is.
    pub fn choose(&mut self, chosen: Choice) {
        if let Self::Calling { choice, .. }
        | Self::Offered { choice, .. }
        | Self::Assigned { choice, .. }
        | Self::Wrapping { choice, .. } = self
        {
            *choice = Some(chosen);
        }
    }
}

/// How an agent was chosen; not known after a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingChoice")]
pub struct Choice {
    pub at: Timestamp,
    pub rule: Rule,
    /// From 1; none if the agent was asked for by name.
    pub step: Option<u32>,
    /// Who would have been offered the task otherwise.
    pub runner_up: Option<AgentId>,
}

/// The rule that chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[ts(rename = "RoutingRule")]
pub enum Rule {
    /// The agent of last time was free.
    PreferredAgent,
    /// Somebody sent it to this agent.
    TransferredToAgent,
    /// The first of the free agents who match, as the queue chooses.
    Selected { by: Selection },
    /// The agent picked it from the list.
    Picked,
    /// A supervisor, or a program, gave it to this agent.
    GivenToAgent,
    /// The agent became free, and this was the first of the waiting tasks the agent matches.
    FirstInLine { share: Share },
}

/// One agent, and the first reason why the task is not with this agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingCandidate")]
pub struct Candidate {
    pub agent: AgentId,
    pub passed_over: Option<PassedOver>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum PassedOver {
    NotInQueue {
        queue: QueueId,
    },
    /// The agent's profile has no capacity for the channel at all.
    ChannelNotHandled {
        channel: Channel,
    },
    MissingSkill {
        skill: Skill,
        level: Level,
        has: Option<Level>,
    },
    MissingLanguage {
        language: Language,
    },
    /// A part of an expression does not hold.
    Expression {
        /// The part, as it was written.
        text: String,
        /// The fact that is not known, where that is why.
        unknown: Option<String>,
    },
    Presence {
        presence: PresenceName,
    },
    /// Rejected it, or gave it away, and is not offered it again before this.
    RejectedRecently {
        until: Timestamp,
    },
    /// Another offer of this channel rings at the agent, and there is no room for two.
    OfferedAnother {
        task: TaskId,
    },
    /// As many of the channel in hand as the profile allows.
    NoCapacity {
        in_hand: u32,
        most: u32,
    },
    /// By weight, what is in hand and one more would be over the whole.
    TooHeavy {
        weighs: u32,
        in_hand: u32,
        whole: u32,
    },
    /// Something in hand that may not be combined with the channel.
    NotBeside {
        channel: Channel,
    },
    /// Other tasks are in line before.
    OthersFirst,
    /// The task waits for another agent.
    WaitsForAnother {
        agent: AgentId,
    },
    /// Nobody is offered it: the agent may pick it.
    MayPick,
    /// The queue is closed.
    QueueClosed,
    /// Free and fitting, but another came first as the queue chooses.
    NotSelected {
        by: Selection,
    },
    /// The task is not offered to anybody before.
    NotYet {
        until: Timestamp,
    },
}

impl PassedOver {
    /// Whether it is no matter of what the agent can do, and may be over in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Presence { .. }
                | Self::RejectedRecently { .. }
                | Self::OfferedAnother { .. }
                | Self::NoCapacity { .. }
                | Self::TooHeavy { .. }
                | Self::NotBeside { .. }
        )
    }
}

/// What would end the waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "need", rename_all = "snake_case")]
#[ts(rename = "RoutingNeed")]
pub enum Need {
    /// The queue opens.
    Opening { at: Option<Timestamp> },
    /// Matching agents are at work but full: one of so many becomes free.
    FreeAgent { of: u32 },
    /// Matching agents exist, but so many are not routable: one changes presence.
    Presence { of: u32 },
    /// Its time has not come.
    Time { at: Timestamp },
    /// It waits to be picked: one of so many can.
    Pick { of: u32 },
    /// Nobody in the queue matches: somebody with these requirements, or the next step.
    MatchingAgent,
    /// Time: the requirements relax, or it is offered to others than the agent it waits for.
    NextStep { at: Timestamp },
    /// Time: the queue's deadline passes, and the task goes where the queue sends it then.
    Deadline { at: Timestamp },
    /// Everybody who matches has rejected it: the first may be asked again at this time.
    AskAgain { at: Timestamp },
}
