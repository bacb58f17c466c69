//! A running server on a free port, with the example organisation in a folder of its own.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use futures_util::{SinkExt as _, StreamExt as _};
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use store::{Blobs, SqliteOptions, Store};
use tandem::auth::{Auth, Principal};
use tandem::cluster::Desk;
use tandem::configuration::organisation::{ApiClient, ApiKey, Organisation, Password, Scope};
use tandem::configuration::{Secrets, Settings};
use tandem::foundation::Foundation;
use tandem::http::{ChatOrigin, HttpState, Socket, Sockets, router, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

pub const SHOP: &str = "https://shop.example";
/// A person with a hashed password beside the example's people with demo ones.
pub const HASHED: &str = "hana";
pub const PASSWORD: &str = "tandem-demo";
pub const REPORTS_KEY: &str = "tdm_reports-of-the-tests";
pub const BOT_KEY: &str = "tdm_bot-of-the-tests";
pub const MAX_UPLOAD: u64 = 100_000;

pub struct House {
    pub address: SocketAddr,
    pub client: Client,
    pub auth: Arc<Auth>,
    pub foundation: Arc<Foundation>,
    pub ready: watch::Sender<bool>,
    pub shutdown: CancellationToken,
    pub served: tokio::task::JoinHandle<()>,
    _folder: TempDir,
}

/// Settings in which a hash costs next to nothing.
pub fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.auth.argon2_memory_kib = 64;
    settings.auth.argon2_iterations = 1;
    settings.auth.logins_per_account_per_minute = 1_000;
    settings.auth.logins_per_address_per_minute = 1_000;
    settings.chat.max_upload_bytes = MAX_UPLOAD;
    settings
}

impl House {
    pub async fn open() -> Self {
        Self::with(settings(), |_| {}).await
    }

    pub async fn with(settings: Settings, change: impl FnOnce(&mut Organisation)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap();
        let blobs = Blobs::open_folder(&folder.path().join("blobs"), 1 << 20).unwrap();
        let secrets = Secrets::in_data(folder.path());
        let organisation = ArcSwap::from_pointee(Organisation::default());
        let foundation = Arc::new(Foundation {
            settings,
            base: std::path::PathBuf::new(),
            organisation,
            store,
            blobs,
            secrets,
        });
        let auth = Arc::new(Auth::open(&foundation).unwrap());
        let mut organisation = organisation_with_keys(&auth);
        change(&mut organisation);
        foundation.organisation.store(Arc::new(organisation));
        let (ready, readiness) = watch::channel(true);
        let state = HttpState {
            foundation: Arc::clone(&foundation),
            auth: Arc::clone(&auth),
            sockets: Arc::new(Echo),
            readiness,
            api: axum::Router::new().route("/echo", axum::routing::post(echo)).into(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve(listener, Desk::alone(router(state)), None, shutdown.clone()));
        let client = Client::builder().no_proxy().build().unwrap();
        Self { address, client, auth, foundation, ready, shutdown, served, _folder: folder }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn own_origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    pub async fn try_login(&self, user: &str, password: &str) -> Response {
        let body = json!({ "user": user, "password": password });
        self.post("/v1/login").json(&body).send().await.unwrap()
    }

    pub async fn login(&self, user: &str) -> Browser {
        let response = self.try_login(user, PASSWORD).await;
        assert_eq!(response.status(), 204);
        Browser { session: cookie(&response, "tandem_session"), csrf: cookie(&response, "tandem_csrf") }
    }
}

/// The cookies of a login.
pub struct Browser {
    pub session: String,
    pub csrf: String,
}

impl Browser {
    pub fn cookies(&self) -> String {
        format!("tandem_session={}; tandem_csrf={}", self.session, self.csrf)
    }

    /// A request that reads.
    pub fn read(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", self.cookies())
    }

    /// A request that changes something.
    pub fn write(&self, request: RequestBuilder) -> RequestBuilder {
        self.read(request).header("x-csrf-token", &self.csrf)
    }
}

pub fn cookie(response: &Response, name: &str) -> String {
    let lines = response.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let mut found = lines.filter_map(|line| line.split(';').next()?.strip_prefix(name)?.strip_prefix('='));
    found.next().unwrap().to_owned()
}

pub async fn code(response: Response) -> String {
    let body: Value = response.json().await.unwrap();
    assert!(body["message"].is_string(), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

fn organisation_with_keys(auth: &Auth) -> Organisation {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/organisation");
    let mut organisation = Organisation::load(&folder).unwrap();
    organisation.sites[0].allowed_origins = vec![SHOP.to_owned()];
    let mut hashed = organisation.agents[0].clone();
    hashed.id = HASHED.parse().unwrap();
    hashed.password = Some(Password::Hash(auth.passwords.hash(PASSWORD).unwrap()));
    organisation.agents.push(hashed);
    let bot = organisation.virtual_agents[0].id.clone();
    organisation.api_clients = vec![
        client("reports", REPORTS_KEY, Scope::QueuesRead, None),
        client("bot", BOT_KEY, Scope::Attend, Some(bot)),
    ];
    organisation
}

pub fn client(id: &str, key: &str, scope: Scope, agent: Option<model::AgentId>) -> ApiClient {
    ApiClient {
        id: model::id::Name::new(id).unwrap(),
        name: id.to_owned(),
        scopes: vec![scope],
        key: ApiKey::Sha256(tandem::auth::token::hash(key)),
        agent,
    }
}

async fn echo(principal: Principal, text: String) -> String {
    format!("{}: {text}", principal.agent)
}

/// Says who came, then repeats what it hears.
struct Echo;

#[async_trait]
impl Sockets for Echo {
    async fn chat(&self, socket: Socket, from: ChatOrigin) {
        let peer: IpAddr = from.peer;
        repeat(socket, format!("{} {peer}", from.origin.unwrap_or_else(|| "own".to_owned()))).await;
    }

    async fn console(&self, socket: Socket, who: Principal) {
        repeat(socket, who.agent.to_string()).await;
    }
}

async fn repeat(mut socket: Socket, first: String) {
    if socket.send(Message::text(first)).await.is_err() {
        return;
    }
    while let Some(Ok(message)) = socket.next().await {
        if message.is_text() && socket.send(message).await.is_err() {
            return;
        }
    }
}
