//! What can go wrong between the shared live state and its users.

use std::time::Duration;

/// Why a call to the cluster was not carried out. The log is never touched by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// Redis is away, out of memory, read-only, or too slow. Whether the call took effect is unknown;
    /// repeating it is safe: claims only raise the epoch, and commands carry ids.
    #[error("the shared state is unavailable: {reason}")]
    Unavailable { reason: String },
    /// The other node's inbox is full. Nothing was done; repeating later is safe.
    #[error("the node's inbox is full")]
    Busy,
    /// Somebody claimed the subject since. Repeating is pointless: the caller's ownership is over.
    #[error("a later owner has it")]
    Stale,
    /// More bytes than this layer carries. Repeating is pointless.
    #[error("{bytes} bytes are more than the {most} allowed")]
    TooLarge { bytes: usize, most: usize },
    /// This node holds no lease just now. Repeating is safe once it does; see
    /// [`standing`](super::Cluster::standing).
    #[error("this node holds no lease")]
    NoLease,
}

/// Why a question to another node has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It did not reach the other's inbox, or may not have.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// No answer in time. Whether the question was handled is unknown: repeat only what carries a
    /// deduplication key.
    #[error("no answer in time")]
    TimedOut,
}

/// Why a node may not join. Each says what an operator can do.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("cannot reach Redis: {reason}; check its address, its certificate and that it runs")]
    Unreachable { reason: String },
    #[error("Redis refuses us: {reason}; check user, password and the ACL line in docs/cluster.md")]
    Denied { reason: String },
    #[error("this is Redis {found}; version 6.2 or later (or Valkey) is needed")]
    Version { found: String },
    #[error(
        "two clusters on one Redis prefix: {prefix:?} belongs to cluster {cluster}, which has another \
         organisation or database; give each cluster a prefix of its own"
    )]
    AnotherCluster { prefix: String, cluster: String },
    #[error(
        "the shared state under {prefix:?} has format {found}, this program knows {known}; \
         upgrade this node, or use another prefix"
    )]
    Format { prefix: String, found: u32, known: u32 },
    #[error(
        "this machine's clock and that of Redis are {apart:?} apart, more than {bound:?}; \
         synchronise both (chrony, systemd-timesyncd)"
    )]
    ClocksApart { apart: Duration, bound: Duration },
    #[error(
        "node {node} is running already, with a lease of another {remaining:?}; give this node another \
         id, or end the other; after a crash, start again once the lease is over"
    )]
    NodeInUse { node: String, remaining: Duration },
    #[error("the cluster settings are unusable: {reason}")]
    Settings { reason: String },
}
