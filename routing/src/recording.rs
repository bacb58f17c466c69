//! The routing stream: what routers were told, in order, so that it can be told again.
//!
//! A recording begins anew at each start: [`Record::Started`] has all that a [`Router`] is made of.
//! Every input that can change something follows with its time. Where the writer could not keep up
//! there is a [`Record::Gap`]; what comes after it cannot be replayed until the next start, for the
//! router's state there is not known.
//!
//! Records are additive as events are: a new field has a default, a new meaning is a new kind.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::configuration::Configuration;
use crate::input::Input;
use crate::output::Output;
use crate::router::Router;

/// One record of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A new router.
    Started {
        /// The behaviour it was recorded with; see [`Record::VERSION`].
        version: u32,
        /// What its reservations' ids are made from, as a UUID.
        seed: Uuid,
        configuration: Box<Configuration>,
    },
    /// One input, and when the router was told.
    Fed { at: Timestamp, input: Box<Input> },
    /// So many inputs were not recorded.
    Gap { missing: u64 },
}

impl Record {
    /// Raised whenever the router decides otherwise than before on the same inputs: a recording of
    /// another version reads, but need not replay to the same outputs.
    pub const VERSION: u32 = 3;

    pub fn started(configuration: &Configuration, seed: u128) -> Self {
        let configuration = Box::new(configuration.clone());
        Self::Started { version: Self::VERSION, seed: Uuid::from_u128(seed), configuration }
    }
}

impl Router {
    /// Whether an input has to be recorded at `now`: a tick at which nothing is due changes nothing.
    pub fn is_worth_recording(&self, now: Timestamp, input: &Input) -> bool {
        *input != Input::Tick || self.next_deadline().is_some_and(|due| due <= now)
    }
}

/// Why a record is not replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Going on with the records that follow is safe: they are passed over until a router starts.
    #[error("{missing} inputs are missing: nothing is replayed until the next start")]
    Gap { missing: u64 },
    /// An input before any start, or after a gap.
    #[error("there is no router to feed")]
    NotStarted,
    #[error("recorded by version {0} of the router, which decides otherwise")]
    OtherVersion(u32),
}

/// Feeds records to a router of its own.
#[derive(Debug, Default)]
pub struct Replay {
    router: Option<Router>,
}

impl Replay {
    /// Takes the next record; appends to `outputs` what follows from it.
    pub fn take(&mut self, record: Record, outputs: &mut Vec<Output>) -> Result<(), ReplayError> {
        match record {
            Record::Started { version, .. } if version != Record::VERSION => {
                self.router = None;
                Err(ReplayError::OtherVersion(version))
            }
            Record::Started { seed, configuration, .. } => {
                self.router = Some(Router::new(*configuration, seed.as_u128()));
                Ok(())
            }
            Record::Gap { missing } => {
                self.router = None;
                Err(ReplayError::Gap { missing })
            }
            Record::Fed { at, input } => {
                let router = self.router.as_mut().ok_or(ReplayError::NotStarted)?;
                router.handle(at, *input, outputs);
                Ok(())
            }
        }
    }

    /// The router as far as it has been told; none before a start and after a gap.
    pub fn router(&self) -> Option<&Router> {
        self.router.as_ref()
    }
}
