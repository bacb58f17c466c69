//! Text frames over a WebSocket: read one, send one, both bounded.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::http::Socket;

/// The other side must take something within this once the buffers between us are full: who does not
/// is cut off and comes back, for nothing is kept for it without bound.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

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
    send_message(socket, Message::text(text)).await
}

pub async fn ping(socket: &mut Socket) -> Result<(), Gone> {
    send_message(socket, Message::Ping(Default::default())).await
}

async fn send_message(socket: &mut Socket, message: Message) -> Result<(), Gone> {
    match tokio::time::timeout(TAKEN_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}

/// Says why and closes; the other side may be gone already.
pub async fn close(socket: &mut Socket, reason: &'static str) {
    let frame = CloseFrame { code: CloseCode::Policy, reason: reason.into() };
    let _ = tokio::time::timeout(TAKEN_WITHIN, socket.close(Some(frame))).await;
}
