//! From the answer to the end: handling, after-work, going on to the next wait.

use model::TaskId;
use model::Timestamp;
use model::task::TransferTarget;

use super::{Calls, Happening, Input, Play, Stage, duration};

impl Play<'_> {
    pub(super) fn handling_ends(&mut self, task: TaskId, turn: u32) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Stage::Handled(member) = contact.stage else { return };
        if contact.turn() != turn {
            return;
        }
        if let Some(at) = contact.pause.put_off(self.now) {
            if at != Timestamp::MAX {
                self.agenda.set(at, Happening::HandlingEnds(task, turn));
            }
            return;
        }
        if contact.segment + 1 < contact.coming.waits.len() {
            return self.goes_on(task, member);
        }
        let seconds = contact.wait().wrap_up_seconds * self.floor.members[member].staff.pace;
        let wrap_up = duration(seconds);
        if wrap_up.is_zero() {
            return self.is_done(task, member);
        }
        contact.stage = Stage::Wrapping(member);
        self.agenda.set(self.now + wrap_up, Happening::WrapUpEnds(task, turn));
        self.feed(Input::WrapUpStarted { task });
    }

    /// To the next of its waits: handed on, as by a virtual agent to people.
    pub(super) fn goes_on(&mut self, task: TaskId, member: usize) {
        self.floor.give_back(member, self.now);
        let Some(contact) = self.contacts.get_mut(task) else { return };
        contact.segment += 1;
        contact.stage = Stage::Waiting;
        contact.began_waiting = self.now;
        contact.calls = Calls::None;
        (contact.was_delayed, contact.told, contact.offers) = (false, None, 0);
        let wait = contact.wait();
        let target = TransferTarget::Queue { queue: wait.queue.clone() };
        let (requirements, facts) = (wait.requirements.clone(), Some(wait.facts.clone()));
        self.begin_to_wait(
            task,
            Input::TaskTransferred { task, target, requirements, preferred_agent: None, facts },
        );
    }

    pub(super) fn wrap_up_ends(&mut self, task: TaskId, turn: u32) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Stage::Wrapping(member) = contact.stage else { return };
        if contact.turn() == turn {
            self.is_done(task, member);
        }
    }

    pub(super) fn is_done(&mut self, task: TaskId, member: usize) {
        self.floor.give_back(member, self.now);
        self.contacts.remove(task);
        self.feed(Input::Completed { task });
    }
}
