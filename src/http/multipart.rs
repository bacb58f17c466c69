//! One file out of a multipart body, bounded while it streams.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use bytes::{Bytes, BytesMut};

use super::ApiError;
use crate::auth::file_name;

/// The field that holds the file.
const FIELD: &str = "file";

/// A file as it was sent.
pub struct SentFile {
    /// Made harmless.
    pub name: String,
    pub content: Bytes,
}

/// Reads the file of at most `largest` bytes; nothing beyond that is kept in memory.
pub async fn file(mut body: Multipart, largest: u64) -> Result<SentFile, ApiError> {
    while let Some(field) = body.next_field().await.map_err(|error| refused(&error, largest))? {
        if field.name() == Some(FIELD) {
            let name = file_name::clean(field.file_name().unwrap_or_default());
            return Ok(SentFile { name, content: content(field, largest).await? });
        }
    }
    Err(ApiError::malformed("there is no field named file"))
}

async fn content(mut field: Field<'_>, largest: u64) -> Result<Bytes, ApiError> {
    let mut content = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| refused(&error, largest))? {
        if (content.len() + chunk.len()) as u64 > largest {
            return Err(ApiError::too_large(largest));
        }
        content.extend_from_slice(&chunk);
    }
    if content.is_empty() { Err(ApiError::malformed("the file is empty")) } else { Ok(content.freeze()) }
}

fn refused(error: &MultipartError, largest: u64) -> ApiError {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(largest),
        _ => ApiError::malformed("this is no multipart body"),
    }
}
