//! The contacts that are in the house, found by their task.

use std::time::Duration;

use model::{AgentId, ReservationId, TaskId, Timestamp};
use uuid::Uuid;

use super::arrivals::{Coming, Wait};

/// Somebody who has come and is not done.
#[derive(Debug)]
pub(super) struct Contact {
    pub coming: Coming,
    /// Which of its waits it is in, or was handled after.
    pub segment: usize,
    pub stage: Stage,
    pub began_waiting: Timestamp,
    pub was_delayed: bool,
    pub told: Option<Duration>,
    /// Offers so far: each is answered by draws of its own.
    pub offers: u64,
    pub calls: Calls,
    pub ringing: Vec<(ReservationId, AgentId)>,
    pub pause: Pause,
}

/// How long its handling has stood still for something that came first, which is how much later it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pause {
    held_since: Option<Timestamp>,
    stood_still: Duration,
    /// When it would have ended, if that came while it was held.
    was_due: Option<Timestamp>,
}

impl Pause {
    pub fn hold(&mut self, now: Timestamp) {
        self.held_since.get_or_insert(now);
    }

    /// It goes on; when it ends, if that was due meanwhile.
    pub fn resume(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.stood_still += now.since(self.held_since.take()?);
        let due = self.was_due.take()?;
        Some(due + std::mem::take(&mut self.stood_still))
    }

    /// It would end now but for having stood still: not yet if it is held, and later if it was.
    pub fn put_off(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.held_since.is_some() {
            self.was_due = Some(now);
            return Some(Timestamp::MAX);
        }
        let stood_still = std::mem::take(&mut self.stood_still);
        (!stood_still.is_zero()).then(|| now + stood_still)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    /// By the floor's number of the agent.
    Handled(usize),
    Wrapping(usize),
}

/// Where a contact stands that is to be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    None,
    /// Not reached so far, in so many calls.
    Tried(u64),
    Reached,
}

impl Contact {
    pub fn new(coming: Coming) -> Self {
        let began_waiting = coming.at;
        Self {
            coming,
            segment: 0,
            stage: Stage::Waiting,
            began_waiting,
            was_delayed: false,
            told: None,
            offers: 0,
            calls: Calls::None,
            ringing: Vec::new(),
            pause: Pause::default(),
        }
    }

    pub fn wait(&self) -> &Wait {
        &self.coming.waits[self.segment]
    }

    /// Tells apart what was set for an earlier wait.
    pub fn turn(&self) -> u32 {
        u32::try_from(self.segment).unwrap_or(u32::MAX)
    }

    /// The agent's number who has it.
    pub fn member(&self) -> Option<usize> {
        match self.stage {
            Stage::Waiting => None,
            Stage::Handled(member) | Stage::Wrapping(member) => Some(member),
        }
    }
}

/// Places are used again; tasks are numbered in the order they come, and never twice.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    places: Vec<Option<(TaskId, Contact)>>,
    unused: Vec<usize>,
    pub come: u64,
}

impl Contacts {
    pub fn add(&mut self, contact: Contact) -> TaskId {
        let place = self.unused.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.come += 1;
        let task = TaskId(Uuid::from_u128((u128::from(self.come) << 64) | place as u128));
        self.places[place] = Some((task, contact));
        task
    }

    pub fn get_mut(&mut self, task: TaskId) -> Option<&mut Contact> {
        let (own, contact) = self.places.get_mut(place_of(task))?.as_mut()?;
        (*own == task).then_some(contact)
    }

    pub fn remove(&mut self, task: TaskId) -> Option<Contact> {
        self.get_mut(task)?;
        let place = place_of(task);
        self.unused.push(place);
        self.places[place].take().map(|(_, contact)| contact)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.places.iter().flatten().map(|(_, contact)| contact)
    }

    pub fn is_empty(&self) -> bool {
        self.unused.len() == self.places.len()
    }
}

fn place_of(task: TaskId) -> usize {
    usize::try_from(task.0.as_u128() & u128::from(u64::MAX)).unwrap_or(usize::MAX)
}
