//! One customer's chat connection: hello, then messages both ways until it closes.
//!
//! It is a translator: what comes in becomes commands, what is recorded becomes what the customer may
//! see. It follows at most one session; a reader that is too slow is cut off and says hello again.

use std::sync::Arc;
use std::time::Duration;

use channels::chat::view;
use channels::chat::wire::{ChatMessage, ChatRefusal, ChatRequest, Standing};
use model::event::{Author, CloseReason, Reader};
use model::session::{Command, Leg, Refusal, State};
use model::task::{TaskState, TransferReason};
use model::{
    Channel, CustomerId, Identity, LegId, MessageId, Recorded, Sequence, SessionEvent, SessionId,
    Verification,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};

use super::absence;
use super::hello::{self, Visitor};
use super::snapshot;
use super::standing::EngineFaces;
use crate::actors::{DeliverError, Notice};
use crate::engine::Engine;
use crate::engine::reception;
use crate::foundation::now;
use crate::frames::{self, Gone, Incoming};
use crate::http::{ChatOrigin, Socket};

/// A hello must come within this.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How often the place in the queue is told, and a silent side pinged.
const BEAT: Duration = Duration::from_secs(5);
const SHORTEST_BEAT: Duration = Duration::from_millis(10);
/// Bytes of a comment with a rating.
const MAX_COMMENT: usize = 2_000;

/// Serves one chat connection to its end.
pub async fn serve(engine: Arc<Engine>, mut socket: Socket, from: ChatOrigin) {
    let hello = match timeout(HELLO_WITHIN, frames::read(&mut socket)).await {
        Ok(Incoming::Text(text)) => serde_json::from_str::<ChatRequest>(&text),
        _ => return frames::close(&mut socket, "no hello").await,
    };
    let (since, visitor) = match hello {
        Ok(ChatRequest::Hello(hello)) => {
            let since = (hello.session, hello.since);
            match hello::accept(&engine, &from, hello).await {
                Ok(visitor) => (since, visitor),
                Err(refused) => return bye(&mut socket, refused.code, refused.message).await,
            }
        }
        Ok(_) => return bye(&mut socket, ChatRefusal::OutOfOrder, "a hello must come first").await,
        Err(_) => return bye(&mut socket, ChatRefusal::Malformed, "that is no hello").await,
    };
    let leg = LegId(uuid::Uuid::now_v7());
    let mut connection = Connection::new(engine, socket, visitor, leg);
    // Boxed: the handshake's state does not stay for the life of the connection.
    if Box::pin(connection.begin(since)).await.is_ok() {
        connection.run().await;
    }
    connection.end();
}

async fn bye(socket: &mut Socket, code: ChatRefusal, message: &str) {
    let _ = frames::send(socket, &ChatMessage::Bye { code, message: message.to_owned() }).await;
    frames::close(socket, "bye").await;
}

struct Following {
    session: SessionId,
    notices: mpsc::Receiver<Notice>,
    /// The last sequence told, in the session's own counting.
    told: Sequence,
}

struct Connection {
    engine: Arc<Engine>,
    socket: Socket,
    visitor: Visitor,
    customer: CustomerId,
    leg: LegId,
    following: Option<Following>,
    last_heard: Instant,
    last_typing: Option<Instant>,
    place: Option<(u64, Option<u64>)>,
    budget: Budget,
}

/// Messages allowed in the running ten seconds.
struct Budget {
    since: Instant,
    left: u32,
}

impl Connection {
    fn new(engine: Arc<Engine>, socket: Socket, visitor: Visitor, leg: LegId) -> Self {
        let customer = visitor.known.map_or_else(|| CustomerId(uuid::Uuid::now_v7()), |known| known.customer);
        let left = engine.foundation.settings.chat.messages_per_ten_seconds;
        Self {
            engine,
            socket,
            visitor,
            customer,
            leg,
            following: None,
            last_heard: Instant::now(),
            last_typing: None,
            place: None,
            budget: Budget { since: Instant::now(), left },
        }
    }

    /// Welcomes, and brings the client up to date with the session that goes on.
    async fn begin(&mut self, (of, since): (Option<SessionId>, Sequence)) -> Result<(), Gone> {
        let Some(session) = self.visitor.known.and_then(|known| known.session) else {
            let welcome = hello::welcome(&self.engine, &self.visitor, None, Standing::Nobody, true);
            return frames::send(&mut self.socket, &ChatMessage::Welcome(welcome)).await;
        };
        let Some(state) = self.follow(session).await else { return Err(Gone) };
        self.attach(session).await;
        let sequence = state.sequence;
        let window = self.engine.foundation.settings.chat.snapshot_window as u64;
        let counts = of.is_none_or(|of| of == session);
        let resumed =
            counts && since > Sequence::START && since <= sequence && sequence.0 - since.0 <= window;
        let standing = view::standing(&state, &EngineFaces(&self.engine));
        let welcome = hello::welcome(
            &self.engine,
            &self.visitor,
            Some((session, if resumed { since } else { sequence })),
            standing,
            resumed,
        );
        frames::send(&mut self.socket, &ChatMessage::Welcome(welcome)).await?;
        if resumed {
            self.replay(session, since).await
        } else {
            let snapshot = snapshot::take(&self.engine, session, &state).await;
            frames::send(&mut self.socket, &snapshot).await
        }
    }

    fn session(&self) -> Option<SessionId> {
        self.following.as_ref().map(|following| following.session)
    }

    /// Follows a session from now on.
    async fn follow(&mut self, session: SessionId) -> Option<Arc<State>> {
        let capacity = self.engine.foundation.settings.chat.slow_reader;
        let (sender, notices) = mpsc::channel(capacity);
        let followed = self.engine.sessions().follow(session, sender).await.ok()?;
        self.leg = self.leg_of(&followed.state);
        self.following = Some(Following { session, notices, told: followed.state.sequence });
        self.engine.connections.open(self.leg, std::time::Instant::now());
        Some(followed.state)
    }

    /// A customer who comes back in time, or opens another page, is on the leg they were on: legs do
    /// not pile up.
    fn leg_of(&self, state: &State) -> LegId {
        let own = &self.visitor.arrival.identity;
        let theirs = |leg: &Leg| leg.channel == Channel::Chat && leg.attached && leg.identity == *own;
        state.legs.iter().find(|(_, leg)| theirs(leg)).map_or(self.leg, |(leg, _)| *leg)
    }

    /// A leg that was detached, as by the end of the chat, is not attached again: what comes now comes
    /// on a new one.
    async fn renew_leg(&mut self, session: SessionId) {
        let Ok(state) = self.engine.sessions().state(session).await else { return };
        if state.legs.get(&self.leg).is_none_or(|leg| leg.attached) {
            return;
        }
        let now = std::time::Instant::now();
        self.engine.connections.close(self.leg, now);
        self.leg = LegId(uuid::Uuid::now_v7());
        self.engine.connections.open(self.leg, now);
    }

    /// The customer is there again: the leg is attached to an open session.
    async fn attach(&mut self, session: SessionId) {
        let contact = reception::contact(session, self.customer, self.leg, &self.visitor.arrival);
        if let Err(error) = self.engine.deliver(session, vec![contact]).await {
            tracing::debug!(%session, %error, "cannot attach a leg");
        }
    }

    async fn replay(&mut self, session: SessionId, since: Sequence) -> Result<(), Gone> {
        let window = self.engine.foundation.settings.chat.snapshot_window;
        let Some(told) = self.following.as_ref().map(|following| following.told) else { return Ok(()) };
        // Rather cut off than shown with a hole: the client comes back.
        let Ok(loaded) = self.engine.foundation.store.load_session(session, since, window + 1).await else {
            return Err(Gone);
        };
        let mut after = since;
        for recorded in loaded.iter().filter(|recorded| recorded.sequence <= told) {
            after = self.tell(recorded, after).await?;
        }
        // Hidden events are not in the client's counting.
        if let Some(following) = &mut self.following {
            following.told = after;
        }
        Ok(())
    }

    /// Two sessions of this customer became one: goes on in it, and shows it whole.
    async fn move_to(&mut self, session: SessionId) -> Result<(), Gone> {
        self.engine.connections.close(self.leg, std::time::Instant::now());
        let Some(state) = self.follow(session).await else { return Err(Gone) };
        self.attach(session).await;
        let snapshot = snapshot::take(&self.engine, session, &state).await;
        frames::send(&mut self.socket, &snapshot).await
    }

    async fn run(&mut self) {
        let silence = self.engine.foundation.settings.chat.silence;
        let mut beat = interval(BEAT.min(silence / 3).max(SHORTEST_BEAT));
        let stopping = self.engine.stopping.clone();
        loop {
            let step = tokio::select! {
                incoming = frames::read(&mut self.socket) => self.incoming(incoming).await,
                () = stopping.cancelled() => {
                    return bye(&mut self.socket, ChatRefusal::GoingAway, "the server stops").await;
                }
                notice = next_notice(&mut self.following) => match notice {
                    Some(notice) => self.notice(notice).await,
                    None => self.lost_track().await,
                },
                _ = beat.tick() => self.beat().await,
            };
            if step.is_err() {
                return;
            }
        }
    }

    /// The session dropped this reader (too slow) or left memory: it is followed again, and what was
    /// missed is replayed; if that is too much, the client starts anew with a snapshot.
    async fn lost_track(&mut self) -> Result<(), Gone> {
        let Some(following) = self.following.take() else { return Ok(()) };
        self.engine.connections.close(self.leg, std::time::Instant::now());
        let (session, told) = (following.session, following.told);
        let window = self.engine.foundation.settings.chat.snapshot_window as u64;
        match self.follow(session).await {
            Some(state) if state.sequence.0.saturating_sub(told.0) <= window => {
                self.replay(session, told).await
            }
            _ => {
                bye(&mut self.socket, ChatRefusal::TooSlow, "say hello again").await;
                Err(Gone)
            }
        }
    }

    async fn beat(&mut self) -> Result<(), Gone> {
        if self.last_heard.elapsed() > self.engine.foundation.settings.chat.silence {
            return Err(Gone);
        }
        frames::ping(&mut self.socket).await?;
        self.tell_place().await
    }

    async fn tell_place(&mut self) -> Result<(), Gone> {
        let Some(session) = self.session() else { return Ok(()) };
        let Ok(state) = self.engine.sessions().state(session).await else { return Ok(()) };
        let waiting = state.task.as_ref().filter(|task| task.state == TaskState::Pending);
        let Some(task) = waiting else {
            self.place = None;
            return Ok(());
        };
        let Some(place) = self.engine.router().place(task.id).await else { return Ok(()) };
        let wait = place.estimate.map(|estimate| estimate.wait_ms.div_ceil(1_000));
        let told = (u64::from(place.position), wait);
        if self.place.replace(told) == Some(told) {
            return Ok(());
        }
        let message = ChatMessage::Place { position: told.0, wait_seconds: told.1 };
        frames::send(&mut self.socket, &message).await
    }

    async fn notice(&mut self, notice: Notice) -> Result<(), Gone> {
        match notice {
            Notice::Typing { name, customer: false } => {
                frames::send(&mut self.socket, &ChatMessage::Typing { name: name.to_string() }).await
            }
            Notice::Typing { .. } => Ok(()),
            Notice::Events(events) => {
                let Some(mut after) = self.following.as_ref().map(|following| following.told) else {
                    return Ok(());
                };
                let mut queue_changed = false;
                let mut goes_on_in = None;
                for recorded in events.iter() {
                    match recorded.event {
                        SessionEvent::AbsorbedInto { other } => goes_on_in = Some(other),
                        SessionEvent::Absorbed { .. } => goes_on_in = self.session(),
                        _ => {}
                    }
                    queue_changed |= matches!(
                        recorded.event,
                        SessionEvent::TaskCreated { .. } | SessionEvent::TaskTransferred { .. }
                    );
                    after = self.tell(recorded, after).await?;
                }
                if let Some(following) = &mut self.following {
                    following.told = after;
                }
                match goes_on_in {
                    Some(session) => self.move_to(session).await,
                    None if queue_changed => self.tell_place().await,
                    None => Ok(()),
                }
            }
        }
    }

    /// Tells one event, if the customer may see it; answers the sequence the client has then.
    async fn tell(&mut self, recorded: &Recorded<SessionEvent>, after: Sequence) -> Result<Sequence, Gone> {
        if recorded.sequence <= after {
            return Ok(after);
        }
        let Some(item) = view::item(recorded, &EngineFaces(&self.engine)) else { return Ok(after) };
        let event = ChatMessage::Event { after, sequence: recorded.sequence, item };
        frames::send(&mut self.socket, &event).await?;
        Ok(recorded.sequence)
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), Gone> {
        let text = match incoming {
            Incoming::Gone => return Err(Gone),
            Incoming::NotText => return self.refuse(None, ChatRefusal::Malformed, "send text", None).await,
            Incoming::Alive => {
                self.last_heard = Instant::now();
                return Ok(());
            }
            Incoming::Text(text) => text,
        };
        self.last_heard = Instant::now();
        match serde_json::from_str::<ChatRequest>(&text) {
            Ok(request) => Box::pin(self.request(request)).await,
            Err(error) => {
                let reason = error.to_string();
                self.refuse(None, ChatRefusal::Malformed, &reason, None).await
            }
        }
    }

    async fn request(&mut self, request: ChatRequest) -> Result<(), Gone> {
        match request {
            ChatRequest::Hello(_) => self.refuse(None, ChatRefusal::OutOfOrder, "hello was said", None).await,
            ChatRequest::Ping => frames::send(&mut self.socket, &ChatMessage::Pong).await,
            ChatRequest::Typing => {
                self.typing();
                Ok(())
            }
            ChatRequest::Message { id, text, uploads } => self.message(id, text, uploads).await,
            ChatRequest::Read { through } => {
                self.quietly(Command::MarkRead { reader: Reader::Customer, through }).await
            }
            ChatRequest::RequestPerson => self.request_person().await,
            ChatRequest::Rate { score, comment } => {
                let comment =
                    comment.filter(|comment| !comment.trim().is_empty() && comment.len() <= MAX_COMMENT);
                self.quietly(Command::Rate { score, comment }).await
            }
            ChatRequest::Transcript { email } => self.transcript(&email).await,
            ChatRequest::End => self.quietly(Command::Close { reason: CloseReason::Customer }).await,
        }
    }

    fn typing(&mut self) {
        let throttle = self.engine.foundation.settings.chat.typing_throttle;
        if self.last_typing.is_some_and(|last| last.elapsed() < throttle) {
            return;
        }
        self.last_typing = Some(Instant::now());
        let Some(session) = self.session() else { return };
        if let Some(handle) = self.engine.sessions().live(session) {
            handle.typing("".into(), true);
        }
    }

    async fn message(&mut self, id: MessageId, text: String, uploads: Vec<String>) -> Result<(), Gone> {
        let settings = &self.engine.foundation.settings.chat;
        if text.len() > settings.max_message_bytes {
            return self.refuse(Some(id), ChatRefusal::TooLarge, "the message is too long", None).await;
        }
        if !self.spend() {
            return self.refuse(Some(id), ChatRefusal::TooFast, "slow down", Some(5_000)).await;
        }
        let mut attachments = Vec::new();
        for upload in &uploads {
            match self.engine.auth.uploads.verify(upload) {
                Some(attachment) => attachments.push(attachment),
                None => {
                    return self.refuse(Some(id), ChatRefusal::UnknownUpload, "upload it again", None).await;
                }
            }
        }
        let session = match &self.following {
            Some(following) => {
                let session = following.session;
                self.renew_leg(session).await;
                session
            }
            None => {
                let session = SessionId(uuid::Uuid::now_v7());
                if self.follow(session).await.is_none() {
                    return self.refuse(Some(id), ChatRefusal::Busy, "try again", Some(1_000)).await;
                }
                session
            }
        };
        let mut message = reception::customer_message(id, Channel::Chat, self.leg, text);
        message.attachments = attachments;
        let arrival = &self.visitor.arrival;
        let mut commands = self.engine.receive(session, self.customer, self.leg, arrival, message).await;
        let known = self.told_before();
        commands.splice(1..1, known);
        self.deliver(Some(id), session, commands).await
    }

    /// What the form and the site's token said, once with the first message.
    fn told_before(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        for (name, answer) in std::mem::take(&mut self.visitor.form) {
            if name == "email" {
                let identity = Identity::email(&answer);
                commands.push(Command::AttachIdentity { identity, verification: Verification::Claimed });
            }
            if let Ok(name) = model::FactName::new(&name) {
                commands.push(Command::CollectFact { name, value: answer, source: Author::Customer });
            }
        }
        if let Some(user) = self.visitor.user.take() {
            if let Some(email) = &user.email {
                let identity = Identity::email(email);
                commands.push(Command::AttachIdentity { identity, verification: Verification::Verified });
            }
            if let (Some(value), Ok(name)) = (user.name, model::FactName::new("name")) {
                commands.push(Command::CollectFact { name, value, source: Author::System });
            }
        }
        commands
    }

    fn spend(&mut self) -> bool {
        if self.budget.since.elapsed() >= Duration::from_secs(10) {
            let left = self.engine.foundation.settings.chat.messages_per_ten_seconds;
            self.budget = Budget { since: Instant::now(), left };
        }
        let allowed = self.budget.left > 0;
        self.budget.left = self.budget.left.saturating_sub(1);
        allowed
    }

    async fn request_person(&mut self) -> Result<(), Gone> {
        let Some(session) = self.session() else {
            return self.begin_with_person().await;
        };
        let Ok(state) = self.engine.sessions().state(session).await else { return Ok(()) };
        if state.handler().is_some_and(|agent| self.engine.virtual_agents().person_wanted(agent, session)) {
            return Ok(());
        }
        match self.engine.request_person(&state, TransferReason::CustomerRequest, None).await {
            Some(command) => self.deliver(None, session, vec![command]).await,
            None => Ok(()),
        }
    }

    /// Nothing was said yet: the session begins with a task for people.
    async fn begin_with_person(&mut self) -> Result<(), Gone> {
        let session = SessionId(uuid::Uuid::now_v7());
        let task = self.engine.first_person(self.customer, &self.visitor.arrival).await;
        let (Some(task), Some(_)) = (task, self.follow(session).await) else {
            return self.refuse(None, ChatRefusal::Busy, "try again", Some(1_000)).await;
        };
        let mut commands = vec![reception::contact(session, self.customer, self.leg, &self.visitor.arrival)];
        commands.extend(self.told_before());
        commands.push(task);
        self.deliver(None, session, commands).await
    }

    async fn transcript(&mut self, email: &str) -> Result<(), Gone> {
        if email.len() > 254 || !email.contains('@') || email.contains(char::is_whitespace) {
            return self.refuse(None, ChatRefusal::Malformed, "that is no e-mail address", None).await;
        }
        let identity = Identity::email(email);
        let learn =
            Command::AttachIdentity { identity: identity.clone(), verification: Verification::Claimed };
        let Some(session) = self.session() else {
            return self.refuse(None, ChatRefusal::NotNow, "there is nothing to send yet", None).await;
        };
        let is_open = self
            .engine
            .sessions()
            .state(session)
            .await
            .is_ok_and(|state| state.status == model::session::Status::Open);
        let mut commands = if is_open { vec![learn] } else { Vec::new() };
        commands.push(Command::RequestTranscript { to: identity });
        self.deliver(None, session, commands).await
    }

    /// Delivers a command whose refusal the customer need not hear of.
    async fn quietly(&mut self, command: Command) -> Result<(), Gone> {
        let Some(session) = self.session() else { return Ok(()) };
        if let Err(error) = self.engine.deliver(session, vec![command]).await {
            tracing::debug!(%session, %error, "a chat command was refused");
        }
        Ok(())
    }

    async fn deliver(
        &mut self,
        id: Option<MessageId>,
        session: SessionId,
        commands: Vec<Command>,
    ) -> Result<(), Gone> {
        let delivered = self.engine.deliver(session, commands).await;
        let (code, retry) = match delivered {
            Ok(delivered) => {
                let Some(id) = id else { return Ok(()) };
                let sequence = self.sequence_of(session, id, delivered.sequence).await;
                return frames::send(&mut self.socket, &ChatMessage::Ack { id, sequence }).await;
            }
            Err(DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone) => {
                (ChatRefusal::Busy, Some(1_000))
            }
            Err(DeliverError::Refused(Refusal::NothingChanges)) => return Ok(()),
            Err(DeliverError::Refused(Refusal::TooLarge { .. } | Refusal::TooMany(_))) => {
                (ChatRefusal::TooLarge, None)
            }
            Err(DeliverError::Refused(_) | DeliverError::NotFound) => (ChatRefusal::NotNow, None),
        };
        self.refuse(id, code, "it was not taken", retry).await
    }

    /// Where a message stands in the log.
    async fn sequence_of(&mut self, session: SessionId, id: MessageId, otherwise: Sequence) -> Sequence {
        let state = self.engine.sessions().state(session).await.ok();
        state.and_then(|state| state.find_key(id.0)).unwrap_or(otherwise)
    }

    async fn refuse(
        &mut self,
        id: Option<MessageId>,
        code: ChatRefusal,
        message: &str,
        retry_after_ms: Option<u64>,
    ) -> Result<(), Gone> {
        let message = message.chars().take(200).collect();
        frames::send(&mut self.socket, &ChatMessage::Refused { id, code, message, retry_after_ms }).await
    }

    /// The connection is over; the leg is given time to come back.
    fn end(self) {
        if let Some(following) = self.following {
            self.engine.connections.close(self.leg, std::time::Instant::now());
            tracing::trace!(session = %following.session, at = %now(), "a chat connection ended");
            absence::watch(self.engine, following.session, self.leg);
        }
    }
}

/// The next notice; pending for ever while nothing is followed.
async fn next_notice(following: &mut Option<Following>) -> Option<Notice> {
    match following {
        Some(following) => following.notices.recv().await,
        None => std::future::pending().await,
    }
}
