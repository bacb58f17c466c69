//! What agents have in hand: taking a slot, and giving it back.

use super::Router;
use crate::agents::AgentIndex;
use crate::output::Output;
use crate::tasks::{State, TaskIndex};

impl Router {
    /// Takes the task out of whatever state it is in, leaving it nowhere.
    pub(super) fn leave_state(&mut self, index: TaskIndex) {
        let state = std::mem::replace(&mut self.tasks[index].state, State::Nowhere);
        self.tasks[index].deadline = model::Timestamp::MAX;
        self.tasks[index].is_held = false;
        match state {
            State::Nowhere => {}
            State::Waiting(spot) => self.leave_spot(index, spot),
            State::Ringing(spot) => self.leave_ringing(index, spot),
            State::Reserved { agent, reservation, .. } | State::Calling { agent, reservation, .. } => {
                // Nobody can answer a reservation under which the customer is still being called.
                self.reservations.remove(&reservation);
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

    /// Holds what gives way to something else in the agent's hands, and lets go on what no longer does.
    pub(super) fn judge_holds(&mut self, index: AgentIndex, outputs: &mut Vec<Output>) {
        let agent = &self.agents[index];
        let rooms = agent.profile.map(|profile| self.profiles[profile].rooms).unwrap_or_default();
        if !rooms.any_yields() && !agent.holds {
            return;
        }
        let tasks = agent.tasks.clone();
        let is_worked_on = |task: &TaskIndex| {
            matches!(self.tasks[*task].state, State::Assigned { .. } | State::Wrapping { .. })
        };
        let worked_on: Vec<_> =
            tasks.iter().filter(|task| is_worked_on(task)).map(|task| self.tasks[*task].channel).collect();
        let mut holds = false;
        for task in tasks {
            let task = &mut self.tasks[task];
            let is_assigned = matches!(task.state, State::Assigned { .. });
            let gives_way = is_assigned && worked_on.iter().any(|other| rooms.yields(task.channel, *other));
            holds |= gives_way;
            if std::mem::replace(&mut task.is_held, gives_way) != gives_way && is_assigned {
                let (task, agent) = (task.id, self.agents[index].id.clone());
                outputs.push(if gives_way {
                    Output::Held { task, agent }
                } else {
                    Output::Resumed { task, agent }
                });
            }
        }
        self.agents[index].holds = holds;
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
