//! What a node asks of the shared state, as data: carried out by Redis ([`super::redis`]), by the
//! model ([`super::memory`]) in one process, and delayed, lost and repeated by the simulation.
//!
//! Each call is atomic where it is carried out and touches keys of one hash tag only.

use std::time::Duration;

use bytes::Bytes;
use model::{AgentId, Epoch};
use uuid::Uuid;

use super::names::{Incarnation, NodeId, Owner, Subject};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Writes the cluster's identity if there is none.
    Identify {
        identity: Identity,
    },
    /// Takes a node's lease if nobody holds it, or if the holder is one of `abandoned`: earlier
    /// attempts of the same process whose answer never came.
    Hold {
        node: NodeId,
        incarnation: Incarnation,
        lease: Duration,
        abandoned: Vec<Incarnation>,
    },
    /// Prolongs a lease that is still held.
    Renew {
        node: NodeId,
        incarnation: Incarnation,
        lease: Duration,
    },
    /// Gives a lease back.
    Leave {
        node: NodeId,
        incarnation: Incarnation,
    },
    /// Who holds a node's lease.
    Holder {
        node: NodeId,
    },
    /// Takes a subject if it is unowned, ours, or owned by `dead`. The epoch rises above all known
    /// ones and above `stored`.
    Take {
        subject: Subject,
        node: NodeId,
        by: Incarnation,
        dead: Option<Incarnation>,
        stored: Option<Epoch>,
    },
    /// Gives a subject back, if this is still its owner and epoch.
    Release {
        subject: Subject,
        by: Incarnation,
        epoch: Epoch,
    },
    Owner {
        subject: Subject,
    },
    /// Keeps bytes unless those of a later epoch are kept or a later owner is known.
    Save {
        subject: Subject,
        epoch: Epoch,
        bytes: Bytes,
        keep: Duration,
    },
    Load {
        subject: Subject,
    },
    /// Puts a letter into a node's inbox, unless its id was there within `window` or `bound` letters
    /// lie there.
    Send {
        to: NodeId,
        letter: Letter,
        bound: usize,
        window: Duration,
    },
    /// Letters nobody was handed yet, waiting up to `wait` for the first.
    Fetch {
        node: NodeId,
        by: Incarnation,
        most: usize,
        wait: Duration,
    },
    /// Letters handed out at least `idle` ago and not acknowledged: handed to `by`, or laid aside as
    /// dead after `tries`.
    Recover {
        node: NodeId,
        by: Incarnation,
        idle: Duration,
        tries: u32,
        most: usize,
    },
    /// These have been handled.
    Acknowledge {
        node: NodeId,
        places: Vec<String>,
    },
    /// Letters laid aside, oldest first.
    Dead {
        node: NodeId,
        most: usize,
    },
    /// Shows an agent's presence, unless a later version is shown.
    Announce {
        agent: AgentId,
        presence: Shown,
    },
    Presences {
        after: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done,
    Identity(Identity),
    /// Somebody else holds the node's lease, for so long.
    Held {
        by: Incarnation,
        remaining: Duration,
    },
    /// The lease is over and cannot be prolonged.
    Lost,
    Holder(Option<Incarnation>),
    Taken(Epoch),
    Owned(Owner),
    Owner(Option<Owner>),
    Stale,
    Kept(Option<(Epoch, Bytes)>),
    Full,
    /// The id was there before.
    Known,
    Letters {
        letters: Vec<Placed>,
        dead: usize,
    },
    Presences {
        shown: Vec<(AgentId, Shown)>,
        next: u64,
    },
}

/// Which cluster this is, as its first node wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub cluster: Uuid,
    /// Names organisation and database: nodes with different ones are not of one cluster.
    pub fingerprint: String,
    /// The layout of the shared state.
    pub format: u32,
}

/// What lies in an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: Uuid,
    pub from: NodeId,
    pub kind: LetterKind,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// To be handled at least once.
    Command,
    /// The sender waits for a reply with the letter's id.
    Question,
    /// Answers the question of this id.
    Reply,
}

/// A letter at its place in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub place: String,
    pub letter: Letter,
}

/// An agent's presence as all nodes see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The node where the agent's console is.
    pub node: NodeId,
    /// Rises with each change; an older one never replaces a newer.
    pub version: u64,
    pub value: Bytes,
}
