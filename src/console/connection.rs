//! One console's connection: hello, then requests and frames until it closes.
//!
//! Sessions are followed one by one from the sequence the console has; a console that reads too
//! slowly is cut off and comes back by hello. Who is cut off misses nothing: it resumes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{AgentId, Recorded, Sequence, SessionEvent, SessionId};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};

use super::access::Access;
use super::answer::{Reply, refuse};
use super::steering;
use super::welcome::{self, Welcome};
use super::wire::{
    Ask, ConsoleMessage, ConsoleRefusal, ConsoleRequest, ConsoleRole, ConsoleWelcome, Me, VERSION,
};
use super::{organisation, snapshot};
use crate::actors::Notice;
use crate::actors::notices::{self, Source};
use crate::auth::Via;
use crate::auth::logins::LoginId;
use crate::engine::Engine;
use crate::foundation::now;
use crate::frames::{self, Gone, Incoming};
use crate::http::Socket;

const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Pings in the time a console may be silent.
const BEATS: u32 = 3;
const SHORTEST_BEAT: Duration = Duration::from_millis(10);
/// Boards are told at most this often.
const BOARD_EVERY: Duration = Duration::from_millis(200);
/// Frames that may wait for one console.
const OUTBOX: usize = 512;
/// Notices that may wait for one console, of all the sessions it follows.
const NOTICES: usize = 1_024;
/// Events replayed at most; past it a snapshot.
const REPLAY: u64 = 500;
/// Sessions one console follows at most.
const MOST_OPEN: usize = 50;

/// How often a console asks whether its login still holds, which also keeps it in use. What ends a login
/// tells at once; this finds those whose time is over.
const CHECK_EVERY: Duration = Duration::from_secs(60);

static CONSOLES: AtomicU64 = AtomicU64::new(1);

/// Who is at the console.
#[derive(Debug, Clone)]
pub struct Identity {
    pub agent: AgentId,
    pub name: String,
    pub role: ConsoleRole,
    /// Whether tasks are routed to them.
    pub works: Works,
    /// How they proved it; their console closes when it no longer holds.
    pub via: Via,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Works {
    AsAgent,
    SupervisesOnly,
}

pub async fn serve(engine: Arc<Engine>, mut socket: Socket, who: Identity) {
    let hello = match timeout(HELLO_WITHIN, frames::read(&mut socket)).await {
        Ok(Incoming::Text(text)) => serde_json::from_str::<ConsoleRequest>(&text),
        _ => return frames::close(&mut socket, "no hello").await,
    };
    let Ok(ConsoleRequest { request, ask: Ask::Hello { .. } }) = hello else {
        let message = "a hello must come first".to_owned();
        let bye = ConsoleMessage::Bye { code: ConsoleRefusal::OutOfOrder, message };
        let _ = frames::send(&mut socket, &bye).await;
        return frames::close(&mut socket, "no hello").await;
    };
    let Some(agent) = engine.agent(&who.agent) else {
        return frames::close(&mut socket, "no such agent").await;
    };
    let console = CONSOLES.fetch_add(1, Ordering::Relaxed);
    let (sender, frames_of_agent) = mpsc::channel(OUTBOX);
    let Ok(standing) = agent.connect(console, sender).await else {
        return frames::close(&mut socket, "try again").await;
    };
    let welcome = ConsoleWelcome {
        version: VERSION,
        now: now(),
        me: Me { agent: who.agent.clone(), name: who.name.clone(), role: who.role },
        presence: standing.presence,
        presence_since: standing.since,
        offers: standing.offers,
        sessions: standing.sessions,
        organisation: organisation::view(&engine),
    };
    let mut connection = Connection {
        engine,
        socket,
        who,
        followed: HashMap::new(),
        read: HashSet::new(),
        notices: notices::Receiver::new(NOTICES),
        last_heard: Instant::now(),
        board: None,
    };
    let welcomed = frames::send(&mut connection.socket, &ConsoleMessage::Welcome(Box::new(welcome))).await;
    if welcomed.is_ok() && connection.done(request, super::wire::Answer::Nothing).await.is_ok() {
        connection.run(frames_of_agent).await;
    }
    agent.disconnect(console);
}

/// A session this console follows.
struct Followed {
    session: SessionId,
    /// The last sequence told.
    told: Sequence,
}

pub(super) struct Connection {
    pub(super) engine: Arc<Engine>,
    socket: Socket,
    pub(super) who: Identity,
    followed: HashMap<Source, Followed>,
    /// Sessions whose reading is recorded: once a connection.
    read: HashSet<SessionId>,
    notices: notices::Receiver,
    last_heard: Instant,
    /// The version of the directory the last board showed, while boards are watched.
    board: Option<u64>,
}

impl Connection {
    async fn run(&mut self, mut frames_of_agent: mpsc::Receiver<Arc<ConsoleMessage>>) {
        let mut beat = interval((self.silence() / BEATS).max(SHORTEST_BEAT));
        let mut board = interval(BOARD_EVERY);
        board.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut alerts = self.engine.alerts.subscribe();
        let mut changed = self.engine.organisation_changed.subscribe();
        let mut ended = self.engine.auth.logins.ended();
        let mut check = interval(CHECK_EVERY);
        let stopping = self.engine.stopping.clone();
        loop {
            let step = tokio::select! {
                incoming = frames::read(&mut self.socket) => self.incoming(incoming).await,
                frame = frames_of_agent.recv() => match frame {
                    Some(frame) => self.pass_on(&frame).await,
                    None => self.cut().await,
                },
                (source, notice) = self.notices.recv() => self.notice(source, notice).await,
                _ = board.tick(), if self.board.is_some() => self.tell_board().await,
                Ok(()) = alerts.changed(), if self.board.is_some() => {
                    let alert = alerts.borrow_and_update().clone();
                    self.alert(alert).await
                }
                _ = beat.tick() => self.beat().await,
                Ok(()) = changed.changed() => self.organisation_changed().await,
                _ = check.tick() => self.check_welcome().await,
                login = ended.recv() => self.login_ended(login).await,
                () = stopping.cancelled() => self.bye(ConsoleRefusal::GoingAway, "the server stops").await,
            };
            if step.is_err() {
                return;
            }
        }
    }

    async fn pass_on(&mut self, frame: &ConsoleMessage) -> Result<(), Gone> {
        frames::send(&mut self.socket, frame).await?;
        if matches!(frame, ConsoleMessage::Bye { .. }) { Err(Gone) } else { Ok(()) }
    }

    async fn organisation_changed(&mut self) -> Result<(), Gone> {
        self.check_welcome().await?;
        self.tell_organisation().await
    }

    /// Closes once the login or the key holds no longer, or is worth something else.
    async fn check_welcome(&mut self) -> Result<(), Gone> {
        match welcome::of(&self.engine, &self.who).await {
            Welcome::Holds => Ok(()),
            Welcome::Over => self.bye(ConsoleRefusal::LoggedOut, "this login has ended").await,
            Welcome::Other => {
                self.bye(ConsoleRefusal::GoingAway, "your role has changed: say hello again").await
            }
        }
    }

    async fn tell_organisation(&mut self) -> Result<(), Gone> {
        let view = Box::new(organisation::view(&self.engine));
        frames::send(&mut self.socket, &ConsoleMessage::Organisation(view)).await
    }

    async fn cut(&mut self) -> Result<(), Gone> {
        self.bye(ConsoleRefusal::TooSlow, "read faster, or say hello again").await
    }

    /// Says why, and closes.
    async fn bye(&mut self, code: ConsoleRefusal, message: &'static str) -> Result<(), Gone> {
        frames::send(&mut self.socket, &ConsoleMessage::Bye { code, message: message.to_owned() }).await?;
        frames::close(&mut self.socket, message).await;
        Err(Gone)
    }

    async fn login_ended(&mut self, login: Result<LoginId, RecvError>) -> Result<(), Gone> {
        match (&self.who.via, login) {
            (Via::Cookie(own), Ok(ended)) if *own == ended => {
                self.bye(ConsoleRefusal::LoggedOut, "this login has ended").await
            }
            // Whoever still has a login comes back with it.
            (Via::Cookie(_), Err(RecvError::Lagged(_))) => {
                self.bye(ConsoleRefusal::GoingAway, "say hello again").await
            }
            _ => Ok(()),
        }
    }

    fn silence(&self) -> Duration {
        self.engine.foundation.settings.console.silence
    }

    async fn beat(&mut self) -> Result<(), Gone> {
        if self.last_heard.elapsed() > self.silence() {
            return Err(Gone);
        }
        frames::ping(&mut self.socket).await
    }

    async fn alert(&mut self, alert: Option<Arc<str>>) -> Result<(), Gone> {
        let Some(message) = alert else { return Ok(()) };
        frames::send(&mut self.socket, &ConsoleMessage::Alert { message: message.to_string() }).await
    }

    async fn tell_board(&mut self) -> Result<(), Gone> {
        let version = self.engine.directory.version();
        if self.board == Some(version) {
            return Ok(());
        }
        self.board = Some(version);
        let Some(frame) = self.engine.board().await else { return Ok(()) };
        frames::send(&mut self.socket, &ConsoleMessage::Board(Box::new(frame))).await
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), Gone> {
        let text = match incoming {
            Incoming::Gone => return Err(Gone),
            Incoming::Alive => {
                self.last_heard = Instant::now();
                return Ok(());
            }
            Incoming::NotText => return self.malformed("send text").await,
            Incoming::Text(text) => text,
        };
        self.last_heard = Instant::now();
        match serde_json::from_str::<ConsoleRequest>(&text) {
            Ok(request) => Box::pin(self.request(request)).await,
            Err(error) => self.malformed(&error.to_string()).await,
        }
    }

    async fn malformed(&mut self, reason: &str) -> Result<(), Gone> {
        let message = reason.chars().take(200).collect();
        let refused = ConsoleMessage::Refused { request: None, code: ConsoleRefusal::Malformed, message };
        frames::send(&mut self.socket, &refused).await
    }

    async fn request(&mut self, request: ConsoleRequest) -> Result<(), Gone> {
        let number = request.request;
        match request.ask {
            Ask::Open { session, since } => self.open(number, session, since).await,
            Ask::Leave { session } => {
                self.leave(session);
                self.done(number, super::wire::Answer::Nothing).await
            }
            Ask::WatchBoard if self.supervises() => {
                self.done(number, super::wire::Answer::Nothing).await?;
                self.board = Some(self.engine.directory.version().wrapping_sub(1));
                self.tell_board().await
            }
            Ask::UnwatchBoard => {
                self.board = None;
                self.done(number, super::wire::Answer::Nothing).await
            }
            ask => {
                let reply = super::answer::answer(&self.engine, &self.who, ask).await;
                self.reply(number, reply).await
            }
        }
    }

    async fn reply(&mut self, request: u32, reply: Reply) -> Result<(), Gone> {
        match reply {
            Ok(answer) => self.done(request, answer).await,
            Err(refused) => {
                let (code, message) = (refused.code, refused.message);
                let refused = ConsoleMessage::Refused { request: Some(request), code, message };
                frames::send(&mut self.socket, &refused).await
            }
        }
    }

    async fn done(&mut self, request: u32, answer: super::wire::Answer) -> Result<(), Gone> {
        frames::send(&mut self.socket, &ConsoleMessage::Done { request, answer }).await
    }

    pub(super) fn supervises(&self) -> bool {
        self.who.role >= ConsoleRole::Supervisor
    }

    fn leave(&mut self, session: SessionId) {
        if let Some(source) = self.source_of(session) {
            self.followed.remove(&source);
            self.notices.leave(source);
        }
    }

    fn source_of(&self, session: SessionId) -> Option<Source> {
        self.followed.iter().find(|(_, followed)| followed.session == session).map(|(source, _)| *source)
    }

    /// Follows a session: replays what the console lacks, or replaces what it has.
    async fn open(&mut self, request: u32, session: SessionId, since: Sequence) -> Result<(), Gone> {
        if self.followed.len() >= MOST_OPEN && self.source_of(session).is_none() {
            return self
                .reply(request, Err(refuse(ConsoleRefusal::TooLarge, "too many open sessions")))
                .await;
        }
        if !Access::at_console(&self.who).may_read(&self.engine, session).await {
            return self.reply(request, Err(refuse(ConsoleRefusal::NotFound, "not yours to read"))).await;
        }
        if self.source_of(session).is_none() && !self.read.contains(&session) {
            if let Err(refused) = steering::record(&self.engine, steering::reading(&self.who, session)).await
            {
                return self.reply(request, Err(refused)).await;
            }
            self.read.insert(session);
        }
        self.leave(session);
        let Some(sequence) = self.follow(session).await else {
            return self.reply(request, Err(refuse(ConsoleRefusal::Busy, "try again"))).await;
        };
        self.catch_up(session, since, sequence).await?;
        self.done(request, super::wire::Answer::Nothing).await
    }

    /// From `since` to `sequence`: event by event, or by a snapshot if that is too far.
    async fn catch_up(
        &mut self,
        session: SessionId,
        since: Sequence,
        sequence: Sequence,
    ) -> Result<(), Gone> {
        if since > Sequence::START && since <= sequence && sequence.0 - since.0 <= REPLAY {
            return self.replay(session, since, sequence).await;
        }
        // Without one the console would show a hole: it comes back instead.
        let snapshot = snapshot::take(&self.engine, session, sequence).await.ok_or(Gone)?;
        frames::send(&mut self.socket, &ConsoleMessage::Snapshot(Box::new(snapshot))).await
    }

    async fn follow(&mut self, session: SessionId) -> Option<Sequence> {
        let followed = self.engine.sessions().follow(session, &self.notices).await.ok()?;
        let told = followed.state.sequence;
        self.followed.insert(followed.source, Followed { session, told });
        Some(told)
    }

    async fn replay(&mut self, session: SessionId, since: Sequence, through: Sequence) -> Result<(), Gone> {
        // Rather cut off than shown with a hole: the console comes back.
        let loaded = self.engine.foundation.store.load_session(session, since, 1_000).await;
        for recorded in loaded.map_err(|_| Gone)? {
            if recorded.sequence > through {
                break;
            }
            self.tell(session, &recorded).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, session: SessionId, recorded: &Recorded<SessionEvent>) -> Result<(), Gone> {
        let after = Sequence(recorded.sequence.0 - 1);
        let event = ConsoleMessage::Event { session, after, recorded: Box::new(recorded.clone()) };
        frames::send(&mut self.socket, &event).await
    }

    async fn notice(&mut self, source: Source, notice: Option<Notice>) -> Result<(), Gone> {
        let Some(followed) = self.followed.get_mut(&source) else { return Ok(()) };
        let session = followed.session;
        match notice {
            Some(Notice::Events(events)) => {
                let told = followed.told;
                if let Some(last) = events.last() {
                    followed.told = last.sequence.max(told);
                }
                for recorded in events.iter().filter(|recorded| recorded.sequence > told) {
                    self.tell(session, recorded).await?;
                }
                Ok(())
            }
            Some(Notice::Typing { name, customer }) => {
                let name = if customer { "customer".to_owned() } else { name.to_string() };
                frames::send(&mut self.socket, &ConsoleMessage::Typing { session, name }).await
            }
            // Dropped for being slow, or the session left memory: followed again from where we are.
            None => {
                let told = followed.told;
                self.leave(session);
                let Some(sequence) = self.follow(session).await else { return Err(Gone) };
                self.catch_up(session, told, sequence).await
            }
        }
    }
}
