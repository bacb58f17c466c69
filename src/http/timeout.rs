//! How long a request may take, its body included.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ApiError;

/// A request whose body is small.
const SMALL: Duration = Duration::from_secs(30);
/// A file at 100 kB a second.
const UPLOAD: Duration = Duration::from_secs(120);

pub async fn small(request: Request, next: Next) -> Response {
    within(SMALL, request, next).await
}

pub async fn upload(request: Request, next: Next) -> Response {
    within(UPLOAD, request, next).await
}

async fn within(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", "this took too long").into_response(),
    }
}
