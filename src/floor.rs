//! What a server is besides its port: the store, the engine, and what works beside them. A node that
//! leads has one; a single machine has one all the time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use model::{AgentId, Sequence};
use store::{Blobs, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::{Auth, Principal};
use crate::configuration::{Fault, Organisation, Secrets, Settings, settings};
use crate::console;
use crate::console::wire::ConsoleRole;
use crate::engine::Engine;
use crate::foundation::Foundation;
use crate::http::{self, ChatOrigin, HttpState, Socket, Sockets};
use crate::understanding::{self, Understanding, UnderstandingError};
use crate::virtual_agents::{Colleague, VirtualAgents};
use crate::{chat, housekeeping, mail, measures, storage, versions, webhooks};

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the organisation is not valid:\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Organisation(Vec<Fault>),
    #[error("a step of the start ended early: {0}")]
    Ended(String),
    #[error(transparent)]
    Open(#[from] storage::StorageError),
    #[error("cannot use the data folder: {0}")]
    Blobs(#[from] store::BlobError),
    #[error(transparent)]
    Version(#[from] versions::VersionError),
    #[error(transparent)]
    Secret(#[from] crate::configuration::SecretError),
    #[error(transparent)]
    Understanding(#[from] UnderstandingError),
    #[error(transparent)]
    Engine(#[from] crate::engine::StartError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Tls(#[from] http::TlsError),
    #[error(transparent)]
    Mail(#[from] mail::MailError),
    #[error(transparent)]
    Webhooks(#[from] webhooks::SenderError),
    #[error("cannot record metrics: {0}")]
    Metrics(String),
}

/// Everything live, and the router that answers requests about it.
pub struct Floor {
    pub engine: Arc<Engine>,
    /// Answers requests, whichever way they come in.
    pub router: axum::Router,
    /// Where LMTP is spoken, if it is.
    pub lmtp: Option<SocketAddr>,
    /// Where SMTP is spoken, if it is.
    pub smtp: Option<SocketAddr>,
    stop: CancellationToken,
    ready: watch::Sender<bool>,
    /// Sockets that are not closed yet.
    open: TaskTracker,
}

impl Floor {
    /// Opens the store and brings back what was live. Relative paths in `settings` are taken from `base`;
    /// `more` are virtual agents of the caller's own. Ends with `stop`.
    pub async fn open(
        settings: Settings,
        base: &Path,
        more: BTreeMap<AgentId, Colleague>,
        stop: CancellationToken,
    ) -> Result<Self, StartError> {
        let foundation = Arc::new(found(settings, base).await?);
        let auth = {
            let foundation = foundation.clone();
            tokio::task::spawn_blocking(move || Auth::open(&foundation)).await.map_err(joined)??
        };
        let auth = Arc::new(auth);
        let Understanding { mut colleagues, intents, library } =
            understanding::learn(&foundation, &foundation.organisation()).await?;
        colleagues.extend(more);
        let virtual_agents = |engine| VirtualAgents::new(engine, colleagues);
        let engine = Engine::start(foundation.clone(), auth.clone(), stop.clone(), virtual_agents).await?;
        housekeeping::start(&engine, &stop);
        engine.knowledge.store(library);
        measures::start(&engine, &stop);
        let webhooks = webhooks::Sender::new(foundation.clone(), engine.webhooks_due.clone())?;
        tokio::spawn(webhooks.run(stop.clone()));
        engine.classify_by(intents);
        let mail = mail::start(&engine, &stop).await?;

        let (ready, readiness) = watch::channel(true);
        let open = TaskTracker::new();
        let state = HttpState {
            foundation,
            auth,
            sockets: Arc::new(Doors { engine: engine.clone(), open: open.clone() }),
            readiness,
            api: crate::api::routes(engine.clone()).merge(mail.routes()),
            metrics: metrics_handle()?,
        };
        let router = http::router(state);
        Ok(Self { engine, router, lmtp: mail.lmtp, smtp: mail.smtp, stop, ready, open })
    }

    /// Takes no more work; returns once `served` has ended and all sockets have said goodbye, or the
    /// drain deadline has passed.
    pub async fn drain(self, served: impl Future<Output = ()>) {
        self.ready.send_replace(false);
        self.stop.cancel();
        let deadline = self.engine.foundation.settings.server.drain_deadline;
        self.open.close();
        let drained = async {
            served.await;
            self.open.wait().await;
        };
        if tokio::time::timeout(deadline, drained).await.is_err() {
            tracing::warn!("the drain deadline passed; what is left is ended");
        }
    }
}

fn joined(error: tokio::task::JoinError) -> StartError {
    StartError::Ended(error.to_string())
}

/// Opens the store and finds the organisation: the newest in the log, or the files at first start.
async fn found(settings: Settings, base: &Path) -> Result<Foundation, StartError> {
    let organisation_folder = base.join(&settings.import.organisation);
    let limit = usize::try_from(settings.chat.max_upload_bytes).unwrap_or(usize::MAX);
    let limit = limit.max(settings.email.max_message_bytes);
    let (chosen, from) = (settings.store.clone(), base.to_owned());
    let opened = tokio::task::spawn_blocking(move || open(&chosen, &from, limit)).await.map_err(joined)??;
    let (store, blobs, secrets) = opened;
    let organisation = match versions::newest(&store).await? {
        Some(organisation) => organisation,
        None => import(&store, organisation_folder).await?,
    };
    let base = base.to_owned();
    Ok(Foundation {
        settings,
        base,
        organisation: ArcSwap::from_pointee(organisation),
        store,
        blobs,
        secrets,
    })
}

fn open(
    settings: &settings::Store,
    base: &Path,
    limit: usize,
) -> Result<(Store, Blobs, Secrets), StartError> {
    let data = base.join(&settings.folder);
    let store = storage::open(settings, base)?;
    let blobs = Blobs::open_folder(&data.join("blobs"), limit)?;
    Ok((store, blobs, Secrets::in_data(&data)))
}

async fn import(store: &Store, folder: PathBuf) -> Result<Organisation, StartError> {
    let loaded = tokio::task::spawn_blocking(move || Organisation::load(&folder)).await.map_err(joined)?;
    let organisation = loaded.map_err(StartError::Organisation)?;
    versions::record(store, &organisation, Sequence::START, "first start").await?;
    Ok(organisation)
}

/// The recorder is one a process; a second server in it (in tests) shares the handle.
fn metrics_handle() -> Result<PrometheusHandle, StartError> {
    static HANDLE: std::sync::Mutex<Option<PrometheusHandle>> = std::sync::Mutex::new(None);
    let mut kept = HANDLE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(handle) = &*kept {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| StartError::Metrics(error.to_string()))?;
    Ok(kept.insert(handle).clone())
}

/// Lets sockets into the engine.
struct Doors {
    engine: Arc<Engine>,
    open: TaskTracker,
}

#[async_trait]
impl Sockets for Doors {
    async fn chat(&self, socket: Socket, from: ChatOrigin) {
        self.open.track_future(chat::serve(self.engine.clone(), socket, from)).await;
    }

    async fn console(&self, socket: Socket, who: Principal) {
        let works = console::works(&self.engine.foundation.organisation(), &who);
        let identity = console::Identity {
            role: who.role().unwrap_or(ConsoleRole::Agent),
            agent: who.agent,
            name: who.name,
            works,
            via: who.via,
        };
        self.open.track_future(console::serve(self.engine.clone(), socket, identity)).await;
    }
}
