//! `/v1/sessions`: what is open, one session with its log, and what a program may do to it.
//!
//! A program may all its scopes say; a person may read and change what their console lets them.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use model::event::CloseReason;
use model::session::{Command, State as SessionState};
use model::task::{TransferReason, TransferTarget};
use model::{AgentId, MessageId, QueueId, Sequence, SessionId, TaskId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body;
use super::body::{
    Assignment, KnownIdentity, LoggedEvent, Merged, NewNote, OpenSession, OtherSession, Session, Transfer,
};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::console::{self, Access};
use crate::engine::handing::HandingError;
use crate::engine::merging::MergeError;
use crate::engine::{Engine, card};
use crate::http::{ApiError, ErrorBody, require};

/// Sessions and events answered at most.
const MOST: usize = 500;
/// Bytes of a note with a transfer.
const MAX_NOTE: usize = 4_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only those whose task is in this queue.
    #[serde(default)]
    queue: Option<String>,
    /// Only those that this agent has, or is offered.
    #[serde(default)]
    agent: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Events after this number; 0 to begin.
    #[serde(default)]
    after: u64,
    /// At most 500.
    #[serde(default)]
    limit: Option<usize>,
}

/// Open sessions: those that wait first, the longest waiting at the top.
#[utoipa::path(
    get, path = "/sessions", tag = "sessions", params(Which),
    responses((status = 200, body = Vec<OpenSession>), (status = 403, body = ErrorBody))
)]
pub async fn list(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<OpenSession>>, ApiError> {
    require(&principal, Scope::SessionsRead)?;
    let cards = if Access::of(&principal).sees_everything() {
        engine.directory.cards(usize::MAX)
    } else {
        engine.directory.held_by(&principal.agent)
    };
    let sessions = cards.iter().map(|card| OpenSession::from(&**card));
    let wanted = sessions.filter(|session| {
        let task = session.task.as_ref();
        which.queue.as_ref().is_none_or(|queue| task.is_some_and(|task| task.queue == *queue))
            && which.agent.as_ref().is_none_or(|agent| task.is_some_and(|task| task.agents.contains(agent)))
    });
    Ok(Json(wanted.take(MOST).collect()))
}

/// One session, open or closed.
#[utoipa::path(
    get, path = "/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, format = Uuid)),
    responses((status = 200, body = Session), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn one(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
) -> Result<Json<Session>, ApiError> {
    let state = readable(&engine, &principal, Scope::SessionsRead, session).await?;
    let card = card::card(session, &state).ok_or_else(ApiError::not_found)?;
    let identities = state.identities.iter().map(|(identity, verification)| {
        let key = identity.to_string();
        let (kind, value) = key.split_once(':').unwrap_or_default();
        let verified = *verification == model::Verification::Verified;
        KnownIdentity { kind: kind.to_owned(), value: value.to_owned(), verified }
    });
    Ok(Json(Session {
        head: OpenSession::from(&card),
        closed: card.closed,
        sequence: state.sequence.0,
        identities: identities.collect(),
        facts: state.facts.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
        absorbed_into: state.absorbed_into.map(|into| into.to_string()),
    }))
}

/// The log of a session, oldest first.
#[utoipa::path(
    get, path = "/sessions/{session}/events", tag = "sessions",
    params(("session" = String, Path, format = Uuid), Page),
    responses((status = 200, body = Vec<LoggedEvent>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn events(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<LoggedEvent>>, ApiError> {
    readable(&engine, &principal, Scope::SessionsRead, session).await?;
    let limit = page.limit.unwrap_or(MOST).clamp(1, MOST);
    let loaded = engine.foundation.store.load_session(session, Sequence(page.after), limit).await?;
    let events = loaded.iter().map(|recorded| LoggedEvent {
        sequence: recorded.sequence.0,
        at: recorded.at.as_millis(),
        event: serde_json::to_value(&recorded.event).expect("an event has string keys"),
    });
    Ok(Json(events.collect()))
}

/// Adds an internal note.
#[utoipa::path(
    post, path = "/sessions/{session}/notes", tag = "sessions", request_body = NewNote,
    params(("session" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn note(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    given: Result<Json<NewNote>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let NewNote { id, text } = body(given)?;
    readable(&engine, &principal, Scope::SessionsWrite, session).await?;
    let command = Command::AddNote { note: MessageId(id), author: principal.agent, text };
    engine.deliver(session, vec![command]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands the session's task to a queue, or to one agent of it.
#[utoipa::path(
    post, path = "/sessions/{session}/transfer", tag = "sessions", request_body = Transfer,
    params(("session" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn transfer(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    given: Result<Json<Transfer>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let transfer = body(given)?;
    let state = changeable(&engine, &principal, session).await?;
    let note = transfer.note.clone().filter(|note| !note.trim().is_empty());
    if note.as_ref().is_some_and(|note| note.len() > MAX_NOTE) {
        return Err(ApiError::too_large(MAX_NOTE as u64));
    }
    let target = target(&engine, transfer)?;
    let task = open_task(&state)?;
    let requirements = console::requirements_for(&engine, session, &target).await;
    let reason = TransferReason::Supervisor;
    engine
        .deliver(session, vec![Command::Transfer { task, by: None, target, requirements, reason, note }])
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the session's task to an agent at once, whatever its queue asks; offers of it end. Supervisors
/// and programs only. Refused with one reason while somebody has it, or the agent cannot.
#[utoipa::path(
    post, path = "/sessions/{session}/assign", tag = "sessions", request_body = Assignment,
    params(("session" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn assign(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    given: Result<Json<Assignment>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let Assignment { agent, capacity } = body(given)?;
    let state = changeable(&engine, &principal, session).await?;
    if !Access::of(&principal).sees_everything() {
        return Err(ApiError::forbidden("supervisors only"));
    }
    let task = open_task(&state)?;
    let agent = AgentId::new(&agent).map_err(|_| ApiError::malformed("there is no such agent"))?;
    let capacity = match capacity {
        body::CapacityRule::Respected => routing::CapacityRule::Respected,
        body::CapacityRule::Ignored => routing::CapacityRule::Ignored,
    };
    match engine.assign(task, agent, capacity, principal.agent).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(HandingError::Unknown(reason)) => Err(ApiError::malformed(reason)),
        Err(HandingError::Gone(_)) => Err(ApiError::busy()),
        Err(error) => Err(ApiError::conflict(error.to_string())),
    }
}

fn open_task(state: &SessionState) -> Result<TaskId, ApiError> {
    let task = state.task.as_ref().ok_or_else(|| ApiError::conflict("the session has no open task"))?;
    Ok(task.id)
}

fn target(engine: &Engine, transfer: Transfer) -> Result<TransferTarget, ApiError> {
    let organisation = engine.foundation.organisation();
    let queue = QueueId::new(&transfer.queue).ok().filter(|queue| organisation.queue(queue).is_some());
    let queue = queue.ok_or_else(|| ApiError::malformed("there is no such queue"))?;
    let Some(agent) = transfer.agent else { return Ok(TransferTarget::Queue { queue }) };
    let known =
        |agent: &AgentId| organisation.person(agent).is_some() || organisation.virtual_agent(agent).is_some();
    let agent = AgentId::new(&agent).ok().filter(known);
    let agent = agent.ok_or_else(|| ApiError::malformed("there is no such agent"))?;
    Ok(TransferTarget::Agent { agent, queue })
}

/// Ends the session; the customer's next message opens it again.
#[utoipa::path(
    post, path = "/sessions/{session}/close", tag = "sessions",
    params(("session" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn close(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    changeable(&engine, &principal, session).await?;
    engine.deliver(session, vec![Command::Close { reason: CloseReason::Agent }]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes two open sessions of one customer one: the older goes on.
#[utoipa::path(
    post, path = "/sessions/{session}/merge", tag = "sessions", request_body = OtherSession,
    params(("session" = String, Path, format = Uuid)),
    responses((status = 200, body = Merged), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn merge(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    given: Result<Json<OtherSession>, JsonRejection>,
) -> Result<Json<Merged>, ApiError> {
    let OtherSession { other } = body(given)?;
    changeable(&engine, &principal, session).await?;
    changeable(&engine, &principal, other).await?;
    let session = engine.merge(session, other).await.map_err(unmerged)?;
    Ok(Json(Merged { session: session.to_string() }))
}

/// Undoes a merger: the other session goes on by itself again.
#[utoipa::path(
    post, path = "/sessions/{session}/separate", tag = "sessions", request_body = OtherSession,
    params(("session" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn separate(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(session): Path<SessionId>,
    given: Result<Json<OtherSession>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let OtherSession { other } = body(given)?;
    changeable(&engine, &principal, session).await?;
    engine.separate(session, other).await.map_err(unmerged)?;
    Ok(StatusCode::NO_CONTENT)
}

fn unmerged(error: MergeError) -> ApiError {
    match error {
        MergeError::Deliver(error) => error.into(),
        error => ApiError::conflict(error.to_string()),
    }
}

async fn readable(
    engine: &Engine,
    principal: &Principal,
    scope: Scope,
    session: SessionId,
) -> Result<Arc<SessionState>, ApiError> {
    require(principal, scope)?;
    if engine.foundation.store.session_summary(session).await?.is_none() {
        return Err(ApiError::not_found());
    }
    if !Access::of(principal).may_read(engine, session).await {
        return Err(ApiError::not_found());
    }
    Ok(engine.sessions().state(session).await?)
}

pub(super) async fn changeable(
    engine: &Engine,
    principal: &Principal,
    session: SessionId,
) -> Result<Arc<SessionState>, ApiError> {
    let state = readable(engine, principal, Scope::SessionsWrite, session).await?;
    let own = state.handler() == Some(&principal.agent);
    if own || Access::of(principal).sees_everything() {
        return Ok(state);
    }
    Err(ApiError::forbidden("somebody else has it"))
}
