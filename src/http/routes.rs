//! All routes, and what each request passes on its way in.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::gate::Gate;
use super::{HttpState, assets, files, headers, health, openapi, sockets, timeout, uploads};

/// Most bytes of a body that is no upload.
const BODY: usize = 64 * 1024;
/// Bytes of a multipart body beside its file.
const MULTIPART: usize = 64 * 1024;

/// The whole server as one service. Serve it by [`super::serve`], which says who the peer is.
pub fn router(mut state: HttpState) -> Router {
    let more = std::mem::take(&mut state.api);
    let gate = Gate::new(state);
    let largest = usize::try_from(gate.foundation.settings.chat.max_upload_bytes).unwrap_or(usize::MAX);
    let upload_limit = largest.saturating_add(MULTIPART);
    let (api, _) = openapi::api(more, upload_limit);
    Router::new()
        .merge(small())
        .merge(visitor_uploads(upload_limit))
        .merge(api)
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(&gate), headers::secure))
        .layer(Extension(gate))
}

fn small() -> Router {
    Router::new()
        .route("/chat", get(sockets::chat))
        .route("/console", get(sockets::console))
        .route("/chat/files/{blob}", get(files::for_visitor))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(from_fn(timeout::small))
}

fn visitor_uploads(limit: usize) -> Router {
    Router::new()
        .route("/chat/uploads", post(uploads::from_visitor))
        .layer(DefaultBodyLimit::max(limit))
        .layer(from_fn(timeout::upload))
}
