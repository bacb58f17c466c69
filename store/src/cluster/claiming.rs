//! How a node claims a subject: compare and set, and only past an incarnation it saw dead.
//!
//! Node leases and subjects lie in different slots, so no script can look at both. It need not: an
//! incarnation whose lease is gone never holds one again, hence "dead" stays true between reading the
//! lease and the compare-and-set that names the dead incarnation.

use model::Epoch;

use super::call::{Answer, Call};
use super::names::{Incarnation, NodeId, Owner, Subject};

/// How often a claim is tried against owners that change and die meanwhile.
const ROUNDS: u8 = 4;

/// One claim under way. Feed it answers until it has an outcome.
#[derive(Debug, Clone)]
pub struct Claiming {
    subject: Subject,
    node: NodeId,
    by: Incarnation,
    stored: Option<Epoch>,
    rounds: u8,
    seen: Option<Owner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Ask(Call),
    Won(Epoch),
    /// A live node has it.
    Owned(Owner),
    /// An answer to some other question.
    Unexpected,
}

impl Claiming {
    pub fn new(subject: Subject, node: NodeId, by: Incarnation, stored: Option<Epoch>) -> Self {
        Self { subject, node, by, stored, rounds: 0, seen: None }
    }

    pub fn first(&self) -> Call {
        self.take(None)
    }

    pub fn answered(&mut self, answer: Answer) -> Step {
        match (answer, self.seen.take()) {
            (Answer::Taken(epoch), _) => Step::Won(epoch),
            (Answer::Owned(owner), _) => self.owned(owner),
            (Answer::Holder(Some(live)), Some(owner)) if live == owner.incarnation => Step::Owned(owner),
            (Answer::Holder(_), Some(owner)) => Step::Ask(self.take(Some(owner.incarnation))),
            _ => Step::Unexpected,
        }
    }

    fn owned(&mut self, owner: Owner) -> Step {
        self.rounds += 1;
        if self.rounds >= ROUNDS {
            return Step::Owned(owner);
        }
        // Also of our own node: it may run again elsewhere, and then this process is the dead one.
        let node = owner.node.clone();
        self.seen = Some(owner);
        Step::Ask(Call::Holder { node })
    }

    fn take(&self, dead: Option<Incarnation>) -> Call {
        Call::Take {
            subject: self.subject.clone(),
            node: self.node.clone(),
            by: self.by,
            dead,
            stored: self.stored,
        }
    }
}
