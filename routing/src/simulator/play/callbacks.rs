//! Customers who are asked whether to be called back, and are called.

use std::time::Duration;

use model::TaskId;

use super::{Calls, Draws, Happening, Input, Play, Stage, WaitEnd};
use crate::simulator::arrivals::CALLBACKS;

/// How long somebody who is there takes to pick up.
const PICKS_UP_AFTER: Duration = Duration::from_secs(5);

impl Play<'_> {
    pub(super) fn decides(&mut self, task: TaskId) {
        let callbacks = self.scenario.callbacks;
        let Some(contact) = self.contacts.get_mut(task) else { return };
        if contact.stage != Stage::Waiting || contact.calls != Calls::None {
            return;
        }
        if Draws::named(&[contact.coming.name, CALLBACKS]).uniform() >= callbacks.chosen {
            return self.feed(Input::CallbackDeclined { task });
        }
        self.wait_ends(task, WaitEnd::CallsBack);
        if let Some(contact) = self.contacts.get_mut(task) {
            contact.calls = Calls::Tried(0);
        }
        self.feed(Input::CallbackChosen { task, callback: callbacks.callback, not_before: None });
    }

    /// The customer's phone rings while an agent's slot is held.
    pub(super) fn is_called(&mut self, task: TaskId) {
        if self.answers_call(task) {
            self.agenda.set(self.now + PICKS_UP_AFTER, Happening::PicksUp(task));
        }
    }

    /// Whether the agent who has just got the task speaks with the customer; a call that does not reach
    /// the customer ends after it has rung.
    pub(super) fn is_reached(&mut self, task: TaskId) -> bool {
        let reached = match self.contacts.get_mut(task).map(|contact| contact.calls) {
            Some(Calls::Tried(_)) => self.answers_call(task),
            _ => true,
        };
        if !reached {
            let rings = Duration::from_secs(self.scenario.callbacks.callback.ring_seconds.into());
            self.agenda.set(self.now + rings, Happening::IsNotReached(task));
        }
        reached
    }

    pub(super) fn picks_up(&mut self, task: TaskId) {
        if self.contacts.get_mut(task).is_some_and(|contact| contact.stage == Stage::Waiting) {
            self.feed(Input::CustomerAnswered { task });
        }
    }

    pub(super) fn is_not_reached(&mut self, task: TaskId) {
        let Some(contact) = self.contacts.get_mut(task) else { return };
        let Stage::Handled(member) = contact.stage else { return };
        contact.stage = Stage::Waiting;
        self.floor.give_back(member, self.now);
        self.feed(Input::CallFailed { task });
    }

    /// Draws whether the next call reaches the customer.
    fn answers_call(&mut self, task: TaskId) -> bool {
        let reached = self.scenario.callbacks.reached;
        let Some(contact) = self.contacts.get_mut(task) else { return false };
        let Calls::Tried(calls) = contact.calls else { return true };
        let is_there = Draws::named(&[contact.coming.name, CALLBACKS, calls + 1]).uniform() < reached;
        contact.calls = if is_there { Calls::Reached } else { Calls::Tried(calls + 1) };
        is_there
    }
}
