//! What may be lost: that somebody types, that a board should be drawn anew.

use bytes::Bytes;

use super::names::NodeId;

/// Hints that wait for a slow listener; older ones are lost to it.
pub(super) const WAITING_HINTS: usize = 256;

/// Who should hear a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    Node(NodeId),
    /// All nodes, the sender's too.
    All,
}

impl Audience {
    pub(super) fn includes(&self, node: &NodeId) -> bool {
        match self {
            Self::Node(meant) => meant == node,
            Self::All => true,
        }
    }
}

/// Heard at most once, perhaps never, in no promised order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint(pub Bytes);
