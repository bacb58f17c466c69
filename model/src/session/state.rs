//! A session as the fold of its log: small, for there are many. The transcript is not in it.

use std::collections::VecDeque;

use smol_str::SmolStr;
use uuid::Uuid;

use crate::channel::Channel;
use crate::event::{Intervention, Recorded, SessionEvent};
use crate::id::{AgentId, CustomerId, FactName, Intent, Language, LegId, QueueId, SessionId, SiteId, TaskId};
use crate::identity::{Identity, Verification};
use crate::stream::Sequence;
use crate::task::{Priority, Requirements, TaskState, TransferReason};
use crate::time::Timestamp;

use super::Entries;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Nothing has happened.
    #[default]
    New,
    Open,
    Closed,
    Erased,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    pub channel: Channel,
    pub identity: Identity,
    pub attached: bool,
    pub origin: Option<SmolStr>,
}

/// The session's open task.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: TaskId,
    pub queue: QueueId,
    pub channel: Channel,
    pub requirements: Requirements,
    pub priority: Priority,
    pub waiting_since: Timestamp,
    pub wanted: Wanted,
    /// What few tasks have: a callback, or the question about one.
    pub calls: Option<Box<super::Calls>>,
    pub state: TaskState,
    /// Assigned, and held for something that comes before it.
    pub is_held: bool,
}

/// Whom a task asks for by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wanted {
    #[default]
    Anybody,
    /// The agent of last time is asked first, for a while.
    First(AgentId),
    /// It was sent to this agent.
    Only(AgentId),
}

impl Wanted {
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Anybody => None,
            Self::First(agent) | Self::Only(agent) => Some(agent),
        }
    }
}

/// What was said when the task last changed hands.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    pub from: Option<AgentId>,
    pub reason: TransferReason,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The last event folded in.
    pub sequence: Sequence,
    pub status: Status,
    pub session: Option<SessionId>,
    pub customer: Option<CustomerId>,
    pub site: Option<SiteId>,
    pub language: Option<Language>,
    /// With its confidence, 0 to 1.
    pub intent: Option<(Intent, f64)>,
    pub legs: Entries<LegId, Leg>,
    /// Where answers go.
    pub channel: Option<Channel>,
    /// In the order they came.
    pub channels: Vec<Channel>,
    pub identities: Entries<Identity, Verification>,
    pub facts: Entries<FactName, String>,
    pub task: Option<Task>,
    pub handover: Option<Handover>,
    pub supervisors: Entries<AgentId, Intervention>,
    /// Where the customer's last message is, and the last one by anybody.
    pub last_customer_message: Sequence,
    pub last_message: Sequence,
    /// Where the last after-work began: what the customer wrote later is not part of what was handled.
    pub wrapped_at: Sequence,
    pub last_text: SmolStr,
    /// The address of ours that the customer's last mail came in at.
    pub inbox: Option<String>,
    pub read_by_customer: Sequence,
    pub read_by_agent: Sequence,
    /// The customer's messages after `read_by_agent`.
    pub unread: u32,
    /// Where the newest of them are, at most `REMEMBERED_UNREAD`.
    pub(super) unread_at: VecDeque<Sequence>,
    pub rated: Option<u8>,
    /// How many were asked for.
    pub transcripts: u8,
    pub absorbed_into: Option<SessionId>,
    pub absorbed: Vec<SessionId>,
    pub opened_at: Timestamp,
    pub last_at: Timestamp,
    pub(super) recent_keys: VecDeque<(Uuid, Sequence)>,
}

impl State {
    /// The state after all of `log`, which must be gapless from the first event on.
    pub fn fold<'a>(log: impl IntoIterator<Item = &'a Recorded<SessionEvent>>) -> Self {
        let mut state = Self::default();
        for recorded in log {
            state.evolve(recorded);
        }
        state
    }

    /// Where a key stands in the log, if it is among the last ones.
    pub fn find_key(&self, key: Uuid) -> Option<Sequence> {
        self.recent_keys.iter().find(|(known, _)| *known == key).map(|(_, sequence)| *sequence)
    }

    /// Who has the task in hand: assigned, or wrapping up.
    pub fn handler(&self) -> Option<&AgentId> {
        match &self.task.as_ref()?.state {
            TaskState::Assigned { agent } | TaskState::Wrapping { agent, .. } => Some(agent),
            _ => None,
        }
    }

    /// Whether the customer wrote after the after-work of their last contact began, and nobody answered.
    pub fn wants_another_contact(&self) -> bool {
        let unanswered = self.last_message == self.last_customer_message;
        let later = self.wrapped_at > Sequence::START && self.last_customer_message > self.wrapped_at;
        self.status == Status::Open && self.task.is_none() && unanswered && later
    }

    /// Whether the customer is there on this channel now.
    pub fn is_present(&self, channel: Channel) -> bool {
        self.legs.values().any(|leg| leg.channel == channel && leg.attached)
    }

    /// The newest leg of a channel.
    pub fn leg_on(&self, channel: Channel) -> Option<LegId> {
        let on_channel = |(_, leg): &(&LegId, &Leg)| leg.channel == channel;
        self.legs.iter().filter(on_channel).max_by_key(|(id, leg)| (leg.attached, **id)).map(|(id, _)| *id)
    }

    /// An e-mail address of the customer, a verified one if there is one.
    pub fn email(&self) -> Option<&Identity> {
        let emails = self.identities.iter().filter(|(identity, _)| matches!(identity, Identity::Email(_)));
        emails.max_by_key(|(_, verification)| **verification).map(|(identity, _)| identity)
    }
}
