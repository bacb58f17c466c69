//! What lists and offers show of a session, from its state.

use model::session::{State, Status};
use model::{Channel, Identity, SessionId};

use crate::console::wire::{
    CallBack, FactView, KnownIdentity, LegView, PastSession, SessionCard, SessionContext, TaskView,
};

/// A fact of this name is the customer's own name.
const NAME_FACT: &str = "name";

pub fn card(session: SessionId, state: &State) -> Option<SessionCard> {
    let channel = state.channel?;
    Some(SessionCard {
        session,
        customer: state.customer?,
        customer_name: customer_name(state).into(),
        site: state.site.clone()?,
        channels: state.channels.clone(),
        channel,
        present: state.is_present(channel),
        language: state.language.clone(),
        intent: state.intent.as_ref().map(|(intent, _)| intent.clone()),
        opened_at: state.opened_at,
        last_at: state.last_at,
        last_text: state.last_text.clone(),
        last_sequence: state.sequence,
        unread: state.unread,
        closed: state.status != Status::Open || state.absorbed_into.is_some(),
        task: state.task.as_ref().map(|task| TaskView {
            task: task.id,
            queue: task.queue.clone(),
            priority: task.priority,
            waiting_since: task.waiting_since,
            call_back: task.callback().map(|(number, callback)| CallBack {
                number: number.into(),
                attempts_left: callback.attempts,
            }),
            state: task.state.clone(),
            is_held: task.is_held,
        }),
    })
}

/// What to call the customer: a name they gave, an address, or a short form of the visitor's id.
pub fn customer_name(state: &State) -> String {
    let told = state.facts.iter().find(|(name, _)| name.as_str() == NAME_FACT).map(|(_, name)| name.clone());
    told.or_else(|| state.email().map(|email| email.value().to_owned())).unwrap_or_else(|| {
        let known = state.identities.keys().find(|identity| !matches!(identity, Identity::Visitor(_)));
        match known.or(state.identities.keys().next()) {
            Some(Identity::Visitor(id)) => format!("Visitor {}", id.chars().take(4).collect::<String>()),
            Some(identity) => identity.value().to_owned(),
            None => "Visitor".to_owned(),
        }
    })
}

pub fn context(state: &State, history: Vec<PastSession>) -> SessionContext {
    let identities = state.identities.iter();
    let legs = state.legs.iter();
    SessionContext {
        identities: identities
            .map(|(identity, verification)| KnownIdentity {
                identity: identity.clone(),
                verification: *verification,
            })
            .collect(),
        facts: state
            .facts
            .iter()
            .map(|(name, value)| FactView { name: name.clone(), value: value.clone() })
            .collect(),
        intent: state.intent.as_ref().map(|(intent, _)| intent.clone()),
        intent_confidence: state.intent.as_ref().map(|(_, confidence)| *confidence),
        language: state.language.clone(),
        legs: legs
            .map(|(leg, attached)| LegView {
                leg: *leg,
                channel: attached.channel,
                attached: attached.attached,
                origin: attached.origin.as_ref().map(ToString::to_string),
            })
            .collect(),
        handover_note: state.handover.as_ref().and_then(|handover| handover.note.clone()),
        handover_reason: state.handover.as_ref().map(|handover| reason_name(handover.reason)),
        supervisors: state.supervisors.keys().cloned().collect(),
        history,
    }
}

fn reason_name(reason: model::task::TransferReason) -> String {
    use model::task::TransferReason;
    match reason {
        TransferReason::Agent => "an agent passed it on",
        TransferReason::CustomerRequest => "the customer asked for a person",
        TransferReason::LowConfidence => "the virtual agent was unsure",
        TransferReason::TimeLimit => "the virtual agent took too long",
        TransferReason::Failure => "the virtual agent failed",
        TransferReason::Supervisor => "a supervisor moved it",
        TransferReason::Overflow => "its queue could not serve it in time",
        TransferReason::AgentOffline => "its agent went offline",
    }
    .to_owned()
}

/// Where an answer goes: the channel of the conversation, or mail once the customer has left a chat.
pub fn answer_channel(state: &State) -> Option<Channel> {
    let channel = state.channel?;
    let left = channel == Channel::Chat && !state.is_present(Channel::Chat);
    if left && state.email().is_some() { Some(Channel::Email) } else { Some(channel) }
}
