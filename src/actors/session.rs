//! Owns one live session: decides, makes durable, folds in, and only then tells.
//!
//! Receives commands through [`SessionHandle::deliver`], emits [`Notice`]s to followers and hands
//! what is recorded to the engine's [`Effects`]. Ends when nobody has followed or written for
//! `idle_after`, or when the log reports a newer owner.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::prelude::*;
use model::session::{Command, Refusal, State, decide};
use model::{Epoch, Event, Recorded, Sequence, SessionEvent, SessionId, StreamId};
use store::{Append, AppendError, OutboxEntry, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::notices;
use crate::foundation::now;

/// How often a session looks whether it is idle.
const IDLE_CHECK: Duration = Duration::from_secs(30);

/// Why a command was not carried out. `Busy`, `Unavailable` and `Gone`: nothing was done, and
/// commands carry ids, so that trying again is safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliverError {
    #[error("the session is busy")]
    Busy,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The session left memory or moved meanwhile.
    #[error("the session is not here")]
    Gone,
    #[error("there is no such session")]
    NotFound,
}

/// A command was carried out, or had been before.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// The last event it stands for in the log.
    pub sequence: Sequence,
    /// The session after it.
    pub state: Arc<State>,
    /// What was recorded now; empty if it had been before or changed nothing.
    pub events: Vec<SessionEventAt>,
}

/// An event's place, for callers that need no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionEventAt(pub Sequence);

/// What followers of a session hear.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Recorded together, in order, after the sequence before the first.
    Events(Arc<[Recorded<SessionEvent>]>),
    /// Somebody types; not recorded.
    Typing { name: Arc<str>, customer: bool },
}

/// The process is ending: nothing is to be recorded any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineGone;

/// What follows from recorded events, told to the rest of the engine in order.
#[async_trait::async_trait]
pub trait Effects: Send + Sync + 'static {
    /// What must leave the house because of `events`, written together with them. `state` already
    /// has them folded in.
    fn outbox(
        &self,
        state: &State,
        events: &[Recorded<SessionEvent>],
    ) -> Result<(Vec<OutboxEntry>, Vec<String>), EngineGone>;

    /// `events` are durable; `state` has them folded in. Told at least once: again if a panic cut it
    /// short.
    async fn recorded(&self, session: SessionId, state: Arc<State>, events: Arc<[Recorded<SessionEvent>]>);
}

/// What a follower starts from, and which of its sources the session is.
pub struct Followed {
    pub state: Arc<State>,
    pub source: notices::Source,
}

/// How others reach a session. Cheap to clone; each command takes one of a bounded number of permits.
#[derive(Clone)]
pub struct SessionHandle {
    address: Addr<SessionActor>,
    permits: Arc<Semaphore>,
    progress: Arc<Progress>,
}

/// How far a session has come, readable when its actor has panicked.
#[derive(Default)]
struct Progress {
    recorded: AtomicU64,
    /// All that follows from the events up to here is done.
    followed: AtomicU64,
}

impl SessionHandle {
    /// Carries out `commands` as one: all their events are recorded together, or none. A command that
    /// changes nothing is passed over; any other refusal refuses all.
    pub async fn deliver(&self, commands: Vec<Command>) -> Result<Delivered, DeliverError> {
        let permit = self.permits.clone().try_acquire_owned().map_err(|_| DeliverError::Busy)?;
        self.address.send(Deliver { commands, _permit: permit }).await.map_err(|_| DeliverError::Gone)?
    }

    /// Like [`Self::deliver`], but waits for a permit: for the engine's own bounded flows.
    pub async fn deliver_waiting(&self, commands: Vec<Command>) -> Result<Delivered, DeliverError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| DeliverError::Gone)?;
        self.address.send(Deliver { commands, _permit: permit }).await.map_err(|_| DeliverError::Gone)?
    }

    /// The state now; all later notices go to `notices`. The follower is let go of when that is full.
    pub async fn follow(&self, notices: &notices::Receiver) -> Result<Followed, DeliverError> {
        let (source, follower) = notices.sender();
        match self.address.send(Follow { follower }).await {
            Ok(state) => Ok(Followed { state, source }),
            Err(_) => {
                notices.leave(source);
                Err(DeliverError::Gone)
            }
        }
    }

    pub async fn state(&self) -> Result<Arc<State>, DeliverError> {
        self.address.send(Look).await.map_err(|_| DeliverError::Gone)
    }

    /// Told to followers, if there is room.
    pub fn typing(&self, name: Arc<str>, customer: bool) {
        // A full mailbox loses it, as typing may be.
        let _ = self.address.try_send(Typing { name, customer });
    }

    /// The event from which on effects were cut short by a panic, if there is one: they have to be done
    /// again.
    pub fn unfollowed(&self) -> Option<Sequence> {
        let followed = self.progress.followed.load(Ordering::Acquire);
        (followed < self.progress.recorded.load(Ordering::Acquire)).then_some(Sequence(followed))
    }

    pub fn is_live(&self) -> bool {
        self.address.connected()
    }
}

#[derive(Message)]
#[rtype(result = "Result<Delivered, DeliverError>")]
struct Deliver {
    commands: Vec<Command>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Message)]
#[rtype(result = "Arc<State>")]
struct Follow {
    follower: notices::Sender,
}

#[derive(Message)]
#[rtype(result = "Arc<State>")]
struct Look;

#[derive(Message)]
#[rtype(result = "()")]
struct Typing {
    name: Arc<str>,
    customer: bool,
}

/// What a session needs from outside.
pub struct Surroundings {
    pub store: Store,
    pub effects: Arc<dyn Effects>,
    pub idle_after: Duration,
    pub inbox: usize,
}

pub struct SessionActor {
    id: SessionId,
    epoch: Epoch,
    state: Arc<State>,
    followers: Vec<notices::Sender>,
    surroundings: Arc<Surroundings>,
    permits: Arc<Semaphore>,
    progress: Arc<Progress>,
    touched: tokio::time::Instant,
}

impl SessionActor {
    /// Starts on `arbiter` with the fold of its log.
    pub fn spawn(
        arbiter: &ArbiterHandle,
        id: SessionId,
        epoch: Epoch,
        state: State,
        surroundings: Arc<Surroundings>,
    ) -> SessionHandle {
        let permits = Arc::new(Semaphore::new(surroundings.inbox));
        let progress = Arc::new(Progress::default());
        let (kept, kept_progress) = (permits.clone(), progress.clone());
        let address = Self::start_in_arbiter(arbiter, move |_| Self {
            id,
            epoch,
            state: Arc::new(state),
            followers: Vec::new(),
            surroundings,
            permits: kept,
            progress: kept_progress,
            touched: tokio::time::Instant::now(),
        });
        SessionHandle { address, permits, progress }
    }

    fn tell(&mut self, notice: &Notice) {
        self.followers.retain(|follower| follower.send(notice.clone()).is_ok());
    }

    fn is_idle(&mut self) -> bool {
        self.followers.retain(|follower| !follower.is_closed());
        self.followers.is_empty()
            && self.permits.available_permits() == self.surroundings.inbox
            && self.touched.elapsed() >= self.surroundings.idle_after
    }
}

impl Actor for SessionActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(self.surroundings.inbox * 2);
        context.run_interval(IDLE_CHECK, |actor, context| {
            if actor.is_idle() {
                context.stop();
            }
        });
    }
}

/// What `commands` come to against `state`: the events, and the state after them.
fn decide_all(
    state: &State,
    commands: Vec<Command>,
) -> Result<(State, Vec<Recorded<SessionEvent>>, Sequence), Refusal> {
    let at = now();
    let mut next = state.clone();
    let mut events = Vec::new();
    let mut standing = Sequence::START;
    let mut only_refusal = None;
    for command in commands {
        let decided = match decide(&next, command, at) {
            Ok(decided) => decided,
            Err(Refusal::Duplicate { sequence }) => {
                standing = standing.max(sequence);
                continue;
            }
            Err(Refusal::NothingChanges) => {
                only_refusal = Some(Refusal::NothingChanges);
                continue;
            }
            Err(refusal) => return Err(refusal),
        };
        for event in decided {
            let recorded = Recorded { sequence: next.sequence.next(), at, event };
            next.evolve(&recorded);
            events.push(recorded);
        }
    }
    if let Some(last) = events.last() {
        standing = last.sequence;
    } else if standing == Sequence::START
        && let Some(refusal) = only_refusal
    {
        return Err(refusal);
    }
    Ok((next, events, standing))
}

impl Handler<Deliver> for SessionActor {
    type Result = AtomicResponse<Self, Result<Delivered, DeliverError>>;

    fn handle(&mut self, deliver: Deliver, _: &mut Self::Context) -> Self::Result {
        self.touched = tokio::time::Instant::now();
        let (next, events, standing) = match decide_all(&self.state, deliver.commands) {
            Ok(decided) => decided,
            Err(refusal) => return AtomicResponse::new(Box::pin(fut::ready(Err(refusal.into())))),
        };
        if events.is_empty() {
            let state = self.state.clone();
            let nothing_new = Delivered { sequence: standing, state, events: Vec::new() };
            return AtomicResponse::new(Box::pin(fut::ready(Ok(nothing_new))));
        }
        let Ok((outbox, mail_ids)) = self.surroundings.effects.outbox(&next, &events) else {
            return AtomicResponse::new(Box::pin(fut::ready(Err(DeliverError::Gone))));
        };
        let append = Append {
            stream: StreamId::Session(self.id),
            epoch: self.epoch,
            expected: self.state.sequence,
            at: next.last_at,
            events: events.iter().map(|recorded| Event::Session(recorded.event.clone())).collect(),
            outbox,
            mail_ids,
        };
        let store = self.surroundings.store.clone();
        let appended = async move { store.append(append).await };
        let permit = deliver._permit;
        AtomicResponse::new(Box::pin(appended.into_actor(self).map(move |appended, actor, context| {
            let _held_until_recorded = permit;
            actor.settle(appended, next, events, context)
        })))
    }
}

impl SessionActor {
    /// After the log has answered: fold in and tell, or leave.
    fn settle(
        &mut self,
        appended: Result<store::Appended, AppendError>,
        next: State,
        events: Vec<Recorded<SessionEvent>>,
        context: &mut Context<Self>,
    ) -> Result<Delivered, DeliverError> {
        match appended {
            Ok(appended) => {
                self.state = Arc::new(next);
                self.progress.recorded.store(self.state.sequence.0, Ordering::Release);
                let places = events.iter().map(|recorded| SessionEventAt(recorded.sequence)).collect();
                let events: Arc<[_]> = events.into();
                self.tell(&Notice::Events(events.clone()));
                let (effects, id, state) = (self.surroundings.effects.clone(), self.id, self.state.clone());
                let progress = self.progress.clone();
                let follow = async move {
                    let through = state.sequence.0;
                    effects.recorded(id, state, events).await;
                    progress.followed.store(through, Ordering::Release);
                };
                // Waited for by the actor, so that effects of one session stay in order.
                context.wait(follow.into_actor(self));
                Ok(Delivered { sequence: appended.last, state: self.state.clone(), events: places })
            }
            Err(AppendError::Duplicate { sequence, .. }) => {
                Ok(Delivered { sequence, state: self.state.clone(), events: Vec::new() })
            }
            Err(AppendError::Busy) => Err(DeliverError::Busy),
            Err(AppendError::Unavailable { reason }) => Err(DeliverError::Unavailable(reason)),
            Err(error) => {
                tracing::warn!(session = %self.id, %error, "session left its stream");
                context.stop();
                Err(DeliverError::Gone)
            }
        }
    }
}

impl Handler<Follow> for SessionActor {
    type Result = MessageResult<Follow>;

    fn handle(&mut self, follow: Follow, _: &mut Self::Context) -> Self::Result {
        self.touched = tokio::time::Instant::now();
        self.followers.push(follow.follower);
        MessageResult(self.state.clone())
    }
}

impl Handler<Look> for SessionActor {
    type Result = MessageResult<Look>;

    fn handle(&mut self, _: Look, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.state.clone())
    }
}

impl Handler<Typing> for SessionActor {
    type Result = ();

    fn handle(&mut self, typing: Typing, _: &mut Self::Context) {
        self.tell(&Notice::Typing { name: typing.name, customer: typing.customer });
    }
}
