//! Records what is done over `/v1`, and `/v1/audit`: admins read the record.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts as _, MatchedPath, Query, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use model::Sequence;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::gate::{Gate, Through};
use super::principal::LoggedIn;
use super::{ApiError, ErrorBody, Peer, require};
use crate::audit::Act;
use crate::auth::Principal;
use crate::configuration::organisation::Scope;

/// What is read and recorded all the same: whole conversations, and the organisation.
const READS: [&str; 4] =
    ["/v1/sessions/{session}", "/v1/sessions/{session}/events", "/v1/organisation", "/v1/search"];
/// These record themselves, for they know who it is.
const BY_THEMSELVES: [&str; 2] = ["/v1/login", "/v1/uploads"];
/// Most entries answered at once.
const MOST: usize = 500;

/// Records each request that changed something, and those that read what is recorded, before they are
/// answered. What cannot be recorded is answered as busy, though it was done.
pub async fn record(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(act) = act(&mut parts).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let Ok(Through(gate)) = Through::from_request_parts(&mut parts, &()).await else {
        return ApiError::internal().into_response();
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    if !response.status().is_success() && response.status() != StatusCode::FORBIDDEN {
        return response;
    }
    let mut act = act;
    if response.status() == StatusCode::FORBIDDEN {
        act.detail.insert("refused", "forbidden".to_owned());
    }
    match gate.auth.audit.record(act).await {
        Ok(()) => response,
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// None for what is not recorded, and for nobody known: whoever is not known does nothing.
async fn act(parts: &mut Parts) -> Option<Act> {
    let path = parts.extensions.get::<MatchedPath>()?.as_str().to_owned();
    let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if BY_THEMSELVES.contains(&path.as_str()) || (reads && !READS.contains(&path.as_str())) {
        return None;
    }
    let actor = match Principal::from_request_parts(parts, &()).await {
        Ok(principal) => principal.agent,
        Err(_) => LoggedIn::from_request_parts(parts, &()).await.ok()?.0.principal.agent,
    };
    let method = parts.method.as_str().to_ascii_lowercase();
    let mut detail = BTreeMap::from([("address", Peer::of(parts).0.to_string())]);
    if let Some(query) = parts.uri.query().filter(|query| !query.is_empty()) {
        detail.insert("query", query.to_owned());
    }
    let whole = parts.extensions.get::<axum::extract::OriginalUri>();
    let subject = whole.map_or_else(|| parts.uri.path().to_owned(), |uri| uri.path().to_owned());
    Some(Act { actor: actor.to_string(), act: format!("{method} {path}"), subject, detail })
}

/// Records a login, or one that failed on an account there is.
pub async fn login(gate: &Gate, account: &str, act: &str, peer: Peer) -> Result<(), ApiError> {
    let act = Act {
        actor: account.to_owned(),
        act: act.to_owned(),
        subject: account.to_owned(),
        detail: BTreeMap::from([("address", peer.0.to_string())]),
    };
    Ok(gate.auth.audit.record(act).await?)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Entries before this sequence; the newest without it.
    before: Option<u64>,
    /// At most 500.
    limit: Option<usize>,
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
pub struct AuditBody {
    sequence: u64,
    /// Milliseconds since 1970.
    at: i64,
    /// A person or a program.
    actor: String,
    /// `login`, `login_failed`, a console's request, or method and path of a request.
    act: String,
    subject: String,
    detail: BTreeMap<String, String>,
    /// SHA-256 over this entry and the hash before it. Keep the newest elsewhere, as `sequence:hash`, and
    /// `tandem audit --verify --anchor` tells whether the record is still the same.
    hash: String,
}

/// Who did what, the latest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(Which),
    responses((status = 200, body = Vec<AuditBody>), (status = 403, body = ErrorBody))
)]
pub async fn list(
    Through(gate): Through,
    principal: Principal,
    Query(which): Query<Which>,
) -> Result<Json<Vec<AuditBody>>, ApiError> {
    require(&principal, Scope::AuditRead)?;
    let limit = which.limit.unwrap_or(100).clamp(1, MOST);
    let entries = gate.auth.audit.read(which.before.map(Sequence), limit).await?;
    let bodies = entries.into_iter().map(|recorded| AuditBody {
        sequence: recorded.sequence.0,
        at: recorded.at.0,
        actor: recorded.event.actor.to_string(),
        act: recorded.event.act.to_string(),
        subject: recorded.event.subject,
        detail: recorded.event.detail.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        hash: recorded.event.hash,
    });
    Ok(Json(bodies.collect()))
}
