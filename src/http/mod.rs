//! HTTP and WebSocket, as browsers and programs see the server.
//!
//! This part decides who may come in and how much they may ask of us: origins, cookies, keys, sizes,
//! rates and times. What then happens on a socket is behind [`Sockets`], which the engine implements.

mod assets;
mod audit;
mod common_answers;
mod content_security;
mod cookies;
mod disposition;
mod error;
mod files;
mod gate;
mod headers;
mod health;
mod login;
mod logins;
mod multipart;
pub mod openapi;
pub mod origin;
mod passing;
mod peer;
mod principal;
mod routes;
mod second_factor;
mod serve;
mod shares;
mod sockets;
mod timeout;
mod tls;
mod upgrade;
mod uploads;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use utoipa_axum::router::OpenApiRouter;

use crate::auth::{Auth, Principal};
use crate::configuration::organisation::Site;
use crate::foundation::Foundation;

pub use error::{ApiError, ErrorBody};
pub use peer::Peer;
pub use principal::require;
pub use routes::router;
pub use serve::serve;
pub(crate) use serve::{accept, speak};
pub use tls::{TlsError, acceptor};
pub use upgrade::upgrade;

/// A WebSocket that has been upgraded.
pub type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Where a chat's socket comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatOrigin {
    /// The origin of the page, which some site allows. None: a page of our own, such as the panel.
    pub origin: Option<String>,
    pub peer: IpAddr,
}

impl ChatOrigin {
    /// Whether this site's chat may be used from there: to be asked once a hello names the site.
    pub fn may_enter(&self, site: &Site) -> bool {
        self.origin.as_ref().is_none_or(|origin| origin::is_allowed(origin, site))
    }
}

/// What happens on sockets, once they are let in. The future ends when the socket does; it is dropped
/// never, so it has to end by itself when the server drains.
#[async_trait]
pub trait Sockets: Send + Sync + 'static {
    async fn chat(&self, socket: Socket, from: ChatOrigin);
    /// A person, or a program that attends as a virtual agent.
    async fn console(&self, socket: Socket, who: Principal);
}

/// What [`router`] stands on.
pub struct HttpState {
    pub foundation: Arc<Foundation>,
    pub auth: Arc<Auth>,
    pub sockets: Arc<dyn Sockets>,
    /// Whether this server can take work; false while it starts and drains.
    pub readiness: watch::Receiver<bool>,
    /// More routes below `/v1`, written without that prefix. A plain `axum::Router` converts.
    pub api: OpenApiRouter,
    pub metrics: PrometheusHandle,
}
