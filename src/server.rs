//! One machine that serves: its floor, and the port where browsers and programs connect.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use model::AgentId;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cluster::Desk;
use crate::configuration::Settings;
use crate::engine::Engine;
use crate::floor::Floor;
use crate::http;
use crate::virtual_agents::Colleague;

pub use crate::floor::StartError;

/// A server that serves.
pub struct Server {
    pub engine: Arc<Engine>,
    pub address: SocketAddr,
    /// Where LMTP is spoken, if it is.
    pub lmtp: Option<SocketAddr>,
    /// Where SMTP is spoken, if it is.
    pub smtp: Option<SocketAddr>,
    floor: Floor,
    serving: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts with `settings`; relative paths are taken from `base`.
    pub async fn start(settings: Settings, base: &Path) -> Result<Self, StartError> {
        Self::start_with(settings, base, BTreeMap::new()).await
    }

    /// The same with virtual agents of the caller's own, who stand in the organisation as `external`
    /// and attend in this process all the same.
    pub async fn start_with(
        settings: Settings,
        base: &Path,
        more: BTreeMap<AgentId, Colleague>,
    ) -> Result<Self, StartError> {
        let stop = CancellationToken::new();
        let floor = Floor::open(settings, base, more, stop.clone()).await?;
        let server = &floor.engine.foundation.settings.server;
        let address = server.address;
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| StartError::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        let tls = server.tls.as_ref().map(http::acceptor).transpose()?;
        let serving = tokio::spawn(http::serve(listener, Desk::alone(floor.router.clone()), tls, stop));
        let (engine, lmtp, smtp) = (floor.engine.clone(), floor.lmtp, floor.smtp);
        Ok(Self { engine, address, lmtp, smtp, floor, serving })
    }

    /// Takes no more work, lets requests finish and sockets say goodbye until the drain deadline.
    pub async fn drain(self) {
        let serving = self.serving;
        let served = async {
            // Only a panic ends it early.
            let _ = serving.await;
        };
        self.floor.drain(served).await;
    }
}
