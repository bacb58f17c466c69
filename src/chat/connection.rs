//! One customer's chat connection: hello, then messages both ways until it closes.
//!
//! It is a translator: what comes in becomes commands, what is recorded becomes what the customer may
//! see. It follows at most one session; a reader that is too slow is cut off and says hello again.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use channels::chat::view;
use channels::chat::wire::{ChatMessage, ChatRefusal, ChatRequest, ClosedFor, Standing};
use model::session::{Leg, State};
use model::task::TaskState;
use model::{Channel, CustomerId, LegId, Recorded, Sequence, SessionEvent, SessionId};
use routing::Opening;
use tokio::time::{Instant, interval, timeout};

use super::absence;
use super::budget::Budget;
use super::hello::{self, Visitor};
use super::snapshot;
use super::standing::EngineFaces;
use crate::actors::{Notice, notices};
use crate::engine::Engine;
use crate::engine::reception::{self, Arrival};
use crate::foundation::now;
use crate::frames::{self, Gone, Incoming};
use crate::http::{ChatOrigin, Socket};

/// A hello must come within this.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Pings in the time after which a silent side counts as gone.
const PINGS: u32 = 4;
/// How often the place in the queue is told, and it is seen who is silent.
const BEAT: Duration = Duration::from_secs(5);
const SHORTEST_BEAT: Duration = Duration::from_millis(10);

/// Serves one chat connection to its end.
///
/// There are many, and most say nothing most of the time: what only the handshake or one step needs is
/// boxed, and gone when it is over.
pub async fn serve(engine: Arc<Engine>, socket: Socket, from: ChatOrigin) {
    let Some(mut connection) = Box::pin(greet(engine, socket, from)).await else { return };
    connection.run().await;
    connection.end();
}

/// From the hello to the welcome, and what has to follow it; none if it comes to nothing.
async fn greet(engine: Arc<Engine>, mut socket: Socket, from: ChatOrigin) -> Option<Box<Connection>> {
    let hello = match timeout(HELLO_WITHIN, frames::read(&mut socket)).await {
        Ok(Incoming::Text(text)) => serde_json::from_str::<ChatRequest>(&text),
        _ => {
            frames::close(&mut socket, "no hello").await;
            return None;
        }
    };
    let hello = match hello {
        Ok(ChatRequest::Hello(hello)) => hello,
        Ok(_) => return turn_away(socket, ChatRefusal::OutOfOrder, "a hello must come first").await,
        Err(_) => return turn_away(socket, ChatRefusal::Malformed, "that is no hello").await,
    };
    let since = (hello.session, hello.since);
    let visitor = match hello::accept(&engine, &from, hello).await {
        Ok(visitor) => visitor,
        Err(refused) => return turn_away(socket, refused.code, refused.message).await,
    };
    let leg = LegId(uuid::Uuid::now_v7());
    let mut connection = Box::new(Connection::new(engine, socket, visitor, leg, from.peer));
    match connection.begin(since).await {
        Ok(()) => Some(connection),
        Err(Gone) => {
            connection.end();
            None
        }
    }
}

async fn turn_away(mut socket: Socket, code: ChatRefusal, message: &str) -> Option<Box<Connection>> {
    bye(&mut socket, code, message).await;
    None
}

async fn bye(socket: &mut Socket, code: ChatRefusal, message: &str) {
    let _ = frames::send(socket, &ChatMessage::Bye { code, message: message.to_owned() }).await;
    frames::close(socket, "bye").await;
}

pub(super) struct Following {
    pub(super) session: SessionId,
    notices: notices::Receiver,
    /// The last sequence told, in the session's own counting.
    told: Sequence,
}

pub(super) struct Connection {
    pub(super) engine: Arc<Engine>,
    pub(super) socket: Socket,
    pub(super) visitor: Visitor,
    pub(super) customer: CustomerId,
    pub(super) leg: LegId,
    pub(super) peer: IpAddr,
    pub(super) following: Option<Following>,
    pub(super) last_heard: Instant,
    pub(super) last_typing: Option<Instant>,
    pub(super) place: Place,
    pub(super) budget: Budget,
}

/// The place in the queue, as the customer knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing waits, until an event says otherwise.
    Nowhere,
    Unknown,
    Told {
        position: u64,
        wait_seconds: Option<u64>,
        closed: Option<ClosedFor>,
    },
}

/// What a connection waits for.
enum Happened {
    Heard(Incoming),
    /// None: the session dropped this reader.
    Noticed(Option<Notice>),
    Beat,
    Stopping,
}

impl Connection {
    fn new(engine: Arc<Engine>, socket: Socket, visitor: Visitor, leg: LegId, peer: IpAddr) -> Self {
        let customer = visitor.known.map_or_else(|| CustomerId(uuid::Uuid::now_v7()), |known| known.customer);
        Self {
            engine,
            socket,
            visitor,
            customer,
            leg,
            peer,
            following: None,
            last_heard: Instant::now(),
            last_typing: None,
            place: Place::Unknown,
            budget: Budget::new(Instant::now()),
        }
    }

    /// Welcomes, and brings the client up to date with the session that goes on.
    async fn begin(&mut self, (of, since): (Option<SessionId>, Sequence)) -> Result<(), Gone> {
        let Some(session) = self.visitor.known.and_then(|known| known.session) else {
            let welcome = hello::welcome(&self.engine, &self.visitor, None, Standing::Nobody, true).await;
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
        )
        .await;
        frames::send(&mut self.socket, &ChatMessage::Welcome(welcome)).await?;
        if resumed {
            self.replay(session, since).await
        } else {
            let snapshot = snapshot::take(&self.engine, session, &state).await;
            frames::send(&mut self.socket, &snapshot).await
        }
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.following.as_ref().map(|following| following.session)
    }

    /// Follows a session from now on.
    pub(super) async fn follow(&mut self, session: SessionId) -> Option<Arc<State>> {
        let capacity = self.engine.foundation.settings.chat.slow_reader;
        let notices = notices::Receiver::new(capacity);
        let followed = self.engine.sessions().follow(session, &notices).await.ok()?;
        self.leg = self.leg_of(&followed.state);
        self.following = Some(Following { session, notices, told: followed.state.sequence });
        self.place = Place::Unknown;
        self.engine.connections.open(self.leg, std::time::Instant::now());
        Some(followed.state)
    }

    /// A customer who comes back in time, or opens another page, is on the leg they were on: legs do
    /// not pile up.
    pub(super) fn leg_of(&self, state: &State) -> LegId {
        let own = &self.visitor.arrival.identity;
        let theirs = |leg: &Leg| leg.channel == Channel::Chat && leg.attached && leg.identity == *own;
        state.legs.iter().find(|(_, leg)| theirs(leg)).map_or(self.leg, |(leg, _)| *leg)
    }

    /// The customer is there again: the leg is attached to an open session.
    pub(super) async fn attach(&mut self, session: SessionId) {
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

    /// After sessions have parted: the one this customer goes on with, or the one followed so far.
    async fn own_session(&mut self) -> Option<SessionId> {
        let Arrival { identity, verification, .. } = &self.visitor.arrival;
        let known = self.engine.recognise(identity, *verification).await.ok().flatten();
        if let Some(known) = known {
            self.customer = known.customer;
        }
        known.and_then(|known| known.session).or_else(|| self.session())
    }

    /// Two sessions of this customer became one, or parted: goes on in one, and shows it whole.
    async fn move_to(&mut self, session: SessionId) -> Result<(), Gone> {
        self.engine.connections.close(self.leg, std::time::Instant::now());
        let Some(state) = self.follow(session).await else { return Err(Gone) };
        self.attach(session).await;
        let snapshot = snapshot::take(&self.engine, session, &state).await;
        frames::send(&mut self.socket, &snapshot).await
    }

    async fn run(&mut self) {
        let silence = self.engine.foundation.settings.chat.silence;
        let mut beat = interval(BEAT.min(silence / PINGS / 2).max(SHORTEST_BEAT));
        let stopping = self.engine.stopping.clone();
        loop {
            let happened = tokio::select! {
                incoming = frames::read(&mut self.socket) => Happened::Heard(incoming),
                () = stopping.cancelled() => Happened::Stopping,
                notice = next_notice(&mut self.following) => Happened::Noticed(notice),
                _ = beat.tick() => Happened::Beat,
            };
            if Box::pin(self.step(happened)).await.is_err() {
                return;
            }
        }
    }

    async fn step(&mut self, happened: Happened) -> Result<(), Gone> {
        match happened {
            Happened::Heard(incoming) => self.incoming(incoming).await,
            Happened::Noticed(Some(notice)) => self.notice(notice).await,
            Happened::Noticed(None) => self.lost_track().await,
            Happened::Beat => self.beat().await,
            Happened::Stopping => {
                bye(&mut self.socket, ChatRefusal::GoingAway, "the server stops").await;
                Err(Gone)
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
        let (silent, silence) = (self.last_heard.elapsed(), self.engine.foundation.settings.chat.silence);
        if silent > silence {
            return Err(Gone);
        }
        if silent >= silence / PINGS {
            frames::ping(&mut self.socket).await?;
        }
        self.tell_place().await
    }

    pub(super) async fn tell_place(&mut self) -> Result<(), Gone> {
        let Some(session) = self.session() else { return Ok(()) };
        if self.place == Place::Nowhere {
            return Ok(());
        }
        let Ok(state) = self.engine.sessions().state(session).await else { return Ok(()) };
        let waiting = state.task.as_ref().filter(|task| task.state == TaskState::Pending);
        let Some(task) = waiting else {
            self.place = Place::Nowhere;
            return Ok(());
        };
        let Some(place) = self.engine.router().place(task.id).await else { return Ok(()) };
        let wait_seconds = place.estimate.map(|estimate| estimate.wait_ms.div_ceil(1_000));
        let position = u64::from(place.position);
        let closed = match place.opening {
            Opening::Open { .. } => None,
            Opening::Closed { until } => Some(ClosedFor { until }),
        };
        let told = Place::Told { position, wait_seconds, closed };
        if std::mem::replace(&mut self.place, told) == told {
            return Ok(());
        }
        frames::send(&mut self.socket, &ChatMessage::Place { position, wait_seconds, closed }).await
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
                let mut parted = false;
                for recorded in events.iter() {
                    match recorded.event {
                        SessionEvent::AbsorbedInto { other } => goes_on_in = Some(other),
                        SessionEvent::Absorbed { .. } => goes_on_in = self.session(),
                        SessionEvent::Separated { .. } => parted = true,
                        _ => {}
                    }
                    queue_changed |= matches!(
                        recorded.event,
                        SessionEvent::TaskCreated { .. }
                            | SessionEvent::TaskTransferred { .. }
                            | SessionEvent::ReservationEnded { .. }
                    );
                    after = self.tell(recorded, after).await?;
                }
                if let Some(following) = &mut self.following {
                    following.told = after;
                }
                if parted && goes_on_in.is_none() {
                    goes_on_in = self.own_session().await;
                }
                match goes_on_in {
                    Some(session) => self.move_to(session).await,
                    None if queue_changed => {
                        if self.place == Place::Nowhere {
                            self.place = Place::Unknown;
                        }
                        self.tell_place().await
                    }
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

    /// The connection is over; the leg is given time to come back.
    fn end(self: Box<Self>) {
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
        Some(following) => following.notices.recv().await.1,
        None => std::future::pending().await,
    }
}
