//! A connection that is answered by another node: carried there as it is, and taken in there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answering::{Answering, Desk};
use super::introduction::{Introductions, NotIntroduced};
use crate::http;

/// How long reaching another node may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a node may take to introduce a connection.
const INTRODUCE: Duration = Duration::from_secs(2);
/// Connections carried here by other nodes, at most.
const CARRIED: usize = 16_000;

/// Carries a connection to the node that leads, until either side ends it or another node leads.
pub(super) async fn carry<S>(
    mut stream: S,
    leader: SocketAddr,
    introduction: &str,
    mut answering: watch::Receiver<Answering>,
    shutdown: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Ok(Ok(mut onward)) = tokio::time::timeout(CONNECT, TcpStream::connect(leader)).await else {
        tracing::debug!(%leader, "the node that leads is not reached");
        return;
    };
    // Small frames must not wait for each other's acknowledgement.
    let _ = onward.set_nodelay(true);
    let carried = async {
        onward.write_all(introduction.as_bytes()).await?;
        copy_bidirectional(&mut stream, &mut onward).await
    };
    let leads_elsewhere =
        |answering: &Answering| !matches!(answering, Answering::There(other) if *other == leader);
    tokio::select! {
        // Who goes away is no event.
        _ = carried => {}
        // Whoever led is not to be believed any more; the peer comes back and is led anew.
        _ = answering.wait_for(leads_elsewhere) => {}
        () = shutdown.cancelled() => {}
    }
}

/// Takes in what other nodes carry here, until `shutdown`. What is not introduced is closed; so is all,
/// while this process does not answer.
pub async fn receive(
    listener: TcpListener,
    desk: Desk,
    introductions: Arc<Introductions>,
    shutdown: CancellationToken,
) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CARRIED));
    while let Some((stream, node)) = http::accept(&listener, &shutdown).await {
        let (Ok(place), Some(router)) = (places.clone().try_acquire_owned(), desk.here()) else { continue };
        let (introductions, shutdown) = (introductions.clone(), shutdown.clone());
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let mut stream = stream;
            match introduced(&mut stream, &introductions).await {
                Ok(peer) => http::speak(stream, peer, router, shutdown).await,
                Err(error) => tracing::warn!(%node, %error, "a connection to the port for nodes is closed"),
            }
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}

/// Reads the line and not a byte of what follows.
async fn introduced(
    stream: &mut TcpStream,
    introductions: &Introductions,
) -> Result<std::net::IpAddr, NotIntroduced> {
    let line = async {
        let mut line = Vec::with_capacity(Introductions::MAX);
        while line.len() < Introductions::MAX {
            match stream.read_u8().await {
                Ok(b'\n') => return String::from_utf8(line).ok(),
                Ok(byte) => line.push(byte),
                Err(_) => return None,
            }
        }
        None
    };
    let line = tokio::time::timeout(INTRODUCE, line).await.ok().flatten();
    introductions.read(&line.ok_or(NotIntroduced::Malformed)?)
}
