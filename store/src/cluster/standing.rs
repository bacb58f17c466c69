//! What this node may do as an owner.

use super::names::Incarnation;

/// How the node's lease stands. Owners act only while it is `Held`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Held(Incarnation),
    /// Redis has not answered for two thirds of the lease: ownership must not be used, and may come
    /// back as it was.
    Doubtful(Incarnation),
    /// The lease ended: what this incarnation owned is over for good. Stop its owners; they are
    /// claimed again, here or elsewhere. `Held` follows with another incarnation once Redis grants it.
    Lost(Incarnation),
    /// The node left.
    Left,
}
