//! What a customer is told whose queue has no time or no room for them.

use model::event::{Author, Message};
use model::session::{Command, State};
use model::task::CancelReason;
use model::{Channel, MessageId, QueueId, SessionId, TaskId};
use routing::OverflowReason;

use super::Engine;
use crate::configuration::Organisation;
use crate::configuration::organisation::{End, Way};

/// Mixed into a task's id: told once, however often it is decided.
const FAREWELL: u128 = 0x6661_7265_7765_6c6c;

impl Engine {
    /// The commands by which a task ends with the organisation's words on the customer's channel.
    pub(super) async fn turning_away(
        &self,
        session: SessionId,
        task: TaskId,
        queue: &QueueId,
        reason: OverflowReason,
    ) -> Vec<Command> {
        let cancel = Command::CancelTask { task, reason: CancelReason::TurnedAway };
        let Ok(state) = self.sessions().state(session).await else { return vec![cancel] };
        let organisation = self.foundation.organisation();
        let way = way(&organisation, queue, reason, End::Message);
        let text = way.and_then(|way| words(&organisation, &state, way));
        let told = text.and_then(|text| message(task, &state, text));
        told.map(|message| Command::Post { message, seen: None }).into_iter().chain([cancel]).collect()
    }
}

/// The way out that a task took: the queue may have one of its own for when it is full.
pub(super) fn way<'o>(
    organisation: &'o Organisation,
    queue: &QueueId,
    reason: OverflowReason,
    end: End,
) -> Option<&'o Way> {
    let queue = organisation.queue(queue)?;
    let own = queue.when_full.as_ref().filter(|_| reason == OverflowReason::Full);
    own.or(queue.overflow.as_ref())?.way_to(end)
}

/// The words of a way out, in the customer's language if they are written in it.
pub(super) fn words(organisation: &Organisation, state: &State, way: &Way) -> Option<String> {
    let site = organisation.site(state.site.as_ref()?)?;
    site.wording(&way.text, state.language.as_ref()).map(str::to_owned)
}

fn message(task: TaskId, state: &State, text: String) -> Option<Message> {
    let channel = state.channel?;
    let leg = state.leg_on(channel);
    let subject = || state.legs.get(&leg?)?.origin.as_ref().map(|theirs| format!("Auto: {theirs}"));
    Some(Message {
        id: MessageId(
            uuid::Builder::from_custom_bytes((task.0.as_u128() ^ FAREWELL).to_be_bytes()).into_uuid(),
        ),
        author: Author::System,
        channel,
        leg,
        text,
        visible: None,
        subject: if channel == Channel::Email { subject() } else { None },
        attachments: Vec::new(),
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: true,
    })
}
