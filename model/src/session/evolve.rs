//! Folding: what each event of the log changes in the state.

use smol_str::SmolStr;

use crate::channel::Channel;
use crate::event::{Author, Message, Reader, Recorded, Role, SessionEvent};
use crate::id::LegId;
use crate::identity::{Identity, Verification};
use crate::task::{LiveOffer, ReservationEnd, TaskState, TransferTarget};
use crate::time::Timestamp;

use super::MAX_ENTRIES;
use super::state::{Handover, Leg, State, Status, Task, Wanted};

/// How many deduplication keys are remembered; the log itself refuses older ones.
const REMEMBERED_KEYS: usize = 64;
/// How many unread messages' places are remembered: what a mark before the oldest of them leaves unread
/// is not counted anew.
const REMEMBERED_UNREAD: usize = 64;
/// Bytes of the last message's text that lists show.
const PREVIEW: usize = 140;

impl State {
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
                self.forget_a_leg(*leg);
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
                self.count_unread();
            }
            SessionEvent::IntentDetected { intent, confidence } => {
                self.intent = Some((intent.clone(), *confidence));
            }
            SessionEvent::LanguageDetected { language } => self.language = Some(language.clone()),
            SessionEvent::FactCollected { name, value, .. } => {
                self.facts.insert(name.clone(), value.clone());
            }
            SessionEvent::TranscriptRequested { .. } => {
                self.transcripts = self.transcripts.saturating_add(1);
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
            | SessionEvent::DeliveryRecorded { .. } => {}
            task_event => self.apply_task(task_event, at),
        }
    }

    fn apply_task(&mut self, event: &SessionEvent, at: Timestamp) {
        if let SessionEvent::TaskCreated {
            task,
            queue,
            channel,
            requirements,
            priority,
            waiting_since,
            preferred_agent,
        } = event
        {
            self.task = Some(Task {
                id: *task,
                queue: queue.clone(),
                channel: *channel,
                requirements: requirements.clone(),
                priority: *priority,
                waiting_since: *waiting_since,
                wanted: preferred_agent.clone().map_or(Wanted::Anybody, Wanted::First),
                calls: None,
                state: TaskState::Pending,
                is_held: false,
            });
            return;
        }
        let Some(task) = &mut self.task else { return };
        match event {
            SessionEvent::TaskHeld { .. } => task.is_held = true,
            SessionEvent::TaskResumed { .. } => task.is_held = false,
            SessionEvent::TaskReserved { reservation, agent, expires_at, .. } => {
                let (reservation, agent, expires_at) = (*reservation, agent.clone(), *expires_at);
                let state = std::mem::replace(&mut task.state, TaskState::Pending);
                task.state = state.offered(LiveOffer { reservation, agent, expires_at });
            }
            SessionEvent::ReservationEnded { reservation, agent, outcome, .. } => {
                let state = std::mem::replace(&mut task.state, TaskState::Pending);
                task.state = state.without(*reservation);
                // Who was asked and did not take it is not waited for.
                let declined = matches!(outcome, ReservationEnd::Rejected | ReservationEnd::TimedOut);
                if declined && task.wanted.agent() == Some(agent) {
                    task.wanted = Wanted::Anybody;
                }
            }
            SessionEvent::TaskAssigned { agent, .. } => {
                task.is_held = false;
                task.state = TaskState::Assigned { agent: agent.clone() };
            }
            SessionEvent::TaskTransferred { from, target, requirements, reason, note, .. } => {
                task.queue = target.queue().clone();
                task.wanted = match target {
                    TransferTarget::Queue { .. } => Wanted::Anybody,
                    TransferTarget::Agent { agent, .. } => Wanted::Only(agent.clone()),
                };
                task.requirements.clone_from(requirements);
                task.is_held = false;
                task.state = TaskState::Pending;
                self.handover = Some(Handover { from: from.clone(), reason: *reason, note: note.clone() });
            }
            SessionEvent::TaskReprioritised { priority, .. } => task.priority = *priority,
            SessionEvent::TaskAged { waiting_since, .. } => task.waiting_since = *waiting_since,
            SessionEvent::CallbackOffered { .. }
            | SessionEvent::CallbackChosen { .. }
            | SessionEvent::CallbackDeclined { .. }
            | SessionEvent::CallFailed { .. } => task.apply_call(event),
            SessionEvent::TaskWrapping { agent, .. } => {
                self.wrapped_at = self.sequence;
                task.is_held = false;
                task.state = TaskState::Wrapping { agent: agent.clone(), since: at };
            }
            SessionEvent::TaskCompleted { .. } | SessionEvent::TaskCanceled { .. } => self.task = None,
            _ => {}
        }
    }

    fn posted(&mut self, message: &Message) {
        // Nobody has to have seen an acknowledgement, and it says nothing of the session.
        if message.author == Author::System && message.automatic {
            return;
        }
        self.last_message = self.sequence;
        if message.author == Author::Customer {
            if message.inbox.is_some() {
                self.inbox.clone_from(&message.inbox);
            }
            self.last_customer_message = self.sequence;
            self.unread = self.unread.saturating_add(1);
            if self.unread_at.len() == REMEMBERED_UNREAD {
                self.unread_at.pop_front();
            }
            self.unread_at.push_back(self.sequence);
        }
        let visible = message.visible.map_or(message.text.len(), |bytes| bytes as usize);
        self.last_text = preview(message.text.get(..visible).unwrap_or(&message.text));
    }

    /// After `read_by_agent` has moved on.
    fn count_unread(&mut self) {
        let before = self.unread_at.len();
        self.unread_at.retain(|sequence| *sequence > self.read_by_agent);
        let left = self.unread_at.len();
        if left < before || left == 0 {
            self.unread = u32::try_from(left).unwrap_or(u32::MAX);
        }
    }

    /// Makes room for one more leg, once there are many: the oldest that is detached is forgotten.
    fn forget_a_leg(&mut self, coming: LegId) {
        if self.legs.len() < MAX_ENTRIES || self.legs.contains_key(&coming) {
            return;
        }
        let oldest = self.legs.iter().find(|(_, leg)| !leg.attached).map(|(id, _)| *id);
        oldest.and_then(|id| self.legs.remove(&id));
    }

    fn be_on(&mut self, channel: Channel) {
        self.channel = Some(channel);
        if !self.channels.contains(&channel) {
            self.channels.push(channel);
        }
    }

    fn learn_identity(&mut self, identity: &Identity, verification: Verification) {
        match self.identities.get_mut(identity) {
            Some(known) => *known = (*known).max(verification),
            None => drop(self.identities.insert(identity.clone(), verification)),
        }
    }

    fn erase(&mut self) {
        self.status = Status::Erased;
        self.facts.clear();
        self.last_text = SmolStr::default();
        self.handover = None;
        self.task = None;
        self.legs.clear();
        self.identities.clear();
        self.supervisors.clear();
    }
}

fn preview(text: &str) -> SmolStr {
    let end = (0..=PREVIEW.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    SmolStr::new(&text[..end])
}
