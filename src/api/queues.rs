//! `/v1/queues` and `/v1/tasks`: how queues do, and why a task waits or went where it went.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use model::TaskId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Queue, TaskExplanation};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::engine::{Engine, explain};
use crate::http::{ApiError, ErrorBody, require};
use crate::replay::PastError;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Moment {
    /// As it was then, in milliseconds since 1970: the router's recorded inputs are replayed up to there.
    #[serde(default)]
    at: Option<i64>,
}

impl From<PastError> for ApiError {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Busy | PastError::Store(_) => Self::busy(),
            PastError::TooFar { .. } | PastError::Cut { .. } => Self::conflict(error.to_string()),
        }
    }
}

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
        closing: figures.closing,
        waiting: figures.waiting,
        longest_since: figures.longest_since.map(model::Timestamp::as_millis),
        in_hand: figures.in_hand,
        offered: figures.offered,
        answered: figures.answered,
        abandoned: figures.abandoned,
        turned_away: figures.turned_away,
        service_level_definition: figures.service_level.definition,
        service_level: figures.service_level.percent,
    });
    Ok(Json(queues.collect()))
}

/// Why a task waits, or why it went where it went: every candidate and why each was passed over.
#[utoipa::path(
    get, path = "/tasks/{task}/explanation", tag = "queues",
    params(("task" = String, Path, format = Uuid), Moment),
    responses(
        (status = 200, body = TaskExplanation), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)
    )
)]
pub async fn explanation(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
    Query(moment): Query<Moment>,
) -> Result<Json<TaskExplanation>, ApiError> {
    require(&principal, Scope::QueuesRead)?;
    let explained = engine.explain(task, moment.at.map(model::Timestamp)).await?;
    let (explanation, at) = explained.ok_or_else(ApiError::not_found)?;
    Ok(Json(explain::view(&explanation, at).into()))
}
