//! `/v1/customers` and `/v1/search`: what is past, and its erasure.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use model::{CustomerId, SessionId};
use serde::Deserialize;
use store::{SearchQuery, SearchScope};
use utoipa::IntoParams;

use super::body::{Erased, Hit, PastSession};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::console::Access;
use crate::engine::{Engine, board};
use crate::housekeeping;
use crate::http::{ApiError, ErrorBody, require};

/// Sessions answered at most, and erased with one request.
const MOST: usize = 500;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Words {
    /// All of them must occur; the last may be a beginning. At most 256 bytes count.
    text: String,
    /// Only hits before this position: the next page.
    #[serde(default)]
    before: Option<u64>,
    /// At most 200.
    #[serde(default)]
    limit: Option<usize>,
}

/// The customer's sessions, newest first.
#[utoipa::path(
    get, path = "/customers/{customer}/sessions", tag = "history",
    params(("customer" = String, Path, format = Uuid)),
    responses((status = 200, body = Vec<PastSession>), (status = 403, body = ErrorBody))
)]
pub async fn sessions(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(customer): Path<CustomerId>,
) -> Result<Json<Vec<PastSession>>, ApiError> {
    require(&principal, Scope::HistoryRead)?;
    let theirs = engine.directory.held_by(&principal.agent);
    let serves = theirs.iter().any(|card| card.customer == customer);
    if !serves && !Access::of(&principal).sees_everything() {
        return Err(ApiError::forbidden("not your customer now"));
    }
    let summaries = engine.foundation.store.sessions_of_customer(customer, MOST).await?;
    Ok(Json(summaries.iter().map(board::past_session).map(PastSession::from).collect()))
}

/// Messages and notes with all the words, newest first.
#[utoipa::path(
    get, path = "/search", tag = "history", params(Words),
    responses((status = 200, body = Vec<Hit>), (status = 403, body = ErrorBody))
)]
pub async fn search(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Query(words): Query<Words>,
) -> Result<Json<Vec<Hit>>, ApiError> {
    require(&principal, Scope::HistoryRead)?;
    let limit = words.limit.unwrap_or(50);
    let query =
        SearchQuery { text: words.text, scope: SearchScope::MessagesAndNotes, limit, before: words.before };
    let access = Access::of(&principal);
    let mut hits = Vec::new();
    for hit in engine.foundation.store.search(query).await? {
        if access.may_read(&engine, hit.session).await {
            hits.push(Hit {
                session: hit.session.to_string(),
                sequence: hit.sequence.0,
                at: hit.at.as_millis(),
                snippet: hit.snippet,
                position: hit.position,
            });
        }
    }
    Ok(Json(hits))
}

/// Erases what the customer and agents wrote in all sessions of the customer, what the customer is known by,
/// and files that no other session names. That there were sessions stays, and what was done in them when.
#[utoipa::path(
    post, path = "/customers/{customer}/erase", tag = "history",
    params(("customer" = String, Path, format = Uuid)),
    responses((status = 200, body = Erased), (status = 403, body = ErrorBody), (status = 503, body = ErrorBody))
)]
pub async fn erase(
    principal: Principal,
    State(engine): State<Arc<Engine>>,
    Path(customer): Path<CustomerId>,
) -> Result<Json<Erased>, ApiError> {
    require(&principal, Scope::CustomersErase)?;
    let summaries = engine.foundation.store.sessions_of_customer(customer, MOST).await?;
    let standing: Vec<SessionId> = summaries
        .iter()
        .filter(|summary| summary.erased_at.is_none())
        .map(|summary| summary.session)
        .collect();
    for session in &standing {
        engine.erase(*session, principal.agent.clone()).await?;
    }
    // What is left by a failure is deleted by and by.
    housekeeping::delete_erased_files(&engine.foundation.store, &engine.foundation.blobs).await;
    Ok(Json(Erased { sessions: u32::try_from(standing.len()).unwrap_or(u32::MAX) }))
}
