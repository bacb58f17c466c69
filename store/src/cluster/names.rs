//! Who takes part in a cluster, and what can be owned in it.

use std::fmt;

use model::id::Name;
use model::{Epoch, SessionId};
use uuid::Uuid;

/// A node's name, unique among the nodes of a cluster; the operator chooses it and it outlives restarts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub Name);

impl NodeId {
    /// 1 to 64 bytes of `a-z A-Z 0-9 - _ . @ +`.
    pub fn new(text: &str) -> Result<Self, model::id::InvalidName> {
        Name::new(text).map(Self)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One life of a node: from taking its lease until that lease is lost. Never used again after that,
/// so that an incarnation once seen dead stays dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(pub Uuid);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What one node at a time owns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Session(SessionId),
    /// The router of a domain.
    Routing(Name),
    /// Who sends what waits in the outbox.
    Outbox,
    /// Who does what has to be done once in the house: retention, sweeping.
    Housekeeping,
}

impl Subject {
    /// What all its keys share between braces, so that Redis Cluster keeps them in one slot.
    pub(super) fn tag(&self) -> String {
        match self {
            Self::Session(session) => session.to_string(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => write!(f, "session/{session}"),
            Self::Routing(domain) => write!(f, "routing/{domain}"),
            Self::Outbox => f.write_str("outbox"),
            Self::Housekeeping => f.write_str("housekeeping"),
        }
    }
}

/// Who is known to own a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub node: NodeId,
    pub incarnation: Incarnation,
    pub epoch: Epoch,
}
