//! Who owns what, live: node leases, ownership of sessions and roles, inboxes between nodes, snapshots
//! for handoff, presences.
//!
//! Nothing here is the record. [`Cluster`] says where the state is shared, [`Member`] is this node in
//! it. Losing all of it loses nothing: epochs rise above those of the log, and the log refuses who
//! has been followed. What it promises, and to whom, is in `docs/cluster.md`.

mod ask;
mod call;
mod claiming;
mod error;
mod health;
mod heartbeat;
mod hint;
mod in_process;
mod inbox;
mod join;
mod lease;
mod member;
mod memory;
mod names;
mod options;
mod ownership;
mod redis;
#[cfg(test)]
mod simulation;
mod standing;

pub use call::Shown;
pub use error::{AskError, ClusterError, JoinError};
pub use health::Health;
pub use hint::{Audience, Hint};
pub use in_process::InProcess;
pub use inbox::{DeadLetter, Delivery, MAX_LETTER};
pub use member::Member;
pub use names::{Incarnation, NodeId, Owner, Subject};
pub use options::{Layout, NodeOptions, RedisOptions, TlsOptions};
pub use ownership::{Claimed, MAX_SNAPSHOT, Ownership};
pub use redis::Redis;
pub use standing::Standing;

use call::{Answer, Call};

/// Where the live state is shared.
#[derive(Debug, Clone)]
pub enum Cluster {
    /// In this process: a single machine, without any other service.
    InProcess(InProcess),
    Redis(Redis),
}

impl Cluster {
    /// A cluster that ends with this process.
    pub fn in_process() -> Self {
        Self::InProcess(InProcess::default())
    }

    /// Checks version and clock of a Redis. Retrying is safe. For TLS a rustls provider must be
    /// installed in the process.
    pub async fn redis(options: RedisOptions) -> Result<Self, JoinError> {
        redis::Redis::open(options).await.map(Self::Redis)
    }

    /// Takes the node's lease and renews it until [`Member::leave`], or until the last clone is
    /// dropped: then it runs out, as after a crash.
    pub async fn join(&self, options: NodeOptions) -> Result<Member, JoinError> {
        let apart = match self {
            Self::InProcess(house) => Self::InProcess(house.clone()),
            Self::Redis(redis) => Self::Redis(redis.apart()),
        };
        join::join(apart, options).await
    }

    pub fn health(&self) -> Health {
        match self {
            Self::InProcess(_) => Health::Up,
            Self::Redis(redis) => redis.health(),
        }
    }

    async fn call(&self, call: Call) -> Result<Answer, ClusterError> {
        match self {
            Self::InProcess(house) => Ok(house.call(call).await),
            Self::Redis(redis) => redis.call(call).await,
        }
    }
}
