//! What supervisors watch: live figures, and the router's reasons.

use std::sync::Arc;

use model::{AgentId, Channel, PresenceName, QueueId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SessionCard;

/// The live figures a supervisor sees, at most one frame in 200 ms and only when something changed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct BoardFrame {
    pub at: Timestamp,
    pub queues: Vec<QueueFigures>,
    pub agents: Vec<AgentFigures>,
    /// Open sessions, waiting ones first; at most 500.
    pub sessions: Vec<Arc<SessionCard>>,
}

/// How the queues stood at a moment of the past hour.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct BoardReading {
    pub at: Timestamp,
    pub queues: Vec<QueueReading>,
}

/// As in [`QueueFigures`].
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct QueueReading {
    pub queue: QueueId,
    pub waiting: u32,
    pub longest_since: Option<Timestamp>,
    /// Of the service level.
    pub percent: Option<f64>,
    pub offered: u32,
    pub abandoned: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct QueueFigures {
    pub queue: QueueId,
    pub open: bool,
    /// Why it was closed by hand, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closing: Option<String>,
    pub waiting: u32,
    /// Since when the longest waiting one waits.
    pub longest_since: Option<Timestamp>,
    /// Reserved, assigned or wrapping.
    pub in_hand: u32,
    pub service_level: ServiceLevelView,
    /// Today's.
    pub offered: u32,
    pub answered: u32,
    pub abandoned: u32,
    /// Told that the queue is full, closed, or over for them; counted apart from `abandoned`.
    pub turned_away: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ServiceLevelView {
    /// The named definition, such as `answered_or_abandoned_of_all`.
    pub definition: String,
    pub threshold_seconds: u32,
    /// 0 to 100; none before the first contact of the day.
    pub percent: Option<f64>,
    pub target_percent: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct AgentFigures {
    pub agent: AgentId,
    pub name: String,
    pub automated: bool,
    pub presence: PresenceName,
    pub since: Timestamp,
    /// Offers of today, since the server started, that rang out without an answer.
    pub unanswered: u32,
    /// Tasks in hand by channel, and how many at most.
    pub load: Vec<ChannelLoad>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ChannelLoad {
    pub channel: Channel,
    pub tasks: u32,
    pub capacity: u32,
}

/// The router's reasons, in words and in data.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct ExplanationView {
    pub task: TaskId,
    pub queue: QueueId,
    /// When all of this held.
    pub at: Timestamp,
    pub waiting_since: Timestamp,
    /// One sentence: why it waits, or why it went there.
    pub headline: String,
    /// In line, from 1; only of a task that waits.
    pub position: Option<u32>,
    /// The step of the queue, as in "1 of 3".
    pub step: Option<String>,
    /// When the step relaxes, the queue's deadline passes, or the offer rings out.
    pub step_until: Option<Timestamp>,
    /// What an agent must meet now; none if anybody of the queue will do.
    pub asks: Option<String>,
    /// How many agents the queue has.
    pub agents: u32,
    /// How many of them meet what is asked, free or not.
    pub matching_agents: u32,
    pub candidates: Vec<CandidateView>,
    /// By which the agent was chosen.
    pub rule: Option<String>,
    pub chosen: Option<AgentId>,
    pub chosen_at: Option<Timestamp>,
    /// Who would have been offered it otherwise.
    pub runner_up: Option<AgentId>,
    /// What would have to change for it to be served.
    pub remedy: Option<String>,
    /// The same, one by one.
    pub needs: Vec<NeedView>,
}

/// One thing that would end the waiting.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct NeedView {
    pub what: String,
    /// When it happens by itself.
    pub at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct CandidateView {
    pub agent: AgentId,
    pub chosen: bool,
    /// The single reason it was passed over.
    pub reason: String,
}
