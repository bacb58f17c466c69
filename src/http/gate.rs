//! What all requests share. It travels with each request, so that extractors of any router find it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Semaphore, watch};

use super::shares::Shares;
use super::{ApiError, Sockets};
use crate::auth::Auth;
use crate::auth::limits::Rate;
use crate::foundation::Foundation;
use crate::network::Network;

/// Most sockets of consoles.
const CONSOLES: usize = 10_000;
/// Most uploads in memory at once.
const UPLOADS: usize = 16;
/// Uploads of one network among them.
const UPLOADS_OF_ONE: usize = 4;
/// Uploads an address may begin in a minute.
const UPLOADS_PER_MINUTE: u32 = 60;

pub struct Gate {
    pub foundation: Arc<Foundation>,
    pub auth: Arc<Auth>,
    pub sockets: Arc<dyn Sockets>,
    pub readiness: watch::Receiver<bool>,
    pub metrics: PrometheusHandle,
    /// Proxies whose word on the customer's address is taken.
    pub trusted_proxies: Vec<Network>,
    pub chats: Arc<Semaphore>,
    pub consoles: Arc<Semaphore>,
    pub uploads: Arc<Semaphore>,
    pub upload_shares: Arc<Shares>,
    pub upload_rate: Rate<std::net::IpAddr>,
}

impl Gate {
    pub fn new(state: super::HttpState) -> Arc<Self> {
        // Settings are validated when they are read.
        let proxies = state.foundation.settings.server.trusted_proxies.iter();
        let trusted_proxies = proxies.filter_map(|network| network.parse().ok()).collect();
        let max_live = state.foundation.settings.sessions.max_live.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            foundation: state.foundation,
            auth: state.auth,
            sockets: state.sockets,
            readiness: state.readiness,
            metrics: state.metrics,
            trusted_proxies,
            chats: Arc::new(Semaphore::new(max_live)),
            consoles: Arc::new(Semaphore::new(CONSOLES)),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            upload_shares: Shares::new(UPLOADS_OF_ONE),
            upload_rate: Rate::per_minute(UPLOADS_PER_MINUTE),
        })
    }

    /// Whether browsers reach us by TLS, ended here or at a proxy.
    pub fn is_secure(&self) -> bool {
        self.foundation.settings.server.public_url().starts_with("https://")
    }
}

/// Hands the gate to a handler.
pub struct Through(pub Arc<Gate>);

impl<S: Send + Sync> FromRequestParts<S> for Through {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Arc<Gate>>().cloned().map(Self).ok_or_else(ApiError::internal)
    }
}
