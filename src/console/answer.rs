//! What a console's requests come to.

use model::event::{Author, Intervention, Message, PresenceCause, Reader};
use model::session::{Command, Refusal, State};
use model::task::{TransferReason, TransferTarget};
use model::{AgentId, Language, SessionId, TaskId, Timestamp};
use routing::Input;
use store::{SearchQuery, SearchScope};

use super::access::Access;
use super::connection::{Identity, Works};
use super::steering;
use super::wire::{Answer, Ask, ConsoleRefusal, ConsoleRole, PassageView, SearchHit};
use crate::actors::DeliverError;
use crate::engine::closings::ClosingError;
use crate::engine::handing::HandingError;
use crate::engine::merging::MergeError;
use crate::engine::{Engine, board, card, explain, reception};
use crate::replay::PastError;

/// Longest search, in bytes, and most hits.
const MAX_SEARCH: usize = 500;
const MOST_HITS: usize = 50;
const MOST_PASSAGES: usize = 5;
/// Bytes of a reason or a note with a transfer.
const MAX_REASON: usize = 4_000;

#[derive(Debug)]
pub struct Refused {
    pub code: ConsoleRefusal,
    pub message: String,
}

pub type Reply = Result<Answer, Refused>;

pub fn refuse(code: ConsoleRefusal, message: impl Into<String>) -> Refused {
    Refused { code, message: message.into() }
}

impl From<DeliverError> for Refused {
    fn from(error: DeliverError) -> Self {
        let code = match &error {
            DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone => ConsoleRefusal::Busy,
            DeliverError::NotFound => ConsoleRefusal::NotFound,
            DeliverError::Refused(refusal) => match refusal {
                Refusal::Behind { .. } => ConsoleRefusal::Behind,
                Refusal::NotYours(_) => ConsoleRefusal::Forbidden,
                Refusal::NotOpened => ConsoleRefusal::NotFound,
                Refusal::OfferOver(_) => ConsoleRefusal::TooLate,
                Refusal::TooLarge { .. } | Refusal::TooMany(_) => ConsoleRefusal::TooLarge,
                _ => ConsoleRefusal::NotNow,
            },
        };
        refuse(code, error.to_string())
    }
}

pub async fn answer(engine: &Engine, who: &Identity, ask: Ask) -> Reply {
    match ask {
        Ask::Hello { .. } => Err(refuse(ConsoleRefusal::OutOfOrder, "hello was said")),
        Ask::Ping => Ok(Answer::Nothing),
        Ask::SetPresence { presence } => {
            let chosen = engine.foundation.organisation();
            let known = chosen.presence(&presence).filter(|known| known.selectable);
            let known =
                known.ok_or_else(|| refuse(ConsoleRefusal::NotFound, "no such presence to choose"))?;
            set_presence(engine, &who.agent, &known.id, PresenceCause::Agent, None).await
        }
        Ask::Accept { reservation } => {
            feed(engine, Input::Accept { reservation, agent: who.agent.clone() }).await
        }
        Ask::Reject { reservation, reason } => {
            let organisation = engine.foundation.organisation();
            if reason.as_ref().is_some_and(|reason| organisation.reject_reason(reason).is_none()) {
                return Err(refuse(ConsoleRefusal::NotFound, "no such reason"));
            }
            feed(engine, Input::Reject { reservation, agent: who.agent.clone(), reason }).await
        }
        Ask::Post { session, message, text, uploads, seen } => {
            let state = read(engine, who, session).await?;
            let message = message_of(engine, who, &state, message, text, &uploads)?;
            deliver(engine, session, Command::Post { message, seen: Some(seen) }).await
        }
        Ask::Note { session, note, text } => {
            read(engine, who, session).await?;
            deliver(engine, session, Command::AddNote { note, author: who.agent.clone(), text }).await
        }
        Ask::Typing { session } => {
            read(engine, who, session).await?;
            if let Some(handle) = engine.sessions().live(session) {
                handle.typing(who.name.as_str().into(), false);
            }
            Ok(Answer::Nothing)
        }
        Ask::Read { session, through } => {
            let state = read(engine, who, session).await?;
            if state.handler() != Some(&who.agent) {
                return Ok(Answer::Nothing);
            }
            deliver(engine, session, Command::MarkRead { reader: Reader::Agent, through }).await
        }
        Ask::SetFact { session, name, value } => {
            read(engine, who, session).await?;
            let source = Author::Agent { agent: who.agent.clone() };
            deliver(engine, session, Command::CollectFact { name, value, source }).await
        }
        Ask::SwitchChannel { session, to } => {
            let state = read(engine, who, session).await?;
            own(&state, who)?;
            let by = Author::Agent { agent: who.agent.clone() };
            deliver(engine, session, Command::SwitchChannel { to, by }).await
        }
        Ask::Transfer { session, task, target, note } => {
            transfer(engine, who, session, task, target, note).await
        }
        Ask::WrapUp { session, task } => {
            deliver(engine, session, Command::WrapUp { task, agent: who.agent.clone() }).await
        }
        Ask::Complete { session, task, disposition, summary, close } => {
            let agent = who.agent.clone();
            let mut commands = vec![Command::Complete { task, agent, disposition, summary }];
            if close {
                commands.push(Command::Close { reason: model::event::CloseReason::Agent });
            }
            deliver_all(engine, session, commands).await
        }
        Ask::CallFailed { session, task } => {
            deliver(engine, session, Command::FailCall { task, agent: who.agent.clone() }).await
        }
        Ask::Merge { session, other } => merge(engine, who, session, other).await,
        Ask::Separate { session, other } => {
            own(&*read(engine, who, session).await?, who)?;
            engine.separate(session, other).await.map(|()| Answer::Nothing).map_err(unmerged)
        }
        Ask::History { customer } => {
            let theirs = engine.directory.held_by(&who.agent);
            let serves =
                who.role >= ConsoleRole::Supervisor || theirs.iter().any(|card| card.customer == customer);
            if !serves {
                return Err(refuse(ConsoleRefusal::Forbidden, "not your customer now"));
            }
            let summaries = engine.foundation.store.sessions_of_customer(customer, 50).await;
            let summaries = summaries.map_err(|error| refuse(ConsoleRefusal::Busy, error.to_string()))?;
            Ok(Answer::History { sessions: summaries.iter().map(board::past_session).collect() })
        }
        Ask::Search { text } => search(engine, who, text).await,
        Ask::Knowledge { text, language } => knowledge(engine, text, language).await,
        Ask::Explain { task, at } => explanation(engine, task, at).await,
        Ask::Pickable => Ok(Answer::Pickable { tasks: engine.pickable(&who.agent).await }),
        Ask::Pick { task } => handed(engine.pick(task, who.agent.clone()).await),
        supervising => {
            let act = steering::act(who, &supervising);
            let reply = supervise(engine, who, supervising).await;
            if reply.is_ok() {
                steering::record(engine, act).await?;
            }
            reply
        }
    }
}

/// Who has one of the sessions and may read the other says that they are one customer's.
async fn merge(engine: &Engine, who: &Identity, session: SessionId, other: SessionId) -> Reply {
    let (one, two) = (read(engine, who, session).await?, read(engine, who, other).await?);
    own(&one, who).or(own(&two, who))?;
    engine.merge(session, other).await.map(|session| Answer::Merged { session }).map_err(unmerged)
}

fn unmerged(error: MergeError) -> Refused {
    match error {
        MergeError::Deliver(error) => error.into(),
        error => refuse(ConsoleRefusal::NotNow, error.to_string()),
    }
}

async fn supervise(engine: &Engine, who: &Identity, ask: Ask) -> Reply {
    if who.role < ConsoleRole::Supervisor {
        return Err(refuse(ConsoleRefusal::Forbidden, "supervisors only"));
    }
    let supervisor = who.agent.clone();
    match ask {
        Ask::PastHour => Ok(Answer::PastHour { readings: engine.trail.hour(engine.foundation.now()) }),
        Ask::Monitor { session } => {
            let intervention = Intervention::Monitor;
            deliver(engine, session, Command::Intervene { supervisor, intervention }).await
        }
        Ask::Barge { session } => {
            let intervention = Intervention::Barge;
            deliver(engine, session, Command::Intervene { supervisor, intervention }).await
        }
        Ask::TakeOver { session } => {
            let intervention = Intervention::TakeOver;
            deliver(engine, session, Command::Intervene { supervisor, intervention }).await
        }
        Ask::StepOut { session } => deliver(engine, session, Command::StepOut { supervisor }).await,
        Ask::Whisper { session, message, text } => {
            deliver(engine, session, Command::Whisper { message, supervisor, text }).await
        }
        Ask::MoveTask { session, task, target } => {
            let requirements = requirements_for(engine, session, &target).await;
            let reason = TransferReason::Supervisor;
            let command = Command::Transfer { task, by: None, target, requirements, reason, note: None };
            deliver(engine, session, command).await
        }
        Ask::Prioritise { session, task, priority } => {
            deliver(engine, session, Command::Reprioritise { task, priority, by: supervisor }).await
        }
        Ask::Age { session, task, waiting_since } => {
            deliver(engine, session, Command::Age { task, waiting_since, by: supervisor }).await
        }
        Ask::CloseQueue { queue, reason, until } => {
            let closed = engine.close_queue(queue, reason, until, supervisor.as_str()).await;
            closed.map(|()| Answer::Nothing).map_err(not_closed)
        }
        Ask::ReopenQueue { queue } => {
            let opened = engine.reopen_queue(queue, supervisor.as_str()).await;
            opened.map(|()| Answer::Nothing).map_err(not_closed)
        }
        Ask::Assign { task, agent, capacity } => {
            handed(engine.assign(task, agent, capacity, supervisor).await)
        }
        Ask::SetPresenceOf { agent, presence } => {
            if engine.foundation.organisation().presence(&presence).is_none() {
                return Err(refuse(ConsoleRefusal::NotFound, "no such presence"));
            }
            set_presence(engine, &agent, &presence, PresenceCause::Supervisor, Some(supervisor)).await
        }
        _ => Err(refuse(ConsoleRefusal::NotNow, "not here")),
    }
}

fn not_closed(error: ClosingError) -> Refused {
    let refusal = match error {
        ClosingError::UnknownQueue(_) => ConsoleRefusal::NotFound,
        ClosingError::Version(_) => ConsoleRefusal::Busy,
        _ => ConsoleRefusal::NotNow,
    };
    refuse(refusal, error.to_string())
}

fn handed(result: Result<(), HandingError>) -> Reply {
    let code = match &result {
        Ok(()) => return Ok(Answer::Nothing),
        Err(HandingError::Unknown(_)) => ConsoleRefusal::NotFound,
        Err(HandingError::Taken(_)) => ConsoleRefusal::TooLate,
        Err(HandingError::NotNow(_)) => ConsoleRefusal::NotNow,
        Err(HandingError::Gone(_)) => ConsoleRefusal::GoingAway,
    };
    Err(refuse(code, result.err().map(|error| error.to_string()).unwrap_or_default()))
}

async fn read(engine: &Engine, who: &Identity, session: SessionId) -> Result<std::sync::Arc<State>, Refused> {
    if !Access::at_console(who).may_read(engine, session).await {
        return Err(refuse(ConsoleRefusal::NotFound, "not yours"));
    }
    Ok(engine.sessions().state(session).await?)
}

fn own(state: &State, who: &Identity) -> Result<(), Refused> {
    if state.handler() == Some(&who.agent) || who.role >= ConsoleRole::Supervisor {
        return Ok(());
    }
    Err(refuse(ConsoleRefusal::Forbidden, "somebody else has it"))
}

fn message_of(
    engine: &Engine,
    who: &Identity,
    state: &State,
    id: model::MessageId,
    text: String,
    uploads: &[String],
) -> Result<Message, Refused> {
    let channel = card::answer_channel(state)
        .ok_or_else(|| refuse(ConsoleRefusal::NotNow, "the customer is on no channel"))?;
    let attachments = uploads.iter().map(|upload| engine.auth.uploads.verify(upload));
    let attachments: Option<Vec<_>> = attachments.collect();
    Ok(Message {
        id,
        author: Author::Agent { agent: who.agent.clone() },
        channel,
        leg: state.leg_on(channel),
        text,
        visible: None,
        subject: None,
        attachments: attachments.ok_or_else(|| refuse(ConsoleRefusal::NotFound, "upload it again"))?,
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: false,
    })
}

async fn transfer(
    engine: &Engine,
    who: &Identity,
    session: SessionId,
    task: TaskId,
    target: TransferTarget,
    note: Option<String>,
) -> Reply {
    if note.as_ref().is_some_and(|note| note.len() > MAX_REASON) {
        return Err(refuse(ConsoleRefusal::TooLarge, "the note is too long"));
    }
    let organisation = engine.foundation.organisation();
    if organisation.queue(target.queue()).is_none() {
        return Err(refuse(ConsoleRefusal::NotFound, "no such queue"));
    }
    let requirements = requirements_for(engine, session, &target).await;
    let (by, reason) = (Some(who.agent.clone()), TransferReason::Agent);
    let note = note.filter(|note| !note.trim().is_empty());
    deliver(engine, session, Command::Transfer { task, by, target, requirements, reason, note }).await
}

/// A queue of virtual agents asks nothing; a queue of people what the session's intent does, if it
/// is that intent's queue.
pub async fn requirements_for(
    engine: &Engine,
    session: SessionId,
    target: &TransferTarget,
) -> Option<model::task::Requirements> {
    let organisation = engine.foundation.organisation();
    if reception::serves_only_virtually(&organisation, target.queue()) {
        return Some(model::task::Requirements::NONE);
    }
    let state = engine.sessions().state(session).await.ok()?;
    let site = organisation.site(state.site.as_ref()?)?;
    let (queue, requirements) = reception::people_for(&organisation, site, &state);
    if queue == *target.queue() {
        return Some(requirements);
    }
    Some(model::task::Requirements::new([], requirements.language))
}

async fn set_presence(
    engine: &Engine,
    agent: &AgentId,
    presence: &model::PresenceName,
    cause: PresenceCause,
    by: Option<AgentId>,
) -> Reply {
    let handle = engine.agent(agent).ok_or_else(|| refuse(ConsoleRefusal::NotFound, "no such agent"))?;
    match handle.set_presence(presence.clone(), cause, by).await {
        Ok(()) => Ok(Answer::Nothing),
        Err(error) => Err(refuse(ConsoleRefusal::Busy, error.to_string())),
    }
}

async fn feed(engine: &Engine, input: Input) -> Reply {
    match engine.router().feed(input).await {
        Ok(None | Some(routing::Refusal::AlreadyAccepted { .. })) => Ok(Answer::Nothing),
        Ok(Some(refusal)) => Err(refuse(ConsoleRefusal::TooLate, refusal.to_string())),
        Err(_) => Err(refuse(ConsoleRefusal::GoingAway, "the server stops")),
    }
}

async fn deliver(engine: &Engine, session: SessionId, command: Command) -> Reply {
    deliver_all(engine, session, vec![command]).await
}

async fn deliver_all(engine: &Engine, session: SessionId, commands: Vec<Command>) -> Reply {
    match engine.deliver(session, commands).await {
        Ok(delivered) => Ok(Answer::Recorded { sequence: delivered.sequence }),
        Err(DeliverError::Refused(Refusal::NothingChanges)) => Ok(Answer::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Passages of articles, as virtual agents find them.
async fn knowledge(engine: &Engine, text: String, language: Option<Language>) -> Reply {
    if text.len() > MAX_SEARCH {
        return Err(refuse(ConsoleRefusal::TooLarge, "the question is too long"));
    }
    let organisation = engine.foundation.organisation();
    let first = || organisation.sites.first()?.languages.first().cloned();
    let (Some(library), Some(language)) = (engine.knowledge.load_full(), language.or_else(first)) else {
        return Ok(Answer::Passages { passages: Vec::new() });
    };
    let found = tokio::task::spawn_blocking(move || library.search(&text, &language)).await;
    let found = found.map_err(|_| refuse(ConsoleRefusal::Busy, "the articles cannot be searched now"))?;
    let passages = found.into_iter().take(MOST_PASSAGES).map(|passage| PassageView {
        title: passage.citation.title,
        heading: passage.heading,
        text: passage.text,
        confidence: passage.confidence,
    });
    Ok(Answer::Passages { passages: passages.collect() })
}

async fn explanation(engine: &Engine, task: TaskId, at: Option<Timestamp>) -> Reply {
    let explained = engine.explain(task, at).await.map_err(|error| match error {
        PastError::TooFar { .. } | PastError::Cut { .. } => {
            refuse(ConsoleRefusal::NotFound, error.to_string())
        }
        PastError::Busy | PastError::Store(_) => refuse(ConsoleRefusal::Busy, error.to_string()),
    })?;
    let missing = if at.is_some() { "the task was not here then" } else { "the task is over" };
    let (explanation, at) = explained.ok_or_else(|| refuse(ConsoleRefusal::NotFound, missing))?;
    Ok(Answer::Explanation(Box::new(explain::view(&explanation, at))))
}

async fn search(engine: &Engine, who: &Identity, text: String) -> Reply {
    if text.len() > MAX_SEARCH {
        return Err(refuse(ConsoleRefusal::TooLarge, "the search is too long"));
    }
    if who.works == Works::SupervisesOnly && who.role < ConsoleRole::Supervisor {
        return Err(refuse(ConsoleRefusal::Forbidden, "not in this role"));
    }
    let query = SearchQuery { text, scope: SearchScope::MessagesAndNotes, limit: MOST_HITS, before: None };
    let hits = engine.foundation.store.search(query).await;
    let hits = hits.map_err(|error| refuse(ConsoleRefusal::Busy, error.to_string()))?;
    let mut readable = Vec::new();
    for hit in hits {
        if Access::at_console(who).may_read(engine, hit.session).await {
            let (session, sequence, at) = (hit.session, hit.sequence, hit.at);
            readable.push(SearchHit { session, sequence, at, snippet: hit.snippet });
        }
    }
    Ok(Answer::Hits { hits: readable })
}
