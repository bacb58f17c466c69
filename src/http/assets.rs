//! The consoles and the widget, and 404 for everything that nobody serves.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::ApiError;
use super::content_security::{self, Framed, PANEL};
use super::gate::{Gate, Through};
use crate::web::{self, Asset};

/// The name of a file changes with its content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asked for again each time, answered by 304 as long as it is the same.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// Letters of a hash in a name, as Vite makes them.
const HASH: usize = 8;

pub async fn serve(Through(gate): Through, request: Request) -> Result<Response, ApiError> {
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let asset = web::asset(path).ok_or_else(ApiError::not_found)?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this can only be read"));
    }
    Ok(answer(&gate, &request, path, asset))
}

fn answer(gate: &Gate, request: &Request, path: &str, asset: Asset) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, if is_hashed(path) { FOREVER } else { ASK });
    headers.insert(header::ETAG, text(&asset.etag));
    if asset.media_type.starts_with("text/html") {
        let framed = match path {
            PANEL => Framed::panel(&gate.foundation.organisation(), request.uri().query()),
            _ => Framed::Nobody,
        };
        if matches!(framed, Framed::Nobody) {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, content_security::page(request.headers(), &framed));
    }
    if is_known(request.headers(), &asset.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, text(&asset.media_type));
    (headers, asset.bytes.into_owned()).into_response()
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

/// `assets/index-B1x9_aZ3.js`.
fn is_hashed(path: &str) -> bool {
    let Some(file) = path.strip_prefix("assets/") else { return false };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let Some(at) = stem.len().checked_sub(HASH + 1) else { return false };
    stem.as_bytes()[at] == b'-' && stem.bytes().skip(at + 1).all(plain)
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_with_a_hash_in_its_name_is_kept_for_ever() {
        assert!(is_hashed("assets/index-B1x9_aZ3.js"));
        assert!(is_hashed("assets/index-B1x9-aZ3.css"));
        for other in
            ["index.html", "widget.js", "widget/panel.js", "assets/logo.svg", "assets/a-b.js", "assets/ü"]
        {
            assert!(!is_hashed(other), "{other}");
        }
    }
}
