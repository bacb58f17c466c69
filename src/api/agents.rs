//! `/v1/agents`: who is there, with what in hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::event::PresenceCause;
use model::{AgentId, PresenceName};

use super::body;
use super::body::{Agent, Load, SetPresence};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::engine::Engine;
use crate::http::{ApiError, ErrorBody, require};
use crate::word::word;

/// All who can be offered tasks, people and virtual agents.
#[utoipa::path(
    get, path = "/agents", tag = "agents",
    responses((status = 200, body = Vec<Agent>), (status = 403, body = ErrorBody))
)]
pub async fn list(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
) -> Result<Json<Vec<Agent>>, ApiError> {
    require(&principal, Scope::AgentsRead)?;
    let board = engine.board().await.ok_or_else(ApiError::busy)?;
    let agents = board.agents.into_iter().map(|agent| Agent {
        agent: agent.agent.to_string(),
        name: agent.name,
        automated: agent.automated,
        presence: agent.presence.to_string(),
        since: agent.since.as_millis(),
        load: agent
            .load
            .iter()
            .map(|load| Load { channel: word(&load.channel), tasks: load.tasks, capacity: load.capacity })
            .collect(),
    });
    Ok(Json(agents.collect()))
}

/// Sets an agent's presence, as a supervisor does; recorded with who did it.
#[utoipa::path(
    put, path = "/agents/{agent}/presence", tag = "agents", request_body = SetPresence,
    params(("agent" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn set_presence(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(agent): Path<String>,
    given: Result<Json<SetPresence>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    require(&principal, Scope::AgentsWrite)?;
    let SetPresence { presence } = body(given)?;
    let organisation = engine.foundation.organisation();
    let presence = PresenceName::new(&presence).ok().filter(|name| organisation.presence(name).is_some());
    let presence = presence.ok_or_else(|| ApiError::malformed("there is no such presence"))?;
    let agent = AgentId::new(&agent).ok().and_then(|agent| engine.agent(&agent));
    let agent = agent.ok_or_else(ApiError::not_found)?;
    let set = agent.set_presence(presence, PresenceCause::Supervisor, Some(principal.agent)).await;
    set.map(|()| StatusCode::NO_CONTENT).map_err(|_| ApiError::busy())
}
