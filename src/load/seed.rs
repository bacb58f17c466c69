//! Sessions written right into a store, by the same decisions the engine takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use model::session::{Command, Contact, NewTask, State, decide};
use model::task::{Priority, Requirements};
use model::{
    Channel, CustomerId, Epoch, Event, Identity, LegId, MessageId, QueueId, Recorded, SessionId, SiteId,
    StreamId, TaskId, Timestamp, Verification,
};
use store::{Append, SqliteOptions, Store};

use super::clock::{self, Stamp};
use super::organisation::{QUEUE, SITE};
use crate::engine::reception;
use crate::foundation::now;

/// Sessions written at once.
const AT_ONCE: u32 = 512;

/// A session as its writer has it.
struct Session {
    id: SessionId,
    leg: LegId,
    number: u32,
    state: State,
}

impl Session {
    fn new(number: u32) -> Self {
        let (id, leg) = (SessionId(uuid::Uuid::now_v7()), LegId(uuid::Uuid::now_v7()));
        Self { id, leg, number, state: State::default() }
    }

    fn contact(&self) -> anyhow::Result<Command> {
        Ok(Command::Contact(Contact {
            session: self.id,
            customer: CustomerId(uuid::Uuid::now_v7()),
            site: SiteId::new(SITE).context("the site's name")?,
            leg: self.leg,
            channel: Channel::Chat,
            identity: Identity::Visitor(format!("visitor-{}", self.number).into()),
            verification: Verification::Verified,
            language: None,
            origin: None,
        }))
    }

    fn message(&self) -> Command {
        let (id, text) = (MessageId(uuid::Uuid::now_v7()), clock::text(Stamp::now(), self.number));
        let message = reception::customer_message(id, Channel::Chat, self.leg, text);
        Command::Post { message, seen: None }
    }

    /// What the commands come to, durable and folded in.
    async fn record(&mut self, store: &Store, commands: Vec<Command>, at: Timestamp) -> anyhow::Result<()> {
        let expected = self.state.sequence;
        let mut events = Vec::new();
        for command in commands {
            for event in decide(&self.state, command, at)? {
                let recorded = Recorded { sequence: self.state.sequence.next(), at, event };
                self.state.evolve(&recorded);
                events.push(Event::Session(recorded.event));
            }
        }
        let append = Append::new(StreamId::Session(self.id), Epoch::FIRST, expected, at, events);
        store.append(append).await?;
        Ok(())
    }
}

/// Writes `count` sessions, each with a message and a task that waits.
pub async fn waiting(data: &Path, count: u32) -> anyhow::Result<()> {
    let store = Store::open_sqlite(data, SqliteOptions::default())?;
    let begin = now();
    let mut writers = tokio::task::JoinSet::new();
    for lane in 0..AT_ONCE {
        let store = store.clone();
        writers.spawn(async move {
            for number in (lane..count).step_by(AT_ONCE as usize) {
                let mut session = Session::new(number);
                let task = Command::CreateTask(NewTask {
                    task: TaskId(uuid::Uuid::now_v7()),
                    queue: QueueId::new(QUEUE).context("the queue's name")?,
                    channel: Channel::Chat,
                    requirements: Requirements::NONE,
                    priority: Priority::default(),
                    preferred_agent: None,
                    waiting_since: None,
                });
                let commands = vec![session.contact()?, session.message(), task];
                // One after the other, a millisecond apart.
                let at = Timestamp(begin.0 - i64::from(count) + i64::from(number));
                session.record(&store, commands, at).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    Ok(())
}

/// Messages a second that the store records for so many writers, each with a session of its own and
/// waiting for each message.
pub async fn rate(data: &Path, writers: u32, time: Duration) -> anyhow::Result<f64> {
    let store = Store::open_sqlite(data, SqliteOptions::default())?;
    let mut sessions = Vec::new();
    for number in 0..writers {
        let mut session = Session::new(number);
        let contact = session.contact()?;
        session.record(&store, vec![contact], now()).await?;
        sessions.push(session);
    }
    let begin = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut session in sessions {
        let store = store.clone();
        tasks.spawn(async move {
            let mut written = 0_u32;
            while begin.elapsed() < time {
                let message = session.message();
                session.record(&store, vec![message], now()).await?;
                written += 1;
            }
            anyhow::Ok(written)
        });
    }
    let mut written = 0;
    while let Some(task) = tasks.join_next().await {
        written += task??;
    }
    Ok(f64::from(written) / begin.elapsed().as_secs_f64())
}
