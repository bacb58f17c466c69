//! A session as the fold of its log: small, for there are many. The transcript is not in it.

use std::collections::{BTreeMap, VecDeque};

use uuid::Uuid;

use crate::channel::Channel;
use crate::event::{Author, Intervention, Reader, Recorded, Role, SessionEvent};
use crate::id::{AgentId, CustomerId, FactName, Intent, Language, LegId, QueueId, SessionId, SiteId, TaskId};
use crate::identity::{Identity, Verification};
use crate::stream::Sequence;
use crate::task::{Priority, Requirements, TaskState, TransferReason, TransferTarget};
use crate::time::Timestamp;

/// How many deduplication keys are remembered; the log itself refuses older ones.
const REMEMBERED_KEYS: usize = 64;
/// Bytes of the last message's text that lists show.
const PREVIEW: usize = 140;

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
    pub origin: Option<smol_str::SmolStr>,
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
    pub state: TaskState,
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
    pub legs: BTreeMap<LegId, Leg>,
    /// Where answers go.
    pub channel: Option<Channel>,
    /// In the order they came.
    pub channels: Vec<Channel>,
    pub identities: BTreeMap<Identity, Verification>,
    pub facts: BTreeMap<FactName, String>,
    pub task: Option<Task>,
    pub handover: Option<Handover>,
    pub supervisors: BTreeMap<AgentId, Intervention>,
    /// Where the customer's last message is, and the last one by anybody.
    pub last_customer_message: Sequence,
    pub last_message: Sequence,
    pub last_text: String,
    pub read_by_customer: Sequence,
    pub read_by_agent: Sequence,
    /// The customer's messages after `read_by_agent`.
    pub unread: u32,
    pub rated: Option<u8>,
    pub absorbed_into: Option<SessionId>,
    pub absorbed: Vec<SessionId>,
    pub opened_at: Timestamp,
    pub last_at: Timestamp,
    recent_keys: VecDeque<(Uuid, Sequence)>,
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

    /// Folds in the next event of the log.
    pub fn evolve(&mut self, recorded: &Recorded<SessionEvent>) {
        debug_assert_eq!(recorded.sequence, self.sequence.next(), "the log is gapless");
        self.sequence = recorded.sequence;
        self.last_at = recorded.at;
        if let Some(key) = recorded.event.deduplication_key() {
            if self.recent_keys.len() == REMEMBERED_KEYS {
                self.recent_keys.pop_front();
            }
            self.recent_keys.push_back((key, recorded.sequence));
        }
        self.apply(&recorded.event, recorded.at);
    }

    fn apply(&mut self, event: &SessionEvent, at: Timestamp) {
        match event {
            SessionEvent::Opened { session, customer, site, language } => {
                self.status = Status::Open;
                self.opened_at = at;
                self.session = Some(*session);
                self.customer = Some(*customer);
                self.site = Some(site.clone());
                self.language.clone_from(language);
            }
            SessionEvent::LegAttached { leg, channel, identity, verification, origin } => {
                let attached = Leg {
                    channel: *channel,
                    identity: identity.clone(),
                    attached: true,
                    origin: origin.clone(),
                };
                self.legs.insert(*leg, attached);
                self.learn_identity(identity, *verification);
                self.be_on(*channel);
            }
            SessionEvent::LegDetached { leg, .. } => {
                if let Some(leg) = self.legs.get_mut(leg) {
                    leg.attached = false;
                }
            }
            SessionEvent::ChannelSwitched { to, .. } => self.be_on(*to),
            SessionEvent::IdentityAttached { identity, verification } => {
                self.learn_identity(identity, *verification);
            }
            SessionEvent::MessagePosted { message } => self.posted(message),
            SessionEvent::ReadMarked { reader: Reader::Customer, through } => {
                self.read_by_customer = *through
            }
            SessionEvent::ReadMarked { reader: Reader::Agent, through } => {
                self.read_by_agent = *through;
                if *through >= self.last_customer_message {
                    self.unread = 0;
                }
            }
            SessionEvent::IntentDetected { intent, confidence } => {
                self.intent = Some((intent.clone(), *confidence));
            }
            SessionEvent::LanguageDetected { language } => self.language = Some(language.clone()),
            SessionEvent::FactCollected { name, value, .. } => {
                self.facts.insert(name.clone(), value.clone());
            }
            SessionEvent::Rated { score, .. } => self.rated = Some(*score),
            SessionEvent::InterventionStarted { supervisor, intervention } => {
                self.supervisors.insert(supervisor.clone(), *intervention);
            }
            SessionEvent::InterventionEnded { supervisor, .. } => {
                self.supervisors.remove(supervisor);
            }
            SessionEvent::AgentLeft { agent, role: Role::Supervisor } => {
                self.supervisors.remove(agent);
            }
            SessionEvent::Absorbed { other, .. } => self.absorbed.push(*other),
            SessionEvent::AbsorbedInto { other } => self.absorbed_into = Some(*other),
            SessionEvent::Separated { other } => {
                self.absorbed.retain(|absorbed| absorbed != other);
                if self.absorbed_into == Some(*other) {
                    self.absorbed_into = None;
                }
            }
            SessionEvent::Closed { .. } => self.status = Status::Closed,
            SessionEvent::Reopened => {
                self.status = Status::Open;
                self.rated = None;
            }
            SessionEvent::Erased { .. } => self.erase(),
            SessionEvent::NoteAdded { .. }
            | SessionEvent::AgentJoined { .. }
            | SessionEvent::AgentLeft { .. }
            | SessionEvent::Whispered { .. }
            | SessionEvent::TranscriptRequested { .. }
            | SessionEvent::DeliveryRecorded { .. } => {}
            task_event => self.apply_task(task_event, at),
        }
    }

    fn apply_task(&mut self, event: &SessionEvent, at: Timestamp) {
        if let SessionEvent::TaskCreated {
            task, queue, channel, requirements, priority, waiting_since, ..
        } = event
        {
            self.task = Some(Task {
                id: *task,
                queue: queue.clone(),
                channel: *channel,
                requirements: requirements.clone(),
                priority: *priority,
                waiting_since: *waiting_since,
                state: TaskState::Pending,
            });
            return;
        }
        let Some(task) = &mut self.task else { return };
        match event {
            SessionEvent::TaskReserved { reservation, agent, expires_at, .. } => {
                let (reservation, expires_at) = (*reservation, *expires_at);
                task.state = TaskState::Reserved { reservation, agent: agent.clone(), expires_at };
            }
            SessionEvent::ReservationEnded { .. } => task.state = TaskState::Pending,
            SessionEvent::TaskAssigned { agent, .. } => {
                task.state = TaskState::Assigned { agent: agent.clone() };
            }
            SessionEvent::TaskTransferred { from, target, requirements, reason, note, .. } => {
                task.queue = TransferTarget::queue(target).clone();
                task.requirements.clone_from(requirements);
                task.state = TaskState::Pending;
                self.handover = Some(Handover { from: from.clone(), reason: *reason, note: note.clone() });
            }
            SessionEvent::TaskReprioritised { priority, .. } => task.priority = *priority,
            SessionEvent::TaskWrapping { agent, .. } => {
                task.state = TaskState::Wrapping { agent: agent.clone(), since: at };
            }
            SessionEvent::TaskCompleted { .. } | SessionEvent::TaskCanceled { .. } => self.task = None,
            _ => {}
        }
    }

    fn posted(&mut self, message: &crate::event::Message) {
        self.last_message = self.sequence;
        if message.author == Author::Customer {
            self.last_customer_message = self.sequence;
            self.unread = self.unread.saturating_add(1);
        }
        let visible = message.visible.map_or(message.text.len(), |bytes| bytes as usize);
        self.last_text = preview(message.text.get(..visible).unwrap_or(&message.text));
    }

    fn be_on(&mut self, channel: Channel) {
        self.channel = Some(channel);
        if !self.channels.contains(&channel) {
            self.channels.push(channel);
        }
    }

    fn learn_identity(&mut self, identity: &Identity, verification: Verification) {
        let known = self.identities.entry(identity.clone()).or_insert(verification);
        *known = (*known).max(verification);
    }

    fn erase(&mut self) {
        self.status = Status::Erased;
        self.facts.clear();
        self.last_text.clear();
        self.handover = None;
        self.task = None;
        for leg in self.legs.values_mut() {
            leg.attached = false;
            leg.origin = None;
        }
    }
}

fn preview(text: &str) -> String {
    let end = (0..=PREVIEW.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}
