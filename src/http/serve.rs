//! Connections: accepted up to a limit, cut when they dawdle, drained at the end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::Peer;
use super::shares::Shares;
use crate::cluster::Desk;

/// Most connections that speak HTTP; those upgraded to WebSockets no longer count.
const CONNECTIONS: usize = 10_000;
/// Connections of one network among them; offices share an address.
const CONNECTIONS_OF_ONE: usize = 1_000;
/// How long the head of a request may take, and how long a connection may idle before it.
const HEAD: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Most header lines, and most bytes of them.
const HEADERS: usize = 64;
const HEAD_BYTES: usize = 32 * 1024;
/// A connection this old takes no further request.
const OLD: Duration = Duration::from_secs(600);
/// Then it may take this long to read its last answer.
const LAST_ANSWER: Duration = Duration::from_secs(120);
/// After an accept that failed, as when no file descriptor is left.
const PAUSE: Duration = Duration::from_millis(100);

const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Serves until `shutdown`; then accepts nothing more and returns when all requests are answered.
/// Give it a deadline: a reader may be slow. WebSockets are not waited for.
pub async fn serve(listener: TcpListener, desk: Desk, tls: Option<TlsAcceptor>, shutdown: CancellationToken) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let shares = Shares::new(CONNECTIONS_OF_ONE);
    while let Some((stream, peer)) = accept(&listener, &shutdown).await {
        let place = shares.take(peer).zip(Arc::clone(&places).try_acquire_owned().ok());
        let Some(place) = place else {
            // Before a TLS handshake there is no way to say why.
            if tls.is_none() {
                connections.spawn(turn_away(stream));
            }
            continue;
        };
        let connection = connection(stream, peer, desk.clone(), tls.clone(), shutdown.clone());
        connections.spawn(async move {
            Box::pin(connection).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// None once the server drains.
pub(crate) async fn accept(
    listener: &TcpListener,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, IpAddr)> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => return Some((stream, peer.ip())),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: IpAddr,
    desk: Desk,
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
) {
    // Small frames must not wait for each other's acknowledgement.
    let _ = stream.set_nodelay(true);
    match tls {
        None => desk.serve(stream, peer, shutdown).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                desk.serve(stream, peer, shutdown).await;
            }
        }
    }
}

/// Answers a connection's requests until it ends, grows old, or `shutdown`.
pub(crate) async fn speak<S>(stream: S, peer: IpAddr, router: Router, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = protocol().serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    let is_last = tokio::select! {
        // A peer that breaks the protocol or goes away is no event.
        _ = &mut connection => return,
        () = shutdown.cancelled() => Duration::MAX,
        () = tokio::time::sleep(OLD) => LAST_ANSWER,
    };
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(is_last, connection).await;
}

fn protocol() -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(HEADERS).max_buf_size(HEAD_BYTES);
    protocol
}

async fn answer(router: Router, peer: IpAddr, request: Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    router.oneshot(request).await
}

async fn turn_away(mut stream: TcpStream) {
    let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(FULL)).await;
}
