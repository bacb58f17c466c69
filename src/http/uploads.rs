//! `/chat/uploads` and `/v1/uploads`: files on their way into a message.

use std::net::IpAddr;

use axum::Json;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use axum::http::{HeaderMap, StatusCode, header};
use model::event::Attachment;

use super::gate::{Gate, Through};
use super::openapi::UploadBody;
use super::{ApiError, ErrorBody, Peer, multipart};
use crate::auth::limits::network;
use crate::auth::{Auth, Principal};
use crate::configuration::organisation::Scope;
use crate::console::wire::Upload;

type Body = Result<Multipart, MultipartRejection>;
type Answer = Result<(StatusCode, Json<Upload>), ApiError>;

/// A customer's file: `Authorization: Visitor <token>`, multipart field `file`.
pub async fn from_visitor(
    Through(gate): Through,
    Peer(peer): Peer,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    if !is_visitor(&gate.auth, &headers) {
        return Err(ApiError::unauthenticated());
    }
    accept(&gate, peer, body).await
}

/// An agent's file, in the multipart field `file`; the answer's `upload` goes into a message.
#[utoipa::path(
    post, path = "/uploads", tag = "files",
    request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = UploadBody),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
        (status = 413, description = "Larger than the settings allow", body = ErrorBody),
        (status = 503, description = "Too many uploads at once", body = ErrorBody),
    )
)]
pub async fn from_agent(
    Through(gate): Through,
    Peer(peer): Peer,
    principal: Principal,
    body: Body,
) -> Answer {
    if !principal.may(Scope::SessionsWrite) && !principal.may(Scope::Attend) {
        return Err(ApiError::forbidden("needs the scope sessions:write or attend"));
    }
    accept(&gate, peer, body).await
}

/// Whether the request carries a visitor token of ours.
fn is_visitor(auth: &Auth, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.split_once(' '));
    token.is_some_and(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("visitor") && auth.visitors.verify(token.trim()).is_some()
    })
}

async fn accept(gate: &Gate, peer: IpAddr, body: Body) -> Answer {
    gate.upload_rate.admit(&network(peer)).map_err(|refused| ApiError::too_many(refused.after))?;
    let _share = gate.upload_shares.take(peer).ok_or_else(ApiError::busy)?;
    let _place = gate.uploads.try_acquire().map_err(|_| ApiError::busy())?;
    let body = body.map_err(|_| ApiError::malformed("this is no multipart body"))?;
    let sent = multipart::file(body, gate.foundation.settings.chat.max_upload_bytes).await?;
    let media_type = media_type(&sent.content).to_owned();
    let size = sent.content.len() as u64;
    let blob = gate.foundation.blobs.put(sent.content).await?;
    let attachment = Attachment { blob, name: sent.name, media_type, size };
    let upload = gate.auth.uploads.issue(&attachment);
    Ok((StatusCode::CREATED, Json(Upload { upload, attachment })))
}

/// By content, never by the sender's word.
pub fn media_type(content: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(content) {
        return kind.mime_type();
    }
    let is_text = !content.contains(&0) && std::str::from_utf8(content).is_ok();
    if is_text { "text/plain" } else { "application/octet-stream" }
}
