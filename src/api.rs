//! REST under `/v1` that asks the engine: why a task waits or went where it went, and the board.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use model::TaskId;
use utoipa_axum::router::OpenApiRouter;

use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::console::wire::{BoardFrame, ExplanationView};
use crate::engine::{Engine, explain};
use crate::http::ApiError;

/// The routes, without the `/v1` prefix.
pub fn routes(engine: Arc<Engine>) -> OpenApiRouter {
    let router = Router::new()
        .route("/tasks/{task}/explanation", get(explanation))
        .route("/board", get(board))
        .with_state(engine);
    router.into()
}

async fn explanation(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(task): Path<TaskId>,
) -> Result<Json<ExplanationView>, ApiError> {
    allow(&principal)?;
    let explanation = engine.router().explain(task).await.ok_or_else(ApiError::not_found)?;
    Ok(Json(explain::view(&explanation)))
}

async fn board(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
) -> Result<Json<BoardFrame>, ApiError> {
    allow(&principal)?;
    engine.board().await.map(Json).ok_or_else(ApiError::not_found)
}

fn allow(principal: &Principal) -> Result<(), ApiError> {
    if principal.may(Scope::QueuesRead) { Ok(()) } else { Err(ApiError::forbidden("queues:read is needed")) }
}
