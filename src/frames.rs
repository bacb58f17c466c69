//! Text frames over a WebSocket: read one, send one, both bounded.

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::http::Socket;

/// What came in.
#[derive(Debug)]
pub enum Incoming {
    Text(String),
    /// A ping or pong: the other side is alive.
    Alive,
    /// Binary where text is due.
    NotText,
    /// Closed, broken, or a frame over the limits.
    Gone,
}

pub async fn read(socket: &mut Socket) -> Incoming {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => Incoming::Text(text.to_string()),
        Some(Ok(Message::Binary(_))) => Incoming::NotText,
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Incoming::Alive,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Incoming::Gone,
    }
}

/// The other side is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

pub async fn send(socket: &mut Socket, frame: &impl Serialize) -> Result<(), Gone> {
    let text = serde_json::to_string(frame).expect("wire types serialise");
    socket.send(Message::text(text)).await.map_err(|_| Gone)
}

pub async fn ping(socket: &mut Socket) -> Result<(), Gone> {
    socket.send(Message::Ping(Default::default())).await.map_err(|_| Gone)
}

/// Says why and closes; the other side may be gone already.
pub async fn close(socket: &mut Socket, reason: &'static str) {
    let frame = CloseFrame { code: CloseCode::Policy, reason: reason.into() };
    let _ = socket.close(Some(frame)).await;
}
