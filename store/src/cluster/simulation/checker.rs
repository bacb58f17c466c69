//! Judges what happens by the promises alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Epoch;
use uuid::Uuid;

use super::node::Node;
use crate::cluster::names::Subject;

/// What the log would know: the epoch of who last claimed it.
#[derive(Debug, Default)]
pub struct Checker {
    log: BTreeMap<Subject, Epoch>,
    given: BTreeMap<Subject, BTreeSet<Epoch>>,
    pub appended: u64,
    pub fenced: u64,
    pub sent: BTreeSet<Uuid>,
    pub handled: BTreeMap<Uuid, u32>,
}

/// What may be asked of a run: a Redis that forgets breaks the first promise, and only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    Faithful,
    Forgetful,
}

impl Checker {
    /// An epoch was given out: above what the log had when the claim began, and never twice. A shared
    /// state that forgot between two claims gives one twice: the log takes it from the first only.
    pub fn claimed(
        &mut self,
        subject: &Subject,
        epoch: Epoch,
        stored: Option<Epoch>,
        sharing: Sharing,
    ) -> Result<(), String> {
        if stored >= Some(epoch) {
            return Err(format!("{subject}: epoch {epoch:?} does not rise above the log's {stored:?}"));
        }
        let is_new = self.given.entry(subject.clone()).or_default().insert(epoch);
        if !is_new && sharing == Sharing::Faithful {
            return Err(format!("{subject}: epoch {epoch:?} was given twice"));
        }
        Ok(())
    }

    pub fn stored(&self, subject: &Subject) -> Option<Epoch> {
        self.log.get(subject).copied()
    }

    /// The new owner claims the log, which refuses what is not later: also the same once more.
    pub fn claim_log(&mut self, subject: &Subject, epoch: Epoch) -> bool {
        let later = self.stored(subject) < Some(epoch);
        if later {
            self.log.insert(subject.clone(), epoch);
        }
        later
    }

    /// A node that believes itself safe appends; the log takes it from the newest owner only.
    pub fn append(&mut self, subject: &Subject, epoch: Epoch) {
        if self.stored(subject) == Some(epoch) {
            self.appended += 1;
        } else {
            self.fenced += 1;
        }
    }

    /// At most one safe owner of each subject, at this instant.
    pub fn owners(&self, now: Duration, nodes: &[Node]) -> Result<(), String> {
        let mut safe: BTreeMap<&Subject, &Node> = BTreeMap::new();
        for node in nodes {
            for (subject, owned) in node.owned() {
                if !node.is_safe(now, owned) {
                    continue;
                }
                if let Some(other) = safe.insert(subject, node) {
                    return Err(format!("{subject} is safe with {} and {} at {now:?}", other.id, node.id));
                }
            }
        }
        Ok(())
    }

    /// At the end, when all could be delivered: each letter that was acknowledged to its sender was
    /// handled.
    pub fn letters(&self) -> Result<(), String> {
        match self.sent.iter().find(|id| !self.handled.contains_key(id)) {
            Some(lost) => Err(format!("letter {lost} was taken and never handled")),
            None => Ok(()),
        }
    }
}
