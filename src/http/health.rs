//! `/health/live`, `/health/ready`, `/metrics`.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::gate::Through;
use super::{ApiError, Peer};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;

/// The process answers.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The server takes work: it does not drain, and its store can be reached.
pub async fn ready(Through(gate): Through) -> Result<StatusCode, ApiError> {
    let is_ready = *gate.readiness.borrow() && gate.foundation.store.is_available();
    if is_ready { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::busy()) }
}

/// Figures for Prometheus: to this machine, or to a key with the scope `queues:read`.
pub async fn metrics(
    Through(gate): Through,
    Peer(peer): Peer,
    principal: Option<Principal>,
    request: Request,
) -> Result<Response, ApiError> {
    // A proxy on this machine speaks for others.
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    let is_direct = forwarded.iter().all(|name| !request.headers().contains_key(*name));
    let is_here = peer.to_canonical().is_loopback() && is_direct;
    if !is_here && !principal.is_some_and(|principal| principal.may(Scope::QueuesRead)) {
        return Err(ApiError::forbidden("needs the scope queues:read"));
    }
    let media_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((media_type, gate.metrics.render()).into_response())
}
