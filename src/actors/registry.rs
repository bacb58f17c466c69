//! Which sessions are in memory, and how the others come back: from the log, once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::session::{Command, State};
use model::{Epoch, Sequence, SessionId, StreamId};
use tokio::sync::OnceCell;

use super::session::{DeliverError, Delivered, SessionActor, SessionHandle, Surroundings};
use super::{Arbiters, notices};

/// Sessions are spread over so many locks.
const SHARDS: usize = 64;
/// Events read from the log at a time.
const PAGE: usize = 2_000;
/// How often a session that ends while it is spoken to is brought back before the sender is told.
const ATTEMPTS: usize = 3;

type Cell = Arc<OnceCell<SessionHandle>>;

pub struct Registry {
    shards: Vec<Mutex<HashMap<SessionId, Cell>>>,
    arbiters: Arbiters,
    surroundings: Arc<Surroundings>,
    most_live: usize,
    live: std::sync::atomic::AtomicUsize,
    /// Sessions that a panic ended before all that follows from their events was done, and from where.
    unfollowed: Mutex<HashMap<SessionId, Sequence>>,
}

impl Registry {
    pub fn new(arbiters: Arbiters, surroundings: Surroundings, most_live: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(HashMap::new())).collect();
        let live = std::sync::atomic::AtomicUsize::new(0);
        Self {
            shards,
            arbiters,
            surroundings: Arc::new(surroundings),
            most_live,
            live,
            unfollowed: Mutex::default(),
        }
    }

    /// Sessions that are in memory, also those that ended since anybody last looked.
    pub fn in_memory(&self) -> usize {
        self.live.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// How long work waits on each thread of actors before it begins.
    pub async fn lags(&self) -> Vec<std::time::Duration> {
        self.arbiters.lags().await
    }

    /// A thread for another actor.
    pub fn arbiter(&self) -> &actix::ArbiterHandle {
        self.arbiters.next()
    }

    /// Carries out commands in a session, bringing it back from the log if need be. The first command
    /// of a session that does not exist must be a contact.
    pub async fn deliver(
        &self,
        session: SessionId,
        commands: Vec<Command>,
    ) -> Result<Delivered, DeliverError> {
        self.attempt(session, |handle| {
            let commands = commands.clone();
            async move { handle.deliver(commands).await }
        })
        .await
    }

    /// Like [`Self::deliver`], waiting for a full session.
    pub async fn deliver_waiting(
        &self,
        session: SessionId,
        commands: Vec<Command>,
    ) -> Result<Delivered, DeliverError> {
        self.attempt(session, |handle| {
            let commands = commands.clone();
            async move { handle.deliver_waiting(commands).await }
        })
        .await
    }

    /// Follows a session; see [`SessionHandle::follow`].
    pub async fn follow(
        &self,
        session: SessionId,
        notices: &notices::Receiver,
    ) -> Result<super::session::Followed, DeliverError> {
        self.attempt(session, |handle| async move { handle.follow(notices).await }).await
    }

    pub async fn state(&self, session: SessionId) -> Result<Arc<State>, DeliverError> {
        self.attempt(session, |handle| async move { handle.state().await }).await
    }

    /// The session's handle, if it is in memory.
    pub fn live(&self, session: SessionId) -> Option<SessionHandle> {
        let cell = self.lock(session).get(&session)?.clone();
        cell.get().filter(|handle| handle.is_live()).cloned()
    }

    async fn attempt<T, F, Fut>(&self, session: SessionId, work: F) -> Result<T, DeliverError>
    where
        F: Fn(SessionHandle) -> Fut,
        Fut: Future<Output = Result<T, DeliverError>>,
    {
        for _ in 0..ATTEMPTS {
            let handle = self.activate(session).await?;
            match work(handle).await {
                Err(DeliverError::Gone) => self.forget_ended(session),
                done => return done,
            }
        }
        Err(DeliverError::Gone)
    }

    async fn activate(&self, session: SessionId) -> Result<SessionHandle, DeliverError> {
        let cell = self.cell(session)?;
        let handle = cell.get_or_try_init(|| self.start(session)).await?;
        if handle.is_live() {
            return Ok(handle.clone());
        }
        self.forget_ended(session);
        let cell = self.cell(session)?;
        cell.get_or_try_init(|| self.start(session)).await.cloned()
    }

    fn cell(&self, session: SessionId) -> Result<Cell, DeliverError> {
        use std::sync::atomic::Ordering;
        let mut shard = self.lock(session);
        if let Some(cell) = shard.get(&session) {
            return Ok(cell.clone());
        }
        if self.live.load(Ordering::Relaxed) >= self.most_live {
            let before = shard.len();
            shard.retain(|_, cell| cell.get().is_none_or(SessionHandle::is_live));
            self.live.fetch_sub(before - shard.len(), Ordering::Relaxed);
            if before == shard.len() {
                return Err(DeliverError::Busy);
            }
        }
        self.live.fetch_add(1, Ordering::Relaxed);
        Ok(shard.entry(session).or_default().clone())
    }

    fn forget_ended(&self, session: SessionId) {
        let mut shard = self.lock(session);
        let ended = shard.get(&session).and_then(|cell| cell.get()).filter(|handle| !handle.is_live());
        let Some(ended) = ended else { return };
        if let Some(from) = ended.unfollowed() {
            tracing::error!(%session, "a session panicked; it is brought back from the log");
            self.unfollowed.lock().unwrap_or_else(PoisonError::into_inner).insert(session, from);
        }
        shard.remove(&session);
        self.live.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }

    /// Claims the stream, folds its log, starts the actor.
    async fn start(&self, session: SessionId) -> Result<SessionHandle, DeliverError> {
        let store = &self.surroundings.store;
        let stream = StreamId::Session(session);
        let unavailable = |error: store::StoreError| match error {
            store::StoreError::Busy => DeliverError::Busy,
            error => DeliverError::Unavailable(error.to_string()),
        };
        let is_new = store.epoch(&stream).await.map_err(unavailable)?.is_none();
        let mut epoch = Epoch::FIRST;
        let mut state = State::default();
        if !is_new {
            epoch = store.claim(&stream).await.map_err(unavailable)?.epoch;
            loop {
                let page = store.load_session(session, state.sequence, PAGE).await.map_err(unavailable)?;
                page.iter().for_each(|recorded| state.evolve(recorded));
                if page.len() < PAGE {
                    break;
                }
            }
            self.finish_following(session, &state).await.map_err(unavailable)?;
        }
        let arbiter = self.arbiters.next();
        Ok(SessionActor::spawn(arbiter, session, epoch, state, self.surroundings.clone()))
    }

    /// Does again what a panic cut short. On a task of its own: what panics twice is given up, and
    /// harms nobody who wants the session.
    async fn finish_following(&self, session: SessionId, state: &State) -> Result<(), store::StoreError> {
        let from = self.unfollowed.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
        let Some(from) = from else { return Ok(()) };
        let events = self.surroundings.store.load_session(session, from, PAGE).await?;
        let (effects, state) = (self.surroundings.effects.clone(), Arc::new(state.clone()));
        let following = tokio::spawn(async move { effects.recorded(session, state, events.into()).await });
        if following.await.is_err() {
            tracing::error!(%session, "what follows from a session's events panicked again and is given up");
        }
        Ok(())
    }

    fn lock(&self, session: SessionId) -> std::sync::MutexGuard<'_, HashMap<SessionId, Cell>> {
        let shard = usize::from(session.0.as_bytes()[15]) % SHARDS;
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
