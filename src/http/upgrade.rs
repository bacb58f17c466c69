//! The WebSocket handshake (RFC 6455), without the buffers of 128 KiB a socket has by default.

use std::future::Future;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::{ApiError, Socket};

/// Bytes of the buffer each socket reads with all its life: most frames fit, larger ones make it grow.
const READ_BUFFER: usize = 1_024;
/// Bytes that are written at once at the latest; until then they need no buffer.
const WRITE_BUFFER: usize = 4 * 1_024;
/// Largest frame we send, in bytes: a snapshot or a board. Each is flushed before the next, so that no
/// more than one waits for a slow reader inside a socket.
const LARGEST_SENT: usize = 16 * 1024 * 1024;
/// How long the switch of protocols may take.
const SWITCH: Duration = Duration::from_secs(10);

/// Answers the handshake; once it is through, `then` runs with the socket on a task of its own.
/// Messages larger than `largest`, in bytes, end the socket.
pub fn upgrade<F, T>(request: &mut Request, largest: usize, then: F) -> Result<Response, ApiError>
where
    F: FnOnce(Socket) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let key = accept_key(request.method(), request.headers())?;
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let Ok(Ok(io)) = tokio::time::timeout(SWITCH, upgraded).await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(io), Role::Server, Some(config(largest)));
        let socket = Box::pin(socket).await;
        Box::pin(then(socket)).await;
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    Ok(response)
}

fn config(largest: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(LARGEST_SENT.max(4 * largest))
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest))
}

fn accept_key(method: &Method, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    if method != Method::GET || !lists(headers, header::CONNECTION, "upgrade") {
        return Err(not_a_handshake());
    }
    if !lists(headers, header::UPGRADE, "websocket") {
        return Err(not_a_handshake());
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(not_a_handshake());
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or_else(not_a_handshake)?;
    if STANDARD.decode(key).map_or(true, |nonce| nonce.len() != 16) {
        return Err(not_a_handshake());
    }
    let accepted = derive_accept_key(key.as_bytes());
    HeaderValue::from_str(&accepted).map_err(|_| ApiError::internal())
}

fn lists(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(token))
}

fn not_a_handshake() -> ApiError {
    let message = "this is a WebSocket of version 13; ask for an upgrade";
    ApiError::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message)
}
