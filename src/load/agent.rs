//! An agent at a console: accepts every offer, and then reads along or is done with it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use model::task::TaskState;
use model::{Sequence, SessionId};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::clock::{self, Stamp};
use super::crowd::Heard;
use super::customer::is;
use super::socket::Socket;
use crate::console::wire::{Ask, ConsoleMessage, ConsoleRequest, Offer, SessionCard, VERSION};

/// What an agent does with a session they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Opens it and reads what comes.
    ReadsAlong,
    /// Completes it after a while, to have the next.
    IsDoneAfter(Duration),
}

pub struct Agent {
    socket: Socket,
    habit: Habit,
    heard: mpsc::UnboundedSender<Heard>,
    next_request: u32,
    /// Sessions in hand, with whose they are.
    sessions: HashMap<SessionId, Option<u32>>,
    /// When the task in hand is done with.
    done_at: Option<(Instant, Arc<SessionCard>)>,
    freed: Option<Stamp>,
}

impl Agent {
    /// Opens the console and says hello; offers that wait are accepted.
    pub async fn appear(
        address: SocketAddr,
        cookie: &str,
        habit: Habit,
        heard: mpsc::UnboundedSender<Heard>,
    ) -> anyhow::Result<Self> {
        let mut socket = Socket::open(address, "/console", Some(cookie)).await?;
        socket.send(&ConsoleRequest { request: 0, ask: Ask::Hello { version: VERSION } }).await?;
        let welcome = socket.next().await?;
        let ConsoleMessage::Welcome(welcome) = serde_json::from_str(&welcome)? else {
            bail!("no welcome: {welcome}");
        };
        let (sessions, next_request) = (HashMap::new(), 1);
        let mut agent = Self { socket, habit, heard, next_request, sessions, done_at: None, freed: None };
        for offer in &welcome.offers {
            agent.accept(offer).await?;
        }
        for card in welcome.sessions {
            agent.take(card).await?;
        }
        Ok(agent)
    }

    /// Until the server ends, or the task is aborted.
    pub async fn run(mut self) {
        loop {
            let due = self.done_at.as_ref().map(|(at, _)| *at);
            let step = tokio::select! {
                frame = self.socket.next() => match frame {
                    Ok(frame) => self.hear(&frame).await,
                    Err(error) => Err(error),
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.complete().await
                }
            };
            if let Err(error) = step {
                let _ = self.heard.send(Heard::Lost(error));
                return;
            }
        }
    }

    async fn hear(&mut self, frame: &str) -> anyhow::Result<()> {
        if is(frame, "event") {
            if let Some(due) = clock::due(frame) {
                let _ = self.heard.send(Heard::Seen { due, took: due.elapsed() });
            }
            return Ok(());
        }
        if is(frame, "snapshot") {
            let _ = self.heard.send(Heard::Opened);
            return Ok(());
        }
        if is(frame, "refused") || is(frame, "bye") {
            let _ = self.heard.send(Heard::Refused(frame.to_owned()));
            return Ok(());
        }
        if is(frame, "offer") {
            let arrived = self.freed.take();
            if let Some(freed) = arrived {
                let _ = self.heard.send(Heard::NextOffer { took: freed.elapsed() });
            }
            if let ConsoleMessage::Offer(offer) = serde_json::from_str(frame)? {
                self.accept(&offer).await?;
            }
            return Ok(());
        }
        if is(frame, "session_gone")
            && let ConsoleMessage::SessionGone { session } = serde_json::from_str(frame)?
        {
            let customer = self.sessions.remove(&session).flatten();
            let _ = self.heard.send(Heard::Done { customer });
        }
        if is(frame, "session")
            && let ConsoleMessage::Session(card) = serde_json::from_str(frame)?
        {
            self.take(card).await?;
        }
        Ok(())
    }

    async fn accept(&mut self, offer: &Offer) -> anyhow::Result<()> {
        self.ask(Ask::Accept { reservation: offer.reservation }).await
    }

    /// A session of mine is new, or changed.
    async fn take(&mut self, card: Arc<SessionCard>) -> anyhow::Result<()> {
        let is_assigned =
            card.task.as_ref().is_some_and(|task| matches!(task.state, TaskState::Assigned { .. }));
        if !is_assigned || self.sessions.contains_key(&card.session) {
            return Ok(());
        }
        let (session, customer) = (card.session, clock::customer(&card.last_text));
        self.sessions.insert(session, customer);
        let _ = self.heard.send(Heard::Assigned);
        match self.habit {
            Habit::ReadsAlong => self.ask(Ask::Open { session, since: Sequence::START }).await,
            Habit::IsDoneAfter(Duration::ZERO) => self.finish(&card).await,
            Habit::IsDoneAfter(hold) => {
                self.done_at = Some((Instant::now() + hold, card));
                Ok(())
            }
        }
    }

    async fn complete(&mut self) -> anyhow::Result<()> {
        let Some((_, card)) = self.done_at.take() else { return Ok(()) };
        self.freed = Some(Stamp::now());
        self.finish(&card).await
    }

    async fn finish(&mut self, card: &SessionCard) -> anyhow::Result<()> {
        let Some(task) = &card.task else { return Ok(()) };
        let (session, task) = (card.session, task.task);
        self.ask(Ask::Complete { session, task, disposition: None, summary: None, close: false }).await
    }

    async fn ask(&mut self, ask: Ask) -> anyhow::Result<()> {
        let request = self.next_request;
        self.next_request = self.next_request.wrapping_add(1);
        self.socket.send(&ConsoleRequest { request, ask }).await
    }
}
