//! Where requests are answered: by this process, by the node that leads, or by nobody at the moment.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::introduction::Introductions;
use super::relay;
use crate::http;

/// How long a connection waits for somebody to lead: as long as an election takes, and a start after it.
const PATIENCE: Duration = Duration::from_secs(10);

const NOBODY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Who answers.
#[derive(Clone)]
pub enum Answering {
    /// This process.
    Here(Router),
    /// The node that listens for others at this address.
    There(SocketAddr),
    /// Nobody leads.
    Nowhere,
}

/// What takes connections in, wherever they are answered. Clones share what they know.
#[derive(Clone)]
pub struct Desk {
    answering: watch::Receiver<Answering>,
    introductions: Option<Arc<Introductions>>,
}

impl Desk {
    /// All is answered by this process: one machine.
    pub fn alone(router: Router) -> Self {
        Self { answering: watch::channel(Answering::Here(router)).1, introductions: None }
    }

    /// Answered as `answering` says from one moment to the next.
    pub fn among_nodes(answering: watch::Receiver<Answering>, introductions: Arc<Introductions>) -> Self {
        Self { answering, introductions: Some(introductions) }
    }

    /// Serves a connection of `peer` to its end, here or by carrying it on.
    pub async fn serve<S>(mut self, mut stream: S, peer: IpAddr, shutdown: CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match (self.known().await, &self.introductions) {
            (Answering::Here(router), _) => http::speak(stream, peer, router, shutdown).await,
            (Answering::There(leader), Some(introductions)) => {
                let introduction = introductions.of(peer);
                relay::carry(stream, leader, &introduction, self.answering, shutdown).await;
            }
            (Answering::There(_), None) | (Answering::Nowhere, _) => {
                // A peer that went away meanwhile is no event.
                let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(NOBODY)).await;
            }
        }
    }

    /// Who answers, or who does once somebody does.
    async fn known(&mut self) -> Answering {
        let somebody = |answering: &Answering| !matches!(answering, Answering::Nowhere);
        match tokio::time::timeout(PATIENCE, self.answering.wait_for(somebody)).await {
            Ok(Ok(answering)) => answering.clone(),
            // Nobody will say any more, or not in time.
            Ok(Err(_)) | Err(_) => Answering::Nowhere,
        }
    }

    /// The router, if this process answers.
    pub(super) fn here(&self) -> Option<Router> {
        match &*self.answering.borrow() {
            Answering::Here(router) => Some(router.clone()),
            Answering::There(_) | Answering::Nowhere => None,
        }
    }
}
