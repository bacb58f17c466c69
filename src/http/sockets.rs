//! `/chat` and `/console`: who may open a socket, and how many.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::gate::{Gate, Through};
use super::origin::{self, PageOrigin};
use super::principal::{bearer, by_cookie, by_key};
use super::upgrade::upgrade;
use super::{ApiError, ChatOrigin, Peer};
use crate::auth::Principal;
use crate::configuration::organisation::Scope;

/// Bytes of a frame beside its text: ids, names, JSON, and up to some dozen upload ids.
const FRAME: usize = 16 * 1024;
/// Most bytes that one byte of text takes in JSON: `\u0001`.
const ESCAPED: usize = 6;

/// A customer's socket, from a page of ours or of an origin that a site allows.
pub async fn chat(
    Through(gate): Through,
    Peer(peer): Peer,
    mut request: Request,
) -> Result<Response, ApiError> {
    let origin = chat_origin(&gate, request.headers())?;
    let place = place(&gate.chats)?;
    let from = ChatOrigin { origin, peer };
    let largest = largest(&gate);
    upgrade(&mut request, largest, |socket| async move {
        gate.sockets.chat(socket, from).await;
        drop(place);
    })
}

/// A console's socket. A browser proves itself by its cookie from a page of ours; a program by a key
/// with the scope `attend` and an agent.
pub async fn console(Through(gate): Through, mut request: Request) -> Result<Response, ApiError> {
    let who = attendant(&gate, request.headers()).await?;
    let place = place(&gate.consoles)?;
    let largest = largest(&gate);
    upgrade(&mut request, largest, |socket| async move {
        gate.sockets.console(socket, who).await;
        drop(place);
    })
}

fn chat_origin(gate: &Gate, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    match page_origin(gate, headers) {
        PageOrigin::Own => Ok(None),
        PageOrigin::Other(origin) if origin::is_allowed_by_any(&origin, &gate.foundation.organisation()) => {
            Ok(Some(origin))
        }
        _ => Err(ApiError::forbidden("no site allows pages of this origin")),
    }
}

async fn attendant(gate: &Gate, headers: &HeaderMap) -> Result<Principal, ApiError> {
    if let Some(key) = bearer(headers) {
        let program = by_key(gate, key).await?;
        let organisation = gate.foundation.organisation();
        let attends = program.may(Scope::Attend) && organisation.virtual_agent(&program.agent).is_some();
        return attends.then_some(program).ok_or_else(|| ApiError::forbidden("this key does not attend"));
    }
    if page_origin(gate, headers) != PageOrigin::Own {
        return Err(ApiError::forbidden("this page is not the console"));
    }
    by_cookie(gate, headers).await.map(|login| login.principal)
}

fn page_origin(gate: &Gate, headers: &HeaderMap) -> PageOrigin {
    PageOrigin::of(headers, &gate.foundation.settings.server.public_url())
}

fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    Arc::clone(places).try_acquire_owned().map_err(|_| ApiError::busy())
}

fn largest(gate: &Gate) -> usize {
    gate.foundation.settings.chat.max_message_bytes * ESCAPED + FRAME
}
