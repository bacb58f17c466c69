//! `/v1/mails/parked`: the mails that no session took.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::desk::Desk;
use super::parked::{Parked, Reason};
use super::waiting::NotTaken;
use crate::auth::Principal;
use crate::configuration::organisation::Scope;
use crate::http::{ApiError, ErrorBody, require};

/// Mails of one page, unless fewer are asked for.
const PAGE: usize = 100;

/// The routes, without the `/v1` prefix.
pub fn routes(desk: Arc<Desk>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(raw))
        .routes(routes!(retry))
        .routes(routes!(discard))
        .with_state(desk)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The `next` of the page before.
    #[serde(default)]
    after: String,
    /// 1 to 100.
    limit: Option<usize>,
}

/// A mail that is in no session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedMail {
    pub id: String,
    pub reason: Reason,
    /// As its header has it, which anyone can write.
    pub from: Option<String>,
    pub subject: Option<String>,
    /// The envelope's sender; none is the null sender.
    pub sender: Option<String>,
    pub recipients: Vec<String>,
    /// Milliseconds since 1970.
    pub received_at: i64,
    pub parked_at: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedMails {
    /// Oldest first.
    pub mails: Vec<ParkedMail>,
    /// Ask for the next page with `after`; none on the last one.
    pub next: Option<String>,
}

fn view((id, parked): (String, Parked)) -> ParkedMail {
    let envelope = parked.envelope().clone();
    ParkedMail {
        id,
        reason: parked.reason,
        from: parked.from,
        subject: parked.subject,
        sender: envelope.sender,
        recipients: envelope.recipients,
        received_at: parked.accepted.at.as_millis(),
        parked_at: parked.parked_at.as_millis(),
    }
}

/// Mails that no session took, oldest first. Needs `mails:read`.
#[utoipa::path(
    get, path = "/mails/parked", tag = "mails", params(Page),
    responses(
        (status = 200, body = ParkedMails),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
    )
)]
async fn list(
    principal: Principal,
    State(desk): State<Arc<Desk>>,
    Query(page): Query<Page>,
) -> Result<Json<ParkedMails>, ApiError> {
    require(&principal, Scope::MailsRead)?;
    let most = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let mails: Vec<_> = desk.shelf.list(&page.after, most).await?.into_iter().map(view).collect();
    let next = mails.last().filter(|_| mails.len() == most).map(|last| last.id.clone());
    Ok(Json(ParkedMails { mails, next }))
}

/// The mail as it came, to be saved and not to be opened in a browser. Needs `mails:read`.
#[utoipa::path(
    get, path = "/mails/parked/{id}/raw", tag = "mails", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The raw mail, as a download", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody),
    )
)]
async fn raw(
    principal: Principal,
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    require(&principal, Scope::MailsRead)?;
    let parked = desk.shelf.get(&id).await?.ok_or_else(ApiError::not_found)?;
    let engine = desk.engine.upgrade().ok_or_else(ApiError::busy)?;
    let content = engine.foundation.blobs.get(&parked.accepted.blob).await?;
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mail.eml\""),
        (header::CONTENT_SECURITY_POLICY, "sandbox"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Ok((headers, content).into_response())
}

/// Has the mail read once more; if no session takes it again, it is parked again. Needs `mails:write`.
#[utoipa::path(
    post, path = "/mails/parked/{id}/retry", tag = "mails", params(("id" = String, Path)),
    responses(
        (status = 202, description = "It waits to be read"),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
async fn retry(
    principal: Principal,
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    require(&principal, Scope::MailsWrite)?;
    match desk.retry(&id).await {
        Ok(true) => Ok(StatusCode::ACCEPTED),
        Ok(false) => Err(ApiError::not_found()),
        Err(NotTaken::Full) => Err(ApiError::busy()),
        Err(NotTaken::Store(error)) => Err(error.into()),
    }
}

/// Takes the mail off the list; its raw bytes stay in the blob store. Needs `mails:write`.
#[utoipa::path(
    delete, path = "/mails/parked/{id}", tag = "mails", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It is off the list"),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody),
    )
)]
async fn discard(
    principal: Principal,
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    require(&principal, Scope::MailsWrite)?;
    desk.shelf.get(&id).await?.ok_or_else(ApiError::not_found)?;
    desk.shelf.remove(&id).await?;
    tracing::info!(id, by = %principal.agent, "a parked mail was discarded");
    Ok(StatusCode::NO_CONTENT)
}
