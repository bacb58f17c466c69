//! `/v1/queues/{queue}/closing` and `/v1/closing`: closing by hand, in an emergency.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::engine::Engine;
use crate::engine::closings::ClosingError;
use crate::http::{ApiError, ErrorBody, require};
use crate::versions::VersionError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClosing {
    /// Shown to supervisors, and where it is explained why a task waits.
    pub reason: String,
    /// Milliseconds since 1970, when it opens by itself. None: when somebody opens it.
    #[serde(default)]
    pub until: Option<i64>,
}

/// Closes a queue whatever its hours say: what waits there waits on, or leaves as when it is closed.
/// Replaces an earlier closing of the queue; kept over a restart.
#[utoipa::path(
    put, path = "/queues/{queue}/closing", tag = "queues", request_body = NewClosing,
    params(("queue" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn close_one(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(queue): Path<String>,
    given: Result<Json<NewClosing>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    close(&engine, &principal, Some(named(&queue)?), given).await
}

/// Opens a queue that was closed by hand; its hours hold again.
#[utoipa::path(
    delete, path = "/queues/{queue}/closing", tag = "queues",
    params(("queue" = String, Path)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn open_one(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(queue): Path<String>,
) -> Result<StatusCode, ApiError> {
    open(&engine, &principal, Some(named(&queue)?)).await
}

/// Closes all queues, also those that are still to be made.
#[utoipa::path(
    put, path = "/closing", tag = "queues", request_body = NewClosing,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn close_all(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    given: Result<Json<NewClosing>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    close(&engine, &principal, None, given).await
}

/// Ends the closing of all; a queue that was closed by itself stays closed.
#[utoipa::path(
    delete, path = "/closing", tag = "queues",
    responses((status = 204), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn open_all(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
) -> Result<StatusCode, ApiError> {
    open(&engine, &principal, None).await
}

async fn close(
    engine: &Engine,
    principal: &Principal,
    queue: Option<QueueId>,
    given: Result<Json<NewClosing>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let NewClosing { reason, until } = body(given)?;
    require(principal, Scope::QueuesWrite)?;
    let closed = engine.close_queue(queue, reason, until.map(Timestamp), principal.agent.as_str()).await;
    closed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn open(
    engine: &Engine,
    principal: &Principal,
    queue: Option<QueueId>,
) -> Result<StatusCode, ApiError> {
    require(principal, Scope::QueuesWrite)?;
    engine.reopen_queue(queue, principal.agent.as_str()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(queue: &str) -> Result<QueueId, ApiError> {
    QueueId::new(queue).map_err(|_| ApiError::not_found())
}

fn refused(error: ClosingError) -> ApiError {
    match error {
        ClosingError::UnknownQueue(_) => ApiError::not_found(),
        ClosingError::Reason | ClosingError::Past => ApiError::malformed(error.to_string()),
        ClosingError::NotClosed | ClosingError::AllClosed | ClosingError::TooMany => {
            ApiError::conflict(error.to_string())
        }
        ClosingError::Version(VersionError::Append(_)) => ApiError::busy(),
        ClosingError::Version(VersionError::Store(error)) => error.into(),
        ClosingError::Version(VersionError::Unreadable(_)) => ApiError::internal(),
    }
}
