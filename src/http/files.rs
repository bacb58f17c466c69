//! `/chat/files/{blob}` and `/v1/files/{blob}`: files of messages, as downloads that cannot run.

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::gate::{Gate, Through};
use super::{ApiError, ErrorBody, disposition, uploads};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;

/// What a browser may be told of a file: none of these runs scripts in our origin.
const HARMLESS: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];

/// A link of a chat.
#[derive(Deserialize)]
pub struct Link {
    /// From `FileKeys::sign`.
    #[serde(default)]
    key: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Name {
    /// How the download is to be called.
    #[serde(default)]
    name: Option<String>,
}

/// For customers: only with the key of the link they were shown.
pub async fn for_visitor(
    Through(gate): Through,
    Path(blob): Path<String>,
    Query(link): Query<Link>,
) -> Result<Response, ApiError> {
    if !gate.auth.files.verify(&blob, &link.key) {
        return Err(ApiError::forbidden("this link is not valid"));
    }
    download(&gate, &blob, link.name.as_deref()).await
}

/// A file of a message, by the hash of its content.
#[utoipa::path(
    get, path = "/files/{blob}", tag = "files",
    params(("blob" = String, Path, description = "SHA-256 of the content, 64 hexadecimal digits"), Name),
    responses(
        (status = 200, description = "The content, as a download", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
    )
)]
pub async fn for_agent(
    Through(gate): Through,
    principal: Principal,
    Path(blob): Path<String>,
    Query(name): Query<Name>,
) -> Result<Response, ApiError> {
    if !principal.may(Scope::SessionsRead) && !principal.may(Scope::Attend) {
        return Err(ApiError::forbidden("needs the scope sessions:read or attend"));
    }
    download(&gate, &blob, name.name.as_deref()).await
}

async fn download(gate: &Gate, blob: &str, name: Option<&str>) -> Result<Response, ApiError> {
    let content = gate.foundation.blobs.get(blob).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(harmless(uploads::media_type(&content))));
    headers.insert(header::CONTENT_DISPOSITION, disposition::attachment(name));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok((headers, content).into_response())
}

fn harmless(found: &'static str) -> &'static str {
    match found {
        "text/plain" => "text/plain; charset=utf-8",
        known if HARMLESS.contains(&known) => known,
        _ => "application/octet-stream",
    }
}
