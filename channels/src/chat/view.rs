//! What a customer sees of a session's events.
//!
//! Notes, whispers, routing, monitoring, facts and intents stay inside: [`item`] lists every kind of
//! event without a wildcard, so that a new kind is shown only when somebody decides so here.
//! Files are given by links, which whoever sends the item signs.

use model::event::{Attachment, Author, CloseReason, Intervention, Message, Reader};
use model::session::{State, Status};
use model::task::TaskState;
use model::{AgentId, Recorded, SessionEvent};

use super::wire::{ChatAttachment, ChatContent, ChatItem, Sender, Standing};

/// How an agent appears to customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFace {
    pub name: String,
    /// A virtual agent: customers are told that they speak with a machine.
    pub automated: bool,
}

/// Knows how agents appear to customers.
pub trait Faces {
    /// Also for an agent that is no longer known: a neutral name, never the id.
    fn face(&self, agent: &AgentId) -> AgentFace;
}

/// Makes the links by which customers fetch files.
pub trait Links {
    /// A path with its proof, such as `/chat/files/…?key=…`.
    fn link(&self, attachment: &Attachment) -> String;
}

/// What the customer sees of one event; none: nothing of it.
pub fn item(recorded: &Recorded<SessionEvent>, faces: &(impl Faces + Links + ?Sized)) -> Option<ChatItem> {
    let content = content(&recorded.event, faces)?;
    Some(ChatItem { at: recorded.at, sequence: recorded.sequence, content })
}

/// Who has the chat now. `Nobody` also when a session is open and the last agent has done their
/// part: the customer's next message asks for somebody again.
pub fn standing(state: &State, faces: &(impl Faces + ?Sized)) -> Standing {
    match state.status {
        Status::New => Standing::Nobody,
        Status::Closed | Status::Erased => Standing::Closed { rated: state.rated.is_some() },
        Status::Open => open_standing(state, faces),
    }
}

fn open_standing(state: &State, faces: &(impl Faces + ?Sized)) -> Standing {
    let task = state.task.as_ref().map(|task| &task.state);
    if let Some(TaskState::Assigned { agent }) = task {
        return with(faces.face(agent));
    }
    let joined = state.supervisors.iter().find(|(_, intervention)| **intervention == Intervention::Barge);
    if let Some((supervisor, _)) = joined {
        return with(faces.face(supervisor));
    }
    match task {
        Some(TaskState::Pending | TaskState::Reserved { .. }) => Standing::Waiting,
        _ => Standing::Nobody,
    }
}

fn with(face: AgentFace) -> Standing {
    Standing::Agent { name: face.name, automated: face.automated }
}

fn content(event: &SessionEvent, faces: &(impl Faces + Links + ?Sized)) -> Option<ChatContent> {
    let content = match event {
        SessionEvent::MessagePosted { message } => shown(message, faces),
        SessionEvent::AgentJoined { agent, .. } => {
            let AgentFace { name, automated } = faces.face(agent);
            ChatContent::Joined { name, automated }
        }
        SessionEvent::AgentLeft { agent, .. } => ChatContent::Left { name: faces.face(agent).name },
        SessionEvent::TaskCreated { .. } | SessionEvent::TaskTransferred { .. } => ChatContent::Waiting,
        SessionEvent::ReadMarked { reader: Reader::Agent, through } => {
            ChatContent::Read { through: *through }
        }
        SessionEvent::ChannelSwitched { to, .. } => ChatContent::ChannelSwitched { to: *to },
        SessionEvent::CallbackOffered { text, until, .. } => {
            ChatContent::CallbackOffered { text: text.clone(), until: *until }
        }
        SessionEvent::CallbackChosen { number, not_before, .. } => {
            ChatContent::CallbackChosen { number: number.to_string(), not_before: *not_before }
        }
        SessionEvent::CallbackDeclined { .. } => ChatContent::CallbackDeclined,
        SessionEvent::Rated { score, .. } => ChatContent::Rated { score: *score },
        // The customer goes on in the session that absorbed this one.
        SessionEvent::Closed { reason: CloseReason::Absorbed } => return None,
        SessionEvent::Closed { .. } => ChatContent::Closed,
        SessionEvent::Reopened => ChatContent::Reopened,
        SessionEvent::Erased { .. } => ChatContent::Erased,
        SessionEvent::Opened { .. }
        | SessionEvent::LegAttached { .. }
        | SessionEvent::LegDetached { .. }
        | SessionEvent::IdentityAttached { .. }
        | SessionEvent::NoteAdded { .. }
        | SessionEvent::ReadMarked { reader: Reader::Customer, .. }
        | SessionEvent::IntentDetected { .. }
        | SessionEvent::LanguageDetected { .. }
        | SessionEvent::FactCollected { .. }
        | SessionEvent::TaskReserved { .. }
        | SessionEvent::ReservationEnded { .. }
        | SessionEvent::TaskAssigned { .. }
        | SessionEvent::TaskReprioritised { .. }
        | SessionEvent::TaskAged { .. }
        | SessionEvent::CallFailed { .. }
        | SessionEvent::TaskHeld { .. }
        | SessionEvent::TaskResumed { .. }
        | SessionEvent::TaskWrapping { .. }
        | SessionEvent::TaskCompleted { .. }
        | SessionEvent::TaskCanceled { .. }
        | SessionEvent::InterventionStarted { .. }
        | SessionEvent::InterventionEnded { .. }
        | SessionEvent::Whispered { .. }
        | SessionEvent::TranscriptRequested { .. }
        | SessionEvent::DeliveryRecorded { .. }
        | SessionEvent::Absorbed { .. }
        | SessionEvent::AbsorbedInto { .. }
        | SessionEvent::Separated { .. } => return None,
    };
    Some(content)
}

/// The raw original and the quoted part of a mail are not shown: they repeat what was said.
fn shown(message: &Message, faces: &(impl Faces + Links + ?Sized)) -> ChatContent {
    let from = match &message.author {
        Author::Customer => Sender::Customer,
        Author::Agent { agent } => {
            let AgentFace { name, automated } = faces.face(agent);
            Sender::Agent { name, automated }
        }
        Author::System => Sender::System,
    };
    let visible = message.visible.and_then(|bytes| message.text.get(..usize::try_from(bytes).ok()?));
    ChatContent::Message {
        id: message.id,
        from,
        channel: message.channel,
        text: visible.unwrap_or(&message.text).to_owned(),
        attachments: message.attachments.iter().map(|attachment| linked(attachment, faces)).collect(),
        citations: message.citations.clone(),
    }
}

fn linked(attachment: &Attachment, links: &(impl Links + ?Sized)) -> ChatAttachment {
    ChatAttachment {
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        size: attachment.size,
        link: links.link(attachment),
    }
}
