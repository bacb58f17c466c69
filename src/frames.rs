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

/// Most bytes of JSON in one list of a snapshot.
const LIST: usize = 1024 * 1024;

/// Leaves the newest of `items`, which are in order, as far as they fit into a snapshot; whether any
/// were left out.
pub fn keep_newest<T: Serialize>(items: &mut Vec<T>) -> bool {
    let size = |item: &T| serde_json::to_vec(item).map_or(0, |json| json.len());
    let mut left = LIST;
    let fits = |item: &&T| {
        let remaining = left.checked_sub(size(item));
        left = remaining.unwrap_or(0);
        remaining.is_some()
    };
    let kept = items.iter().rev().take_while(fits).count();
    let surplus = items.len() - kept;
    items.drain(..surplus);
    surplus > 0
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_keeps_the_newest_as_far_as_they_fit() {
        let mut few = vec!["old".to_owned(), "new".to_owned()];
        assert!(!keep_newest(&mut few) && few.len() == 2);
        let mut many: Vec<_> = (0..10).map(|number| number.to_string().repeat(LIST / 4)).collect();
        assert!(keep_newest(&mut many));
        let kept: Vec<_> = many.iter().map(|text| &text[..1]).collect();
        assert_eq!(kept, ["7", "8", "9"]);
    }
}
