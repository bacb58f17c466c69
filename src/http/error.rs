//! How a request is refused: a status and `{code, message}`.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::{BlobError, StoreError};
use utoipa::ToSchema;

/// The body of every refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// For programs, such as `not_found`.
    pub code: String,
    /// For people, in English.
    pub message: String,
}

/// A refusal. Retrying is safe where the status is 429 or 503, after `Retry-After` seconds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub retry_after: Option<Duration>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "log in first, or send a valid key")
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub fn too_large(bytes: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("at most {bytes} bytes are taken"))
    }

    pub fn too_many(after: Duration) -> Self {
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "too many tries, wait a little");
        Self { retry_after: Some(after), ..refused }
    }

    pub fn busy() -> Self {
        let refused = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "busy, try again in a moment");
        Self { retry_after: Some(Duration::from_secs(1)), ..refused }
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something is wrong with this server")
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error != StoreError::Busy {
            tracing::error!(%error, "the store failed a request");
        }
        match error {
            StoreError::Busy | StoreError::Unavailable { .. } => Self::busy(),
            StoreError::Corrupt { .. } => Self::internal(),
        }
    }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::TooLarge { limit } => Self::too_large(limit as u64),
            BlobError::NotFound => Self::not_found(),
            BlobError::Unavailable { reason } => {
                tracing::error!(reason, "the blob store failed a request");
                Self::busy()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { code: self.code.to_owned(), message: self.message };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}
