//! `/v1/queues` and `/v1/tasks`: how queues do, and why a task waits or went where it went.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use model::TaskId;

use super::body::{Queue, TaskExplanation};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::engine::{Engine, explain};
use crate::http::{ApiError, ErrorBody, require};

/// All queues, with today's figures.
#[utoipa::path(
    get, path = "/queues", tag = "queues",
    responses((status = 200, body = Vec<Queue>), (status = 403, body = ErrorBody))
)]
pub async fn list(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
) -> Result<Json<Vec<Queue>>, ApiError> {
    require(&principal, Scope::QueuesRead)?;
    let board = engine.board().await.ok_or_else(ApiError::busy)?;
    let organisation = engine.foundation.organisation();
    let queues = board.queues.into_iter().map(|figures| Queue {
        name: organisation.queue(&figures.queue).map(|queue| queue.name.clone()).unwrap_or_default(),
        queue: figures.queue.to_string(),
        open: figures.open,
        waiting: figures.waiting,
        longest_since: figures.longest_since.map(model::Timestamp::as_millis),
        in_hand: figures.in_hand,
        offered: figures.offered,
        answered: figures.answered,
        abandoned: figures.abandoned,
        service_level_definition: figures.service_level.definition,
        service_level: figures.service_level.percent,
    });
    Ok(Json(queues.collect()))
}

/// Why a task waits, or why it went where it went: every candidate and why each was passed over.
#[utoipa::path(
    get, path = "/tasks/{task}/explanation", tag = "queues",
    params(("task" = String, Path, format = Uuid)),
    responses((status = 200, body = TaskExplanation), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn explanation(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
) -> Result<Json<TaskExplanation>, ApiError> {
    require(&principal, Scope::QueuesRead)?;
    let explanation = engine.router().explain(task).await.ok_or_else(ApiError::not_found)?;
    Ok(Json(explain::view(&explanation).into()))
}
