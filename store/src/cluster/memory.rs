//! The shared state as a pure machine: what Redis is asked to do, said once more in Rust.
//!
//! It serves nodes in one process, and it is the model that the contract tests hold Redis against
//! and that the simulation breaks. Time is given from outside.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use model::{AgentId, Epoch};
use uuid::Uuid;

use super::call::{Answer, Call, Identity, Letter, Placed, Shown};
use super::names::{Incarnation, NodeId, Owner, Subject};

/// Dead letters kept in an inbox.
const DEAD_KEPT: usize = 1_000;

/// All that is shared. `now` is the time since some start, and never goes back.
#[derive(Debug, Default)]
pub struct Memory {
    identity: Option<Identity>,
    leases: HashMap<NodeId, (Incarnation, Duration)>,
    subjects: HashMap<Subject, Record>,
    kept: HashMap<Subject, ((Epoch, Bytes), Duration)>,
    inboxes: HashMap<NodeId, Inbox>,
    presences: BTreeMap<AgentId, Shown>,
}

#[derive(Debug, Default)]
struct Record {
    owner: Option<(NodeId, Incarnation)>,
    epoch: Option<Epoch>,
}

#[derive(Debug, Default)]
struct Inbox {
    next: u64,
    waiting: VecDeque<Placed>,
    handed: Vec<Handed>,
    /// Letters laid aside after too many tries.
    dead: Vec<Placed>,
    seen: HashMap<Uuid, Duration>,
}

#[derive(Debug)]
struct Handed {
    placed: Placed,
    at: Duration,
    times: u32,
}

impl Memory {
    pub fn apply(&mut self, now: Duration, call: Call) -> Answer {
        match call {
            Call::Identify { identity } => Answer::Identity(self.identity.get_or_insert(identity).clone()),
            Call::Hold { node, incarnation, lease, abandoned } => {
                self.hold(now, node, incarnation, lease, &abandoned)
            }
            Call::Renew { node, incarnation, lease } => self.renew(now, &node, incarnation, lease),
            Call::Leave { node, incarnation } => {
                if self.holder(now, &node) == Some(incarnation) {
                    self.leases.remove(&node);
                }
                Answer::Done
            }
            Call::Holder { node } => Answer::Holder(self.holder(now, &node)),
            Call::Take { subject, node, by, dead, stored } => self.take(subject, node, by, dead, stored),
            Call::Release { subject, by, epoch } => self.release(&subject, by, epoch),
            Call::Owner { subject } => Answer::Owner(self.subjects.get(&subject).and_then(Record::owner)),
            Call::Save { subject, epoch, bytes, keep } => self.save(now, subject, epoch, bytes, keep),
            Call::Load { subject } => Answer::Kept(self.kept(now, &subject).cloned()),
            Call::Send { to, letter, bound, window } => {
                self.inboxes.entry(to).or_default().send(now, letter, bound, window)
            }
            Call::Fetch { node, most, .. } => self.inboxes.entry(node).or_default().fetch(now, most),
            Call::Recover { node, idle, tries, most, .. } => {
                self.inboxes.entry(node).or_default().recover(now, idle, tries, most)
            }
            Call::Acknowledge { node, places } => {
                let inbox = self.inboxes.entry(node).or_default();
                inbox.handed.retain(|handed| !places.contains(&handed.placed.place));
                Answer::Done
            }
            Call::Dead { node, most } => {
                let letters = self.inboxes.entry(node).or_default().dead.iter().take(most).cloned();
                Answer::Letters { letters: letters.collect(), dead: 0 }
            }
            Call::Announce { agent, presence } => self.announce(agent, presence),
            Call::Presences { .. } => {
                let shown = self.presences.iter().map(|(agent, shown)| (agent.clone(), shown.clone()));
                Answer::Presences { shown: shown.collect(), next: 0 }
            }
        }
    }

    fn holder(&self, now: Duration, node: &NodeId) -> Option<Incarnation> {
        self.leases.get(node).filter(|(_, until)| *until > now).map(|(incarnation, _)| *incarnation)
    }

    fn hold(
        &mut self,
        now: Duration,
        node: NodeId,
        incarnation: Incarnation,
        lease: Duration,
        abandoned: &[Incarnation],
    ) -> Answer {
        if let Some((by, until)) = self.leases.get(&node).filter(|(_, until)| *until > now)
            && !abandoned.contains(by)
        {
            return Answer::Held { by: *by, remaining: until.saturating_sub(now) };
        }
        self.leases.insert(node, (incarnation, now + lease));
        Answer::Done
    }

    fn renew(&mut self, now: Duration, node: &NodeId, incarnation: Incarnation, lease: Duration) -> Answer {
        if self.holder(now, node) != Some(incarnation) {
            return Answer::Lost;
        }
        self.leases.insert(node.clone(), (incarnation, now + lease));
        Answer::Done
    }

    fn take(
        &mut self,
        subject: Subject,
        node: NodeId,
        by: Incarnation,
        dead: Option<Incarnation>,
        stored: Option<Epoch>,
    ) -> Answer {
        let record = self.subjects.entry(subject).or_default();
        if let Some(owner) = record.owner()
            && owner.incarnation != by
            && Some(owner.incarnation) != dead
        {
            return Answer::Owned(owner);
        }
        let epoch = record.epoch.max(stored).map_or(Epoch::FIRST, Epoch::next);
        *record = Record { owner: Some((node, by)), epoch: Some(epoch) };
        Answer::Taken(epoch)
    }

    fn release(&mut self, subject: &Subject, by: Incarnation, epoch: Epoch) -> Answer {
        let record = self.subjects.get_mut(subject);
        let ours = |record: &&mut Record| {
            record.epoch == Some(epoch) && record.owner.as_ref().is_some_and(|(_, owner)| *owner == by)
        };
        let Some(record) = record.filter(ours) else { return Answer::Stale };
        record.owner = None;
        Answer::Done
    }

    fn save(
        &mut self,
        now: Duration,
        subject: Subject,
        epoch: Epoch,
        bytes: Bytes,
        keep: Duration,
    ) -> Answer {
        let known = self.subjects.get(&subject).and_then(|record| record.epoch);
        let kept = self.kept(now, &subject).map(|(epoch, _)| *epoch);
        if known.max(kept) > Some(epoch) {
            return Answer::Stale;
        }
        self.kept.insert(subject, ((epoch, bytes), now + keep));
        Answer::Done
    }

    fn kept(&self, now: Duration, subject: &Subject) -> Option<&(Epoch, Bytes)> {
        self.kept.get(subject).filter(|(_, until)| *until > now).map(|(kept, _)| kept)
    }

    fn announce(&mut self, agent: AgentId, presence: Shown) -> Answer {
        if self.presences.get(&agent).is_some_and(|shown| shown.version >= presence.version) {
            return Answer::Stale;
        }
        self.presences.insert(agent, presence);
        Answer::Done
    }
}

impl Record {
    fn owner(&self) -> Option<Owner> {
        let (node, incarnation) = self.owner.clone()?;
        Some(Owner { node, incarnation, epoch: self.epoch? })
    }
}

impl Inbox {
    fn send(&mut self, now: Duration, letter: Letter, bound: usize, window: Duration) -> Answer {
        self.seen.retain(|_, until| *until > now);
        if !window.is_zero() && self.seen.contains_key(&letter.id) {
            return Answer::Known;
        }
        if self.waiting.len() + self.handed.len() >= bound {
            return Answer::Full;
        }
        if !window.is_zero() {
            self.seen.insert(letter.id, now + window);
        }
        self.next += 1;
        self.waiting.push_back(Placed { place: self.next.to_string(), letter });
        Answer::Done
    }

    fn fetch(&mut self, now: Duration, most: usize) -> Answer {
        let letters: Vec<Placed> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        let handed = letters.iter().map(|placed| Handed { placed: placed.clone(), at: now, times: 1 });
        self.handed.extend(handed);
        Answer::Letters { letters, dead: 0 }
    }

    fn recover(&mut self, now: Duration, idle: Duration, tries: u32, most: usize) -> Answer {
        let due = |handed: &Handed| now.saturating_sub(handed.at) >= idle;
        let (dying, staying): (Vec<_>, Vec<_>) = std::mem::take(&mut self.handed)
            .into_iter()
            .partition(|handed| due(handed) && handed.times >= tries);
        self.handed = staying;
        let dead = dying.len();
        self.dead.extend(dying.into_iter().map(|handed| handed.placed));
        let surplus = self.dead.len().saturating_sub(DEAD_KEPT);
        self.dead.drain(..surplus);
        let again = self.handed.iter_mut().filter(|handed| due(handed)).take(most);
        let letters = again.map(|handed| {
            (handed.at, handed.times) = (now, handed.times + 1);
            handed.placed.clone()
        });
        Answer::Letters { letters: letters.collect(), dead }
    }
}
