//! What agents have in hand: taking a slot, and giving it back.

use super::Router;
use crate::agents::AgentIndex;
use crate::tasks::{State, TaskIndex};

impl Router {
    /// Takes the task out of whatever state it is in, leaving it nowhere.
    pub(super) fn leave_state(&mut self, index: TaskIndex) {
        let state = std::mem::replace(&mut self.tasks[index].state, State::Nowhere);
        self.tasks[index].deadline = model::Timestamp::MAX;
        match state {
            State::Nowhere => {}
            State::Waiting(spot) => self.leave_spot(index, spot),
            State::Ringing(spot) => self.leave_ringing(index, spot),
            State::Reserved { agent, reservation, .. } => {
                self.reservations.remove(&reservation);
                self.queue_of(index).reserved -= 1;
                let channel = self.tasks[index].channel;
                self.agents[agent].give_up(index, channel);
                self.freed(agent);
            }
            State::Calling { agent, .. } => {
                self.queue_of(index).reserved -= 1;
                let channel = self.tasks[index].channel;
                self.agents[agent].give_up(index, channel);
                self.freed(agent);
            }
            State::Assigned { agent, reservation } => {
                if let Some(reservation) = reservation {
                    self.reservations.remove(&reservation);
                }
                self.queue_of(index).assigned -= 1;
                self.finish(index, agent);
            }
            State::Wrapping { agent, .. } => {
                self.queue_of(index).wrapping -= 1;
                self.finish(index, agent);
            }
        }
    }

    /// Puts a task that is nowhere into an agent's hands.
    pub(super) fn hold(&mut self, index: TaskIndex, state: State) {
        self.count_in(index, &state);
        let task = &mut self.tasks[index];
        task.state = state;
        if let Some(agent) = task.agent() {
            let channel = task.channel;
            self.agents[agent].take(index, channel);
            self.relist(agent);
        }
    }

    /// From one state in the same agent's hands to another.
    pub(super) fn change_held(&mut self, index: TaskIndex, state: State) {
        match self.tasks[index].state {
            State::Reserved { .. } | State::Calling { .. } => self.queue_of(index).reserved -= 1,
            State::Assigned { .. } => self.queue_of(index).assigned -= 1,
            State::Wrapping { .. } => self.queue_of(index).wrapping -= 1,
            State::Nowhere | State::Waiting(_) | State::Ringing(_) => {}
        }
        self.count_in(index, &state);
        self.tasks[index].state = state;
        self.tasks[index].deadline = model::Timestamp::MAX;
    }

    fn count_in(&mut self, index: TaskIndex, state: &State) {
        let queue = self.queue_of(index);
        match state {
            State::Reserved { .. } | State::Calling { .. } => queue.reserved += 1,
            State::Assigned { .. } => queue.assigned += 1,
            State::Wrapping { .. } => queue.wrapping += 1,
            State::Nowhere | State::Waiting(_) | State::Ringing(_) => {}
        }
    }

    fn finish(&mut self, index: TaskIndex, agent: AgentIndex) {
        let (channel, direction) = (self.tasks[index].channel, self.tasks[index].direction);
        let was_full = !self.takes_anything(agent);
        self.agents[agent].finish(index, channel, direction, self.now);
        if was_full && self.takes_anything(agent) {
            self.agents[agent].idle.available = self.now;
        }
        self.freed(agent);
    }

    fn takes_anything(&self, index: AgentIndex) -> bool {
        let agent = &self.agents[index];
        let has_room = |profile| {
            model::Channel::ALL.iter().any(|channel| agent.has_room(&self.profiles[profile], *channel))
        };
        agent.profile.is_some_and(has_room)
    }

    /// Matching comes next and lists the agent, unless the slot is taken again at once.
    fn freed(&mut self, agent: AgentIndex) {
        self.moved_agents.push(agent);
    }

    pub(super) fn queue_of(&mut self, index: TaskIndex) -> &mut crate::queues::RunningQueue {
        let queue = self.tasks[index].queue;
        &mut self.queues[queue]
    }
}
