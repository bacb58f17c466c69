//! Owning a subject: claimed with an epoch, used while safe, released on drain.

use std::time::Duration;

use bytes::Bytes;
use model::{Epoch, SessionId};
use tokio::time::Instant;

use super::call::{Answer, Call};
use super::claiming::{Claiming, Step};
use super::error::ClusterError;
use super::member::{Member, unexpected};
use super::names::{Incarnation, Owner, Subject};

/// Largest snapshot of a session, in bytes.
pub const MAX_SNAPSHOT: usize = 1 << 20;
/// An owner that is never released is forgotten by Redis after this; it is trusted for less.
pub(super) const OWNER_KEPT: Duration = Duration::from_secs(7 * 86_400);
const OWNER_TRUSTED: Duration = Duration::from_secs(6 * 86_400);

/// This node owns `subject`, as far as it knows: ask [`Member::is_safe`] before each use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    pub subject: Subject,
    /// Every append carries it; the log refuses those of earlier owners.
    pub epoch: Epoch,
    incarnation: Incarnation,
    claimed: Instant,
}

/// How a claim ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    Ours(Ownership),
    /// A living node has it: forward to it.
    Elsewhere(Owner),
}

impl Member {
    /// Claims a subject. `stored` is the log's epoch for it, so that epochs rise even where Redis
    /// forgot them; the caller claims the log with the new epoch before it appends. Claiming what
    /// this node owns already gives it a new epoch.
    pub async fn claim(&self, subject: Subject, stored: Option<Epoch>) -> Result<Claimed, ClusterError> {
        let incarnation = self.incarnation().ok_or(ClusterError::NoLease)?;
        let claimed = Instant::now();
        let mut claiming = Claiming::new(subject.clone(), self.id().clone(), incarnation, stored);
        let mut call = claiming.first();
        loop {
            match claiming.answered(self.call(call).await?) {
                Step::Ask(next) => call = next,
                Step::Won(epoch) => {
                    return Ok(Claimed::Ours(Ownership { subject, epoch, incarnation, claimed }));
                }
                Step::Owned(owner) => return Ok(Claimed::Elsewhere(owner)),
                Step::Unexpected => return Err(unexpected()),
            }
        }
    }

    /// Whether this ownership may be used now: the node's lease is younger than two thirds of its
    /// length by this machine's monotonic clock, and it is still the lease it was claimed under.
    pub fn is_safe(&self, ownership: &Ownership) -> bool {
        self.incarnation() == Some(ownership.incarnation) && ownership.claimed.elapsed() < OWNER_TRUSTED
    }

    /// Gives a subject back, so that others can claim it at once. `Stale` if a later owner has it.
    pub async fn release(&self, ownership: &Ownership) -> Result<(), ClusterError> {
        let (subject, epoch) = (ownership.subject.clone(), ownership.epoch);
        done(self.call(Call::Release { subject, by: ownership.incarnation, epoch }).await?)
    }

    /// Who owns a subject, if that node lives.
    pub async fn owner(&self, subject: Subject) -> Result<Option<Owner>, ClusterError> {
        let Answer::Owner(owner) = self.call(Call::Owner { subject }).await? else {
            return Err(unexpected());
        };
        let Some(owner) = owner else { return Ok(None) };
        match self.call(Call::Holder { node: owner.node.clone() }).await? {
            Answer::Holder(live) if live == Some(owner.incarnation) => Ok(Some(owner)),
            Answer::Holder(_) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    /// Keeps a snapshot for who owns the subject next, at most [`MAX_SNAPSHOT`] bytes. `Stale` if a
    /// later owner is known.
    pub async fn save_snapshot(&self, ownership: &Ownership, bytes: Bytes) -> Result<(), ClusterError> {
        if bytes.len() > MAX_SNAPSHOT {
            return Err(ClusterError::TooLarge { bytes: bytes.len(), most: MAX_SNAPSHOT });
        }
        let (subject, epoch) = (ownership.subject.clone(), ownership.epoch);
        done(self.call(Call::Save { subject, epoch, bytes, keep: self.options().keep_snapshot }).await?)
    }

    /// The newest snapshot of a session with the epoch that took it, if one is kept. A hint for
    /// speed: what came after it is in the log.
    pub async fn snapshot(&self, session: SessionId) -> Result<Option<(Epoch, Bytes)>, ClusterError> {
        match self.call(Call::Load { subject: Subject::Session(session) }).await? {
            Answer::Kept(kept) => Ok(kept),
            _ => Err(unexpected()),
        }
    }
}

pub(super) fn done(answer: Answer) -> Result<(), ClusterError> {
    match answer {
        Answer::Done => Ok(()),
        Answer::Stale => Err(ClusterError::Stale),
        _ => Err(unexpected()),
    }
}
