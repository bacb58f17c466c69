//! A whole server in this process on a free port, and customers and agents who speak its protocols.

#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

pub mod acts;
pub mod browser;
pub mod desk;
pub mod log;
pub mod mail;
pub mod neighbour;
pub mod process;
pub mod replayed;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use channels::chat::wire::{ChatContent, ChatMessage, ChatRequest, Hello, Sender, Welcome};
use futures_util::{SinkExt, StreamExt};
use model::{MessageId, SiteId};
use tandem::configuration::{Organisation, Settings};
use tandem::console::wire::{Answer, Ask, ConsoleMessage, ConsoleRefusal, ConsoleRequest};
use tandem::server::Server;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Nothing takes longer, on any machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where a server is reached, in this process or in another.
pub trait Reached {
    fn address(&self) -> SocketAddr;
}

impl Reached for House {
    fn address(&self) -> SocketAddr {
        self.server.address
    }
}

/// A running organisation with its data in a folder of its own.
pub struct House {
    pub server: Server,
    pub data: Arc<tempfile::TempDir>,
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(|_, _| {}).await
    }

    /// Changes settings and organisation before the first start.
    pub async fn open_with(change: impl FnOnce(&mut Settings, &mut Organisation)) -> Self {
        Self::open_with_minds(change, Default::default()).await
    }

    /// With virtual agents of the test's own.
    pub async fn open_with_minds(
        change: impl FnOnce(&mut Settings, &mut Organisation),
        minds: std::collections::BTreeMap<model::AgentId, tandem::virtual_agents::Colleague>,
    ) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let mut settings = settings(data.path());
        let mut organisation = Organisation::load(&root().join("config/organisation")).unwrap();
        change(&mut settings, &mut organisation);
        organisation.export(&data.path().join("organisation")).unwrap();
        settings.import.organisation = data.path().join("organisation");
        let server = Server::start_with(settings, &root(), minds).await.unwrap();
        Self { server, data }
    }

    /// Ends the server without a word to anybody, and starts it anew on the same data.
    pub async fn restart(self, change: impl FnOnce(&mut Settings)) -> Self {
        let Self { server, data } = self;
        server.drain().await;
        let mut settings = settings(data.path());
        settings.import.organisation = data.path().join("organisation");
        change(&mut settings);
        let mut attempts = 0;
        loop {
            match Server::start(settings.clone(), &root()).await {
                Ok(server) => return Self { server, data },
                // The last store handle of the old server goes with its last task.
                Err(error) if attempts < 200 => {
                    attempts += 1;
                    let _ = error;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    pub async fn customer(&self) -> Customer {
        Customer::arrive(self, None, 0).await
    }

    pub async fn agent(&self, user: &str) -> Agent {
        Agent::log_in(self, user).await
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Of a browser that was never here.
pub fn hello() -> Hello {
    Hello {
        version: 1,
        site: SiteId::new("outdoor").unwrap(),
        visitor: None,
        user: None,
        since: model::Sequence(0),
        session: None,
        language: None,
        page: Some("https://shop.example/tents".into()),
        form: Default::default(),
    }
}

pub fn settings(data: &Path) -> Settings {
    let mut settings = Settings::default();
    settings.server.address = ([127, 0, 0, 1], 0).into();
    settings.store.folder = data.join("data");
    settings
}

/// A customer in a browser.
pub struct Customer {
    socket: Client,
    pub welcome: Welcome,
    /// The last sequence seen; gaps are faults.
    pub seen: u64,
    pub heard: Vec<ChatMessage>,
}

impl Customer {
    pub async fn arrive(house: &impl Reached, visitor: Option<String>, since: u64) -> Self {
        let hello = Hello { visitor, since: model::Sequence(since), ..hello() };
        Self::arrive_as(house, hello).await
    }

    pub async fn arrive_as(house: &impl Reached, hello: Hello) -> Self {
        let since = hello.since.0;
        let mut request = format!("ws://{}/chat", house.address()).into_client_request().unwrap();
        let origin = format!("http://{}", house.address());
        request.headers_mut().insert("origin", HeaderValue::from_str(&origin).unwrap());
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = socket;
        send(&mut socket, &ChatRequest::Hello(hello)).await;
        let ChatMessage::Welcome(welcome) = receive(&mut socket).await else { panic!("no welcome") };
        let seen = if welcome.resumed { since } else { welcome.sequence.0 };
        Self { socket, welcome, seen, heard: Vec::new() }
    }

    pub async fn say(&mut self, text: &str) -> MessageId {
        let id = MessageId(uuid::Uuid::now_v7());
        self.say_as(id, text).await;
        id
    }

    pub async fn say_as(&mut self, id: MessageId, text: &str) {
        self.ask(ChatRequest::Message { id, text: text.into(), uploads: Vec::new() }).await;
    }

    pub async fn ask(&mut self, request: ChatRequest) {
        send(&mut self.socket, &request).await;
    }

    /// Says something, if anybody is there.
    pub async fn try_say(&mut self, id: MessageId, text: &str) -> Result<(), ()> {
        let request = ChatRequest::Message { id, text: text.into(), uploads: Vec::new() };
        let frame = Message::text(serde_json::to_string(&request).unwrap());
        self.socket.send(frame).await.map_err(drop)
    }

    /// The next frame; none once the server is gone.
    pub async fn try_next(&mut self) -> Option<ChatMessage> {
        loop {
            let next =
                tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("it answers or is gone");
            match next? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Sends what may not be a request at all.
    pub async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// The next frame that is wanted; everything before is kept in `heard`.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&ChatMessage) -> Option<T>) -> T {
        loop {
            let message: ChatMessage = receive(&mut self.socket).await;
            if let ChatMessage::Snapshot { sequence, .. } = &message {
                self.seen = sequence.0;
            }
            if let ChatMessage::Event { after, sequence, .. } = &message {
                assert_eq!(after.0, self.seen, "a gap before {sequence}");
                self.seen = sequence.0;
            }
            let found = wanted(&message);
            self.heard.push(message);
            if let Some(found) = found {
                return found;
            }
        }
    }

    /// The next message by somebody else, with its author's name.
    pub async fn answer(&mut self) -> (String, String) {
        self.until(|message| match message {
            ChatMessage::Event { item, .. } => match &item.content {
                ChatContent::Message { from: Sender::Agent { name, .. }, text, .. } => {
                    Some((name.clone(), text.clone()))
                }
                _ => None,
            },
            _ => None,
        })
        .await
    }

    pub async fn close(mut self) -> (String, u64) {
        let _ = self.socket.close(None).await;
        (self.welcome.visitor, self.seen)
    }
}

/// An agent or supervisor at a console.
pub struct Agent {
    socket: Client,
    next: u32,
    pub heard: Vec<ConsoleMessage>,
    pub welcome: tandem::console::wire::ConsoleWelcome,
    pub cookies: String,
}

impl Agent {
    /// For what a console's own requests cannot say.
    pub fn socket(&mut self) -> &mut Client {
        &mut self.socket
    }

    pub async fn log_in(house: &impl Reached, user: &str) -> Self {
        let client = reqwest::Client::new();
        let body = serde_json::json!({ "user": user, "password": "tandem-demo" }).to_string();
        let request = client
            .post(format!("http://{}/v1/login", house.address()))
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 204, "login of {user}");
        let cookies = response.headers().get_all("set-cookie").iter();
        let cookies: Vec<_> =
            cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
        Self::open_console(house, cookies.join("; ")).await
    }

    /// Another console of somebody who is logged in.
    pub async fn open_console(house: &impl Reached, cookies: String) -> Self {
        let mut request = format!("ws://{}/console", house.address()).into_client_request().unwrap();
        request.headers_mut().insert("cookie", HeaderValue::from_str(&cookies).unwrap());
        let origin = format!("http://{}", house.address());
        request.headers_mut().insert("origin", HeaderValue::from_str(&origin).unwrap());
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = socket;
        send(&mut socket, &ConsoleRequest { request: 0, ask: Ask::Hello { version: 1 } }).await;
        let ConsoleMessage::Welcome(welcome) = receive(&mut socket).await else { panic!("no welcome") };
        Self { socket, next: 1, heard: Vec::new(), welcome: *welcome, cookies }
    }

    /// Sends a request and waits for its answer; other frames are kept in `heard`.
    pub async fn ask(&mut self, ask: Ask) -> Result<Answer, ConsoleRefusal> {
        let number = self.next;
        self.next += 1;
        send(&mut self.socket, &ConsoleRequest { request: number, ask }).await;
        loop {
            let message: ConsoleMessage = receive(&mut self.socket).await;
            match message {
                ConsoleMessage::Done { request, answer } if request == number => return Ok(answer),
                ConsoleMessage::Refused { request: Some(request), code, message } if request == number => {
                    eprintln!("refused: {message}");
                    return Err(code);
                }
                other => self.heard.push(other),
            }
        }
    }

    /// A frame that is wanted, among those kept or the next ones.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&ConsoleMessage) -> Option<T>) -> T {
        for position in 0..self.heard.len() {
            if let Some(found) = wanted(&self.heard[position]) {
                self.heard.remove(position);
                return found;
            }
        }
        loop {
            let message: ConsoleMessage = receive(&mut self.socket).await;
            match wanted(&message) {
                Some(found) => return found,
                None => self.heard.push(message),
            }
        }
    }

    pub async fn offer(&mut self) -> tandem::console::wire::Offer {
        self.until(|message| match message {
            ConsoleMessage::Offer(offer) => Some((**offer).clone()),
            _ => None,
        })
        .await
    }

    /// Accepts an offer and waits until the session is in hand.
    pub async fn take(&mut self, offer: &tandem::console::wire::Offer) {
        self.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
        self.until(|message| match message {
            ConsoleMessage::Session(card) => (card.session == offer.session).then_some(()),
            _ => None,
        })
        .await;
    }

    pub async fn post(
        &mut self,
        session: model::SessionId,
        text: &str,
        seen: model::Sequence,
    ) -> Result<Answer, ConsoleRefusal> {
        let message = MessageId(uuid::Uuid::now_v7());
        self.ask(Ask::Post { session, message, text: text.into(), uploads: Vec::new(), seen }).await
    }

    /// Opens a session anew and answers what it is.
    pub async fn open(&mut self, session: model::SessionId) -> tandem::console::wire::SessionSnapshot {
        self.ask(Ask::Open { session, since: model::Sequence(0) }).await.unwrap();
        self.until(|message| match message {
            ConsoleMessage::Snapshot(snapshot) if snapshot.session == session => Some((**snapshot).clone()),
            _ => None,
        })
        .await
    }

    /// The next frame of any kind; safe to give up waiting for.
    pub async fn next(&mut self) -> ConsoleMessage {
        if !self.heard.is_empty() {
            return self.heard.remove(0);
        }
        receive(&mut self.socket).await
    }

    /// Sends what may not be a request at all.
    pub async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Neither reads nor answers pings for so long, as a laptop whose lid is closed; then whether the
    /// server has closed the socket meanwhile.
    pub async fn sleep(&mut self, long: Duration) -> bool {
        tokio::time::sleep(long).await;
        let closed = async {
            while let Some(Ok(message)) = self.socket.next().await {
                if message.is_close() {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(2), closed).await.is_ok()
    }

    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}

/// A socket on which nothing has been said; the browser's headers are there.
pub async fn raw(house: &impl Reached, path: &str, cookies: &str) -> Client {
    let mut request = format!("ws://{}{path}", house.address()).into_client_request().unwrap();
    let origin = format!("http://{}", house.address());
    request.headers_mut().insert("origin", HeaderValue::from_str(&origin).unwrap());
    request.headers_mut().insert("cookie", HeaderValue::from_str(cookies).unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

/// Sends one frame and answers the first text that comes.
pub async fn first_word(socket: &mut Client, frame: Message) -> String {
    socket.send(frame).await.unwrap();
    let word = async {
        loop {
            if let Message::Text(text) = socket.next().await.expect("an answer").unwrap() {
                return text.to_string();
            }
        }
    };
    tokio::time::timeout(PATIENCE, word).await.expect("an answer within patience")
}

/// Sends one frame and answers all text frames that come until the server closes.
pub async fn last_words(socket: &mut Client, frame: Message) -> Vec<String> {
    // The server may have closed already.
    let _ = socket.send(frame).await;
    let mut said = Vec::new();
    let closed = async {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Text(text) => said.push(text.to_string()),
                Message::Close(_) => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, closed).await.expect("the server closes");
    said
}

pub async fn send(socket: &mut Client, frame: &impl serde::Serialize) {
    socket.send(Message::text(serde_json::to_string(frame).unwrap())).await.unwrap();
}

pub async fn receive<T: serde::de::DeserializeOwned>(socket: &mut Client) -> T {
    // Pings do not prolong it.
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let message =
            tokio::time::timeout_at(deadline, socket.next()).await.expect("something within patience");
        match message.expect("the server is there").unwrap() {
            Message::Text(text) => {
                return serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
            }
            Message::Close(frame) => panic!("closed: {frame:?}"),
            _ => {}
        }
    }
}
