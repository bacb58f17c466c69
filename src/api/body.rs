//! What requests and answers of `/v1` hold. Times are milliseconds since 1970.

use model::task::TaskState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::console::wire;
use crate::word::word;

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OpenSession {
    pub session: String,
    pub customer: String,
    pub customer_name: String,
    pub site: String,
    /// Every channel it has been on, in order: `chat`, `email`, `voice`.
    pub channels: Vec<String>,
    pub language: Option<String>,
    pub intent: Option<String>,
    pub opened_at: i64,
    pub last_at: i64,
    pub last_text: String,
    /// None: nobody is asked to handle it now.
    pub task: Option<OpenTask>,
}

/// What somebody is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OpenTask {
    pub task: String,
    pub queue: String,
    /// Higher is sooner.
    pub priority: i32,
    pub waiting_since: i64,
    /// `pending`, `reserved`, `assigned` or `wrapping`.
    pub state: String,
    /// Who has it, or the first it is offered to.
    pub agent: Option<String>,
    /// Who has it, or all it is offered to, in the order they were asked.
    #[serde(default)]
    pub agents: Vec<String>,
}

/// A session as it stands, with what is known of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    #[serde(flatten)]
    pub head: OpenSession,
    pub closed: bool,
    /// The last event's number.
    pub sequence: u64,
    pub identities: Vec<KnownIdentity>,
    /// By name.
    pub facts: std::collections::BTreeMap<String, String>,
    /// The session that goes on for this one.
    pub absorbed_into: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KnownIdentity {
    /// `email`, `phone`, `visitor` or `user`.
    pub kind: String,
    pub value: String,
    /// Whether somebody we trust vouched for it.
    pub verified: bool,
}

/// One event of a session's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoggedEvent {
    /// Gapless from 1.
    pub sequence: u64,
    pub at: i64,
    /// Its `type` and what belongs to it, as webhooks have it.
    pub event: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PastSession {
    pub session: String,
    pub opened_at: i64,
    pub closed_at: Option<i64>,
    pub channels: Vec<String>,
    pub intent: Option<String>,
    pub last_agent: Option<String>,
    pub last_text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    pub session: String,
    pub sequence: u64,
    pub at: i64,
    /// The words around what was found.
    pub snippet: String,
    /// Give it as `before` for the next page.
    pub position: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    pub queue: String,
    pub name: String,
    pub open: bool,
    /// Why it was closed by hand, if it is.
    pub closing: Option<String>,
    pub waiting: u32,
    /// Since when the longest waiting one does.
    pub longest_since: Option<i64>,
    pub in_hand: u32,
    /// Today.
    pub offered: u32,
    pub answered: u32,
    pub abandoned: u32,
    /// Told that the queue is full, closed, or over for them; counted apart from `abandoned`.
    pub turned_away: u32,
    /// Which of the named definitions `service_level` is by.
    pub service_level_definition: String,
    /// Per cent; none before anything was offered.
    pub service_level: Option<f64>,
}

/// Why a task waits, or why it went where it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskExplanation {
    pub task: String,
    pub queue: String,
    /// When all of this held, in milliseconds since 1970, as are all times here.
    pub at: i64,
    pub waiting_since: i64,
    /// One sentence: why it waits, or why it went there.
    pub headline: String,
    /// In line, from 1; only of a task that waits.
    pub position: Option<u32>,
    /// The step of the queue, as in "1 of 3".
    pub step: Option<String>,
    /// When the step relaxes, the queue's deadline passes, or the offer rings out.
    pub step_until: Option<i64>,
    /// What an agent must meet now; none if anybody of the queue will do.
    pub asks: Option<String>,
    /// How many agents the queue has.
    pub agents: u32,
    /// Agents who could take it, free or not.
    pub matching_agents: u32,
    pub candidates: Vec<Candidate>,
    pub rule: Option<String>,
    pub chosen: Option<String>,
    pub chosen_at: Option<i64>,
    /// Who would have been offered it otherwise.
    pub runner_up: Option<String>,
    /// What would have to change for it to be served.
    pub remedy: Option<String>,
    /// The same, one by one.
    pub needs: Vec<Need>,
}

/// One thing that would end the waiting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Need {
    pub what: String,
    /// When it happens by itself.
    pub at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    pub agent: String,
    pub chosen: bool,
    /// The single reason it was passed over.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    pub agent: String,
    pub name: String,
    /// A virtual agent.
    pub automated: bool,
    pub presence: String,
    pub since: i64,
    pub load: Vec<Load>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Load {
    pub channel: String,
    pub tasks: u32,
    pub capacity: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPresence {
    /// One of the organisation's presences.
    pub presence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// A UUID of the caller's: the same one again adds nothing.
    #[schema(format = Uuid)]
    pub id: uuid::Uuid,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub queue: String,
    /// For this agent of the queue alone.
    #[serde(default)]
    pub agent: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    pub agent: String,
    /// Whether it may be more than fits beside what the agent has in hand.
    #[serde(default)]
    pub capacity: CapacityRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapacityRule {
    #[default]
    Respected,
    Ignored,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherSession {
    #[schema(value_type = String, format = Uuid)]
    pub other: model::SessionId,
}

/// The session that goes on for both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Merged {
    pub session: String,
}

/// How many sessions were erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    pub sessions: u32,
}

/// What a new version of the organisation changes: `+ added`, `- removed`, `~ changed: from -> to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    pub changes: Vec<String>,
    /// The version it is at now.
    pub version: u64,
}

pub fn words<T: Serialize>(values: &[T]) -> Vec<String> {
    values.iter().map(word).collect()
}

impl From<&wire::SessionCard> for OpenSession {
    fn from(card: &wire::SessionCard) -> Self {
        Self {
            session: card.session.to_string(),
            customer: card.customer.to_string(),
            customer_name: card.customer_name.to_string(),
            site: card.site.to_string(),
            channels: words(&card.channels),
            language: card.language.as_ref().map(ToString::to_string),
            intent: card.intent.as_ref().map(ToString::to_string),
            opened_at: card.opened_at.as_millis(),
            last_at: card.last_at.as_millis(),
            last_text: card.last_text.to_string(),
            task: card.task.as_ref().map(OpenTask::from),
        }
    }
}

impl From<&wire::TaskView> for OpenTask {
    fn from(task: &wire::TaskView) -> Self {
        let state = match task.state {
            TaskState::Pending => "pending",
            TaskState::Reserved { .. } => "reserved",
            TaskState::Assigned { .. } => "assigned",
            TaskState::Wrapping { .. } => "wrapping",
            TaskState::Completed => "completed",
            TaskState::Canceled => "canceled",
        };
        Self {
            task: task.task.to_string(),
            queue: task.queue.to_string(),
            priority: task.priority.0,
            waiting_since: task.waiting_since.as_millis(),
            state: state.to_owned(),
            agent: task.state.agent().map(ToString::to_string),
            agents: agents(&task.state),
        }
    }
}

fn agents(state: &TaskState) -> Vec<String> {
    let offers = state.offers();
    if offers.is_empty() {
        return state.agent().map(ToString::to_string).into_iter().collect();
    }
    offers.iter().map(|offer| offer.agent.to_string()).collect()
}

impl From<wire::PastSession> for PastSession {
    fn from(past: wire::PastSession) -> Self {
        Self {
            session: past.session.to_string(),
            opened_at: past.opened_at.as_millis(),
            closed_at: past.closed_at.map(model::Timestamp::as_millis),
            channels: words(&past.channels),
            intent: past.intent.as_ref().map(ToString::to_string),
            last_agent: past.last_agent.as_ref().map(ToString::to_string),
            last_text: past.last_text,
        }
    }
}

impl From<wire::ExplanationView> for TaskExplanation {
    fn from(view: wire::ExplanationView) -> Self {
        let candidates = view.candidates.into_iter().map(|candidate| Candidate {
            agent: candidate.agent.to_string(),
            chosen: candidate.chosen,
            reason: candidate.reason,
        });
        let needs = view
            .needs
            .into_iter()
            .map(|need| Need { what: need.what, at: need.at.map(model::Timestamp::as_millis) });
        Self {
            task: view.task.to_string(),
            queue: view.queue.to_string(),
            at: view.at.as_millis(),
            waiting_since: view.waiting_since.as_millis(),
            headline: view.headline,
            position: view.position,
            step: view.step,
            step_until: view.step_until.map(model::Timestamp::as_millis),
            asks: view.asks,
            agents: view.agents,
            matching_agents: view.matching_agents,
            candidates: candidates.collect(),
            rule: view.rule,
            chosen: view.chosen.as_ref().map(ToString::to_string),
            chosen_at: view.chosen_at.map(model::Timestamp::as_millis),
            runner_up: view.runner_up.as_ref().map(ToString::to_string),
            remedy: view.remedy,
            needs: needs.collect(),
        }
    }
}
