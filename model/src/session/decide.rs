//! From a command to the events that follow, or the reason why none do.

use crate::event::SessionEvent;
use crate::time::Timestamp;

use super::{Command, Refusal, State, Status};

/// What `command` makes happen now. The events follow each other in the log without anything
/// between; none of them has happened until they are appended and folded in.
pub fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
    if let Command::Contact(contact) = command {
        return state.contact(contact);
    }
    match state.status {
        Status::New => return Err(Refusal::NotOpened),
        Status::Erased => return Err(Refusal::Erased),
        Status::Open | Status::Closed => {}
    }
    match command {
        Command::Separate { other } => return state.separate(other),
        Command::RecordDelivery { message, delivery } => {
            return Ok(vec![SessionEvent::DeliveryRecorded { message, delivery }]);
        }
        Command::Erase { by } => return Ok(state.erasing(by)),
        Command::Rate { score, comment } => return state.rate(score, comment),
        Command::RequestTranscript { to } => return state.request_transcript(to),
        Command::AddNote { note, author, text } => return state.note(note, author, text),
        _ => {}
    }
    if let Some(other) = state.absorbed_into {
        return Err(Refusal::Absorbed(other));
    }
    if state.status == Status::Closed {
        return decide_closed(state, command);
    }
    decide_open(state, command, now)
}

/// What is left to do once the contact is over: to end its after-work.
fn decide_closed(state: &State, command: Command) -> Result<Vec<SessionEvent>, Refusal> {
    match command {
        Command::Complete { task, agent, disposition, summary } if state.task.is_some() => {
            state.complete(task, agent, disposition, summary)
        }
        Command::CancelTask { task, reason } if state.task.is_some() => state.cancel(task, reason),
        Command::Close { .. } => Err(Refusal::NothingChanges),
        _ => Err(Refusal::Closed),
    }
}

fn decide_open(state: &State, command: Command, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
    match command {
        Command::Detach { leg, reason } => state.detach(leg, reason),
        Command::AttachIdentity { identity, verification } => state.attach_identity(identity, verification),
        Command::SwitchChannel { to, by } => state.switch_channel(to, by),
        Command::Post { message, seen } => state.post(message, seen),
        Command::MarkRead { reader, through } => state.mark_read(reader, through),
        Command::DetectIntent { intent, confidence } => state.detect_intent(intent, confidence),
        Command::DetectLanguage { language } => state.detect_language(language),
        Command::CollectFact { name, value, source } => state.collect_fact(name, value, source),
        Command::CreateTask(task) => state.create_task(task, now),
        Command::Reserve { task, reservation, agent, expires_at } => {
            state.reserve(task, reservation, agent, expires_at)
        }
        Command::EndReservation { task, reservation, outcome, reason } => {
            state.end_reservation(task, reservation, outcome, reason)
        }
        Command::Assign { task, reservation, agent, by } => state.assign(task, reservation, agent, by),
        Command::Transfer { task, by, target, requirements, reason, note } => {
            state.transfer(task, by, target, requirements, reason, note)
        }
        Command::Reprioritise { task, priority, by } => state.reprioritise(task, priority, by),
        Command::Age { task, waiting_since, by } => state.age(task, waiting_since, by, now),
        Command::OfferCallback { task, until, text } => state.offer_callback(task, until, text),
        Command::ChooseCallback { task, number, callback, not_before, by } => {
            state.choose_callback(task, number, callback, not_before, by)
        }
        Command::DeclineCallback { task } => state.decline_callback(task),
        Command::FailCall { task, agent } => state.fail_call(task, agent, now),
        Command::Hold { task, agent } => state.hold(task, agent),
        Command::Resume { task, agent } => state.resume(task, agent),
        Command::WrapUp { task, agent } => state.wrap_up(task, agent),
        Command::Complete { task, agent, disposition, summary } => {
            state.complete(task, agent, disposition, summary)
        }
        Command::CancelTask { task, reason } => state.cancel(task, reason),
        Command::Intervene { supervisor, intervention } => state.intervene(supervisor, intervention),
        Command::StepOut { supervisor } => state.step_out(supervisor),
        Command::Whisper { message, supervisor, text } => state.whisper(message, supervisor, text),
        Command::Absorb { other, through } => state.absorb(other, through),
        Command::BeAbsorbed { into } => state.be_absorbed(into),
        Command::Close { reason } => Ok(state.closing(reason)),
        Command::Contact(_)
        | Command::Separate { .. }
        | Command::RecordDelivery { .. }
        | Command::Erase { .. }
        | Command::Rate { .. }
        | Command::RequestTranscript { .. }
        | Command::AddNote { .. } => unreachable!("decided before the session's status was asked"),
    }
}

/// Refuses a text that is empty or too large.
pub(super) fn check_text(what: &'static str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if text.len() > most { Err(Refusal::TooLarge { what, most }) } else { Ok(()) }
}
