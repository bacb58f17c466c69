//! Events and stores for the tests.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod postgres;

use std::sync::Arc;

use model::event::{Author, Message};
use model::task::{Priority, Requirements};
use model::{
    AgentId, Channel, CustomerId, Epoch, Event, Identity, LegId, MessageId, QueueId, ReservationId, Sequence,
    SessionEvent, SessionId, SiteId, StreamId, TaskId, Timestamp, Verification,
};
use store::{Append, Appended, PostgresOptions, SqliteOptions, Store};
use tempfile::TempDir;
use uuid::Uuid;

/// Where a store of the engine under test is kept; empty at first.
pub enum Home {
    Folder(TempDir),
    Database(Arc<postgres::Server>, String),
}

impl Home {
    pub fn sqlite() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    pub fn postgres() -> Self {
        let server = postgres::shared();
        let name = server.database();
        Self::Database(server, name)
    }

    /// Opens what is there.
    pub fn open(&self) -> Store {
        match self {
            Self::Folder(folder) => reopen(folder),
            Self::Database(server, name) => {
                Store::open_postgres(&PostgresOptions::at(server.url(name))).unwrap()
            }
        }
    }
}

/// Runs each promise over every engine.
#[macro_export]
macro_rules! on_every_engine {
    ($($promise:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() { super::$promise($crate::common::Home::sqlite()).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() { super::$promise($crate::common::Home::postgres()).await })*
        }
    };
}

/// An embedded store in an empty folder.
pub fn open() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = reopen(&folder);
    (folder, store)
}

pub fn reopen(folder: &TempDir) -> Store {
    Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap()
}

pub fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

pub fn customer(number: u128) -> CustomerId {
    CustomerId(Uuid::from_u128(number))
}

pub fn task(number: u128) -> TaskId {
    TaskId(Uuid::from_u128(number))
}

pub fn agent(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

pub fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}

pub fn opened(number: u128, of: u128) -> SessionEvent {
    SessionEvent::Opened {
        session: session(number),
        customer: customer(of),
        site: SiteId::new("shop").unwrap(),
        language: None,
    }
}

pub fn leg(number: u128, identity: Identity, verification: Verification) -> SessionEvent {
    SessionEvent::LegAttached {
        leg: LegId(Uuid::from_u128(number)),
        channel: Channel::Chat,
        identity,
        verification,
        origin: None,
    }
}

pub fn message(id: u128, text: &str) -> SessionEvent {
    SessionEvent::MessagePosted { message: written(id, text) }
}

/// By the customer, with nothing but a text.
pub fn written(id: u128, text: &str) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(id)),
        author: Author::Customer,
        channel: Channel::Chat,
        leg: None,
        text: text.to_owned(),
        visible: None,
        subject: None,
        attachments: Vec::new(),
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: false,
    }
}

pub fn note(id: u128, text: &str) -> SessionEvent {
    SessionEvent::NoteAdded {
        note: MessageId(Uuid::from_u128(id)),
        author: agent("ana"),
        text: text.to_owned(),
    }
}

pub fn created(number: u128, name: &str, since: i64) -> SessionEvent {
    SessionEvent::TaskCreated {
        task: task(number),
        queue: queue(name),
        channel: Channel::Chat,
        requirements: Requirements::NONE,
        priority: Priority(0),
        waiting_since: Timestamp(since),
        preferred_agent: None,
    }
}

pub fn reserved(number: u128, reservation: u128, name: &str) -> SessionEvent {
    SessionEvent::TaskReserved {
        task: task(number),
        reservation: ReservationId(Uuid::from_u128(reservation)),
        agent: agent(name),
        expires_at: Timestamp(99),
    }
}

pub fn assigned(number: u128, name: &str) -> SessionEvent {
    SessionEvent::TaskAssigned { task: task(number), reservation: None, agent: agent(name), by: None }
}

pub fn append(number: u128, after: u64, at: i64, events: Vec<SessionEvent>) -> Append {
    Append::new(
        StreamId::Session(session(number)),
        Epoch::FIRST,
        Sequence(after),
        Timestamp(at),
        events.into_iter().map(Event::Session).collect(),
    )
}

/// Appends at the end of the session's stream, whatever that is.
pub async fn record(store: &Store, number: u128, at: i64, events: Vec<SessionEvent>) -> Appended {
    let last = store.last(&StreamId::Session(session(number))).await.unwrap();
    store.append(append(number, last.0, at, events)).await.unwrap()
}
