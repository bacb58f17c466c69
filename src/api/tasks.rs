//! `/v1/tasks`: callbacks of waiting customers, and the age by which a task takes its place.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::event::Author;
use model::session::{Command, State as SessionState};
use model::task::{Callback, CallbackMode};
use model::{Identity, SessionId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::sessions::changeable;
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::configuration::organisation::Way;
use crate::console::Access;
use crate::engine::Engine;
use crate::http::{ApiError, ErrorBody, require};

/// An interval or a time ahead is a year at most.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// How a customer is to be called back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCallback {
    /// With the country's number: `+49 30 1234567`.
    pub number: String,
    /// `agent_first`, the default: an agent accepts, then calls. `customer_first` needs the voice channel,
    /// which there is not yet, and is refused.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub mode: Option<CallbackMode>,
    /// Calls until one reaches the customer; 3 if left out.
    #[serde(default)]
    pub attempts: Option<u8>,
    /// Between a call that failed and the next; 600 if left out.
    #[serde(default)]
    pub interval_seconds: Option<u32>,
    /// Milliseconds since 1970: nobody is offered it earlier.
    #[serde(default)]
    pub not_before: Option<i64>,
}

/// Another age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAge {
    /// Milliseconds since 1970, not in the future.
    pub waiting_since: i64,
}

/// Makes a waiting task a callback: it keeps its place, and an agent who takes calls is offered it with
/// the number.
#[utoipa::path(
    post, path = "/tasks/{task}/callback", tag = "queues", request_body = NewCallback,
    params(("task" = String, Path, format = Uuid)),
    responses(
        (status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, description = "It does not wait, or what is asked needs the voice channel", body = ErrorBody),
    )
)]
pub async fn call_back(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
    given: Result<Json<NewCallback>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let wanted = body(given)?;
    let (session, state) = session_of(&engine, &principal, task).await?;
    if wanted.mode == Some(CallbackMode::CustomerFirst) {
        return Err(ApiError::conflict("customer_first needs the voice channel, which there is not yet"));
    }
    let open = state.task.as_ref().ok_or_else(ApiError::not_found)?;
    if !engine.foundation.organisation().takes_calls(&open.queue) {
        return Err(ApiError::conflict("no agent of the queue has capacity for voice"));
    }
    let command = Command::ChooseCallback {
        task,
        number: Identity::phone(&wanted.number)
            .ok_or_else(|| ApiError::malformed("it is no number such as +49 30 1234567"))?,
        callback: wanted.callback()?,
        not_before: wanted.not_before(engine.foundation.now())?,
        by: Author::Agent { agent: principal.agent },
    };
    engine.deliver(session, vec![command]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The agent who has a callback did not reach the customer: the next attempt is made after the interval,
/// at the task's place; after the last one the task is over.
#[utoipa::path(
    post, path = "/tasks/{task}/callback/failed", tag = "queues",
    params(("task" = String, Path, format = Uuid)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn call_failed(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
) -> Result<StatusCode, ApiError> {
    let (session, state) = session_of(&engine, &principal, task).await?;
    let agent = state.handler().cloned().ok_or_else(|| ApiError::conflict("nobody has the task"))?;
    engine.deliver(session, vec![Command::FailCall { task, agent }]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a waiting task another age, and with it another place. Recorded with who did it.
#[utoipa::path(
    post, path = "/tasks/{task}/age", tag = "queues", request_body = NewAge,
    params(("task" = String, Path, format = Uuid)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn age(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
    given: Result<Json<NewAge>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let NewAge { waiting_since } = body(given)?;
    let (session, _) = session_of(&engine, &principal, task).await?;
    if !Access::of(&principal).sees_everything() {
        return Err(ApiError::forbidden("a supervisor changes places in line"));
    }
    let waiting_since = Timestamp(waiting_since);
    if waiting_since > engine.foundation.now() || waiting_since < Timestamp::EPOCH {
        return Err(ApiError::malformed("waiting_since is no time that has passed"));
    }
    engine.deliver(session, vec![Command::Age { task, waiting_since, by: principal.agent }]).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn session_of(
    engine: &Engine,
    principal: &Principal,
    task: TaskId,
) -> Result<(SessionId, Arc<SessionState>), ApiError> {
    // First of all: whether a task is there is not told to whom it is no business of.
    require(principal, Scope::SessionsWrite)?;
    let session = engine.directory.session_of(task).ok_or_else(ApiError::not_found)?;
    Ok((session, changeable(engine, principal, session).await?))
}

impl NewCallback {
    fn callback(&self) -> Result<Callback, ApiError> {
        let attempts = self.attempts.unwrap_or(Way::ATTEMPTS);
        if attempts == 0 {
            return Err(ApiError::malformed("one call is made at least"));
        }
        let interval =
            self.interval_seconds.map_or(Way::INTERVAL, |seconds| Duration::from_secs(seconds.into()));
        if interval > LONGEST {
            return Err(ApiError::malformed("the interval is longer than a year"));
        }
        Ok(crate::engine::callback(attempts, interval))
    }

    fn not_before(&self, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
        let Some(at) = self.not_before.map(Timestamp) else { return Ok(None) };
        if at > now + LONGEST {
            return Err(ApiError::malformed("not_before is more than a year ahead"));
        }
        Ok(Some(at).filter(|at| *at > now))
    }
}
