//! Owns one agent's working day: presence, offers, sessions in hand, and the consoles that show them.
//!
//! Receives what the engine tells and what the agent's consoles ask; emits console frames and the
//! agent's own events. When the last console is away longer than the grace period the agent goes
//! offline. Ends with the process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use model::event::{AgentEvent, PresenceCause};
use model::{AgentId, Epoch, Event, PresenceName, ReservationId, Sequence, SessionId, StreamId, Timestamp};
use store::{Append, Store};
use tokio::sync::{Semaphore, mpsc};

use crate::configuration::organisation::{AVAILABLE, OFFLINE};
use crate::console::wire::{ConsoleMessage, ConsoleRefusal, Offer, OfferOutcome, SessionCard};
use crate::foundation::now;

/// Things told to an agent that may wait.
const INBOX: usize = 1_024;

/// A console's frames; one that is full is cut off.
pub type ConsoleSender = mpsc::Sender<Arc<ConsoleMessage>>;

/// The agent's actor does not answer, or the store refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    #[error("the agent's inbox is full")]
    Busy,
    #[error("cannot record it: {0}")]
    Unavailable(String),
    #[error("the agent's actor is gone")]
    Gone,
}

/// What an agent goes offline with: told to the engine, which hands the sessions on.
#[async_trait::async_trait]
pub trait AgentEffects: Send + Sync + 'static {
    /// The presence is recorded.
    async fn presence_changed(&self, agent: &AgentId, presence: &PresenceName, cause: PresenceCause);
    /// The console stayed away: these sessions need somebody else.
    async fn left_behind(&self, agent: &AgentId, sessions: Vec<SessionId>);
}

/// What a console starts from.
#[derive(Debug, Clone)]
pub struct Standing {
    pub presence: PresenceName,
    pub since: Timestamp,
    pub offers: Vec<Arc<Offer>>,
    pub sessions: Vec<Arc<SessionCard>>,
}

#[derive(Clone)]
pub struct AgentHandle {
    address: Addr<AgentActor>,
    permits: Arc<Semaphore>,
}

impl AgentHandle {
    /// A console opens; its frames go to `sender` from now on.
    pub async fn connect(&self, console: u64, sender: ConsoleSender) -> Result<Standing, AgentError> {
        self.address.send(Connect { console, sender }).await.map_err(|_| AgentError::Gone)?
    }

    pub fn disconnect(&self, console: u64) {
        // Must arrive, is small, and comes once a console.
        self.address.do_send(Disconnect { console });
    }

    pub async fn set_presence(
        &self,
        presence: PresenceName,
        cause: PresenceCause,
        by: Option<AgentId>,
    ) -> Result<(), AgentError> {
        let permit = self.permits.clone().try_acquire_owned().map_err(|_| AgentError::Busy)?;
        let answer = self.address.send(SetPresence { presence, cause, by }).await;
        drop(permit);
        answer.map_err(|_| AgentError::Gone)?
    }

    /// Told in order; waits for room.
    pub async fn tell(&self, news: News) {
        let Ok(_permit) = self.permits.clone().acquire_owned().await else { return };
        // The actor ends with the process only.
        let _ = self.address.send(news).await;
    }
}

/// What the engine tells an agent.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum News {
    Offered(Arc<Offer>),
    OfferEnded {
        reservation: ReservationId,
        outcome: OfferOutcome,
    },
    Has(Arc<SessionCard>),
    HasNoMore(SessionId),
    Frame(Arc<ConsoleMessage>),
    /// No member of the organisation any more: consoles close, the actor ends.
    Dismissed,
}

#[derive(Message)]
#[rtype(result = "Result<Standing, AgentError>")]
struct Connect {
    console: u64,
    sender: ConsoleSender,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Disconnect {
    console: u64,
}

#[derive(Message)]
#[rtype(result = "Result<(), AgentError>")]
struct SetPresence {
    presence: PresenceName,
    cause: PresenceCause,
    by: Option<AgentId>,
}

/// An agent as its log has it.
#[derive(Debug, Clone)]
pub struct Restored {
    pub epoch: Epoch,
    pub last: Sequence,
    pub presence: PresenceName,
    pub since: Timestamp,
    pub cause: PresenceCause,
}

pub struct AgentActor {
    id: AgentId,
    store: Store,
    effects: Arc<dyn AgentEffects>,
    grace: Duration,
    log: Restored,
    consoles: BTreeMap<u64, ConsoleSender>,
    offers: BTreeMap<ReservationId, Arc<Offer>>,
    sessions: BTreeMap<SessionId, Arc<SessionCard>>,
    grace_timer: Option<SpawnHandle>,
}

impl AgentActor {
    pub fn spawn(
        arbiter: &ArbiterHandle,
        id: AgentId,
        log: Restored,
        store: Store,
        effects: Arc<dyn AgentEffects>,
        grace: Duration,
    ) -> AgentHandle {
        let address = Self::start_in_arbiter(arbiter, move |_| Self {
            id,
            store,
            effects,
            grace,
            log,
            consoles: BTreeMap::new(),
            offers: BTreeMap::new(),
            sessions: BTreeMap::new(),
            grace_timer: None,
        });
        AgentHandle { address, permits: Arc::new(Semaphore::new(INBOX)) }
    }

    fn tell_consoles(&mut self, message: ConsoleMessage) {
        self.tell_consoles_shared(&Arc::new(message));
    }

    fn tell_consoles_shared(&mut self, message: &Arc<ConsoleMessage>) {
        self.consoles.retain(|_, console| console.try_send(message.clone()).is_ok());
    }

    fn standing(&self) -> Standing {
        Standing {
            presence: self.log.presence.clone(),
            since: self.log.since,
            offers: self.offers.values().cloned().collect(),
            sessions: self.sessions.values().cloned().collect(),
        }
    }

    /// Whoever comes back from being away, or comes for the first time, is available; not so who was
    /// logged out for answering nothing, since the console may well be open with nobody before it.
    fn comes_back(&self) -> bool {
        self.log.presence.as_str() == OFFLINE
            && !matches!(
                self.log.cause,
                PresenceCause::Agent | PresenceCause::Supervisor | PresenceCause::NotResponding
            )
    }

    fn start_grace(&mut self, context: &mut Context<Self>) {
        if !self.consoles.is_empty() || self.log.presence.as_str() == OFFLINE {
            return;
        }
        self.grace_timer = Some(context.run_later(self.grace, |actor, context| {
            actor.grace_timer = None;
            let presence = PresenceName::new(OFFLINE).expect("a plain word");
            let change = actor.change_presence(presence, PresenceCause::Disconnected, None);
            context.wait(change.map(|changed, actor: &mut Self, context: &mut Context<Self>| {
                if changed.is_ok() {
                    actor.leave_behind(context);
                }
            }));
        }));
    }

    fn leave_behind(&mut self, context: &mut Context<Self>) {
        let sessions: Vec<_> = self.sessions.keys().copied().collect();
        let (effects, id) = (self.effects.clone(), self.id.clone());
        context.spawn(async move { effects.left_behind(&id, sessions).await }.into_actor(self));
    }

    /// Records a presence, tells the engine and the consoles.
    fn change_presence(
        &mut self,
        presence: PresenceName,
        cause: PresenceCause,
        by: Option<AgentId>,
    ) -> ResponseActFuture<Self, Result<(), AgentError>> {
        let at = now();
        let event = Event::Agent(AgentEvent::PresenceChanged { presence: presence.clone(), cause, by });
        let stream = StreamId::Agent(self.id.clone());
        let append = Append::new(stream, self.log.epoch, self.log.last, at, vec![event]);
        let (store, effects, id) = (self.store.clone(), self.effects.clone(), self.id.clone());
        let told = presence.clone();
        let recorded = async move {
            let appended =
                store.append(append).await.map_err(|error| AgentError::Unavailable(error.to_string()))?;
            effects.presence_changed(&id, &told, cause).await;
            Ok(appended.last)
        };
        Box::pin(recorded.into_actor(self).map(
            move |last: Result<Sequence, AgentError>, actor: &mut Self, _| {
                let last = last?;
                let epoch = actor.log.epoch;
                actor.log = Restored { epoch, last, presence: presence.clone(), since: at, cause };
                actor.tell_consoles(ConsoleMessage::Presence { presence, since: at, cause });
                Ok(())
            },
        ))
    }
}

impl Actor for AgentActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(INBOX);
        self.start_grace(context);
    }
}

impl Handler<Connect> for AgentActor {
    type Result = AtomicResponse<Self, Result<Standing, AgentError>>;

    fn handle(&mut self, connect: Connect, context: &mut Self::Context) -> Self::Result {
        if let Some(timer) = self.grace_timer.take() {
            context.cancel_future(timer);
        }
        let Connect { console, sender } = connect;
        if !self.comes_back() {
            self.consoles.insert(console, sender);
            return AtomicResponse::new(Box::pin(fut::ready(Ok(self.standing()))));
        }
        let presence = PresenceName::new(AVAILABLE).expect("a plain word");
        let change = self.change_presence(presence, PresenceCause::Agent, None);
        AtomicResponse::new(Box::pin(change.map(move |changed, actor: &mut Self, _| {
            changed?;
            actor.consoles.insert(console, sender);
            Ok(actor.standing())
        })))
    }
}

impl Handler<Disconnect> for AgentActor {
    type Result = ();

    fn handle(&mut self, disconnect: Disconnect, context: &mut Self::Context) {
        self.consoles.remove(&disconnect.console);
        if self.grace_timer.is_none() {
            self.start_grace(context);
        }
    }
}

impl Handler<SetPresence> for AgentActor {
    type Result = AtomicResponse<Self, Result<(), AgentError>>;

    fn handle(&mut self, set: SetPresence, _: &mut Self::Context) -> Self::Result {
        if self.log.presence == set.presence {
            return AtomicResponse::new(Box::pin(fut::ready(Ok(()))));
        }
        AtomicResponse::new(self.change_presence(set.presence, set.cause, set.by))
    }
}

impl Handler<News> for AgentActor {
    type Result = ();

    fn handle(&mut self, news: News, context: &mut Self::Context) {
        match news {
            News::Offered(offer) => {
                self.offers.insert(offer.reservation, offer.clone());
                self.tell_consoles(ConsoleMessage::Offer(offer));
            }
            News::OfferEnded { reservation, outcome } => {
                if self.offers.remove(&reservation).is_some() {
                    self.tell_consoles(ConsoleMessage::OfferEnded { reservation, outcome });
                }
            }
            News::Has(card) => {
                self.sessions.insert(card.session, card.clone());
                self.tell_consoles(ConsoleMessage::Session(card));
            }
            News::HasNoMore(session) => {
                if self.sessions.remove(&session).is_some() {
                    self.tell_consoles(ConsoleMessage::SessionGone { session });
                }
            }
            News::Frame(frame) => self.tell_consoles_shared(&frame),
            News::Dismissed => {
                let message = "you are no member of this organisation any more".to_owned();
                self.tell_consoles(ConsoleMessage::Bye { code: ConsoleRefusal::LoggedOut, message });
                self.consoles.clear();
                context.stop();
            }
        }
    }
}
