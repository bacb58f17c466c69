//! Matching, on both edges: work that began to wait looks for an agent, an agent who may take more
//! looks for work.
//!
//! Neither looks at all tasks or all agents. A task looks at the profiles that can do it, each
//! represented by its first free agent; an agent looks at the classes its profile can do,
//! each represented by its first task.

use model::Channel;

use super::Router;
use super::line::Line;
use crate::agents::{AgentIndex, FreeKey, slot};
use crate::classes::ClassIndex;
use crate::explanation::Rule;
use crate::output::Output;
use crate::profiles::ProfileIndex;
use crate::selection::{Selection, Sorting};
use crate::tasks::{Because, Decision, Spot, TaskIndex};

/// The agent on whose account a task is looked at.
#[derive(Clone, Copy)]
struct Freed {
    agent: AgentIndex,
    /// Nothing else has moved.
    alone: bool,
}

/// The two that come first of those looked at.
struct Best<Key> {
    first: Option<Key>,
    second: Option<Key>,
}

impl<Key> Default for Best<Key> {
    fn default() -> Self {
        Self { first: None, second: None }
    }
}

impl<Key: Copy + Ord> Best<Key> {
    fn note(&mut self, key: Key) {
        if self.first.is_none_or(|first| key < first) {
            self.second = self.first.replace(key);
        } else if self.first != Some(key) && self.second.is_none_or(|second| key < second) {
            self.second = Some(key);
        }
    }
}

impl Router {
    /// Matches whatever has moved, until nothing moves any more.
    pub(super) fn settle(&mut self, outputs: &mut Vec<Output>) {
        self.take_places(outputs);
        loop {
            match (&self.moved_agents[..], &self.moved_tasks[..]) {
                ([], []) => return,
                (&[agent], []) => {
                    self.moved_agents.clear();
                    self.take_work(agent, outputs);
                }
                ([], &[task]) => {
                    self.moved_tasks.clear();
                    while self.match_if_waiting(task, outputs) {}
                }
                _ => self.settle_in_order(outputs),
            }
        }
    }

    /// One agent alone takes what is in line, without being listed as free in between: nobody looks.
    fn take_work(&mut self, agent: AgentIndex, outputs: &mut Vec<Output>) {
        self.judge_holds(agent, outputs);
        while let Some(task) = self.first_task_for(agent) {
            self.match_task(task.index, Some(Freed { agent, alone: true }), outputs);
            // What rang elsewhere has ended: this agent is no longer alone.
            if !self.moved_agents.is_empty() {
                return self.moved_agents.push(agent);
            }
        }
        self.relist(agent);
    }

    /// Several have moved: tasks are served in their order, whether they moved or the agent did. So a
    /// slot that became free goes to the first in line and not to whoever came last, and nobody is
    /// taken by one task while an earlier one that has just become possible is still to be looked at.
    fn settle_in_order(&mut self, outputs: &mut Vec<Output>) {
        for place in 0..self.moved_agents.len() {
            self.judge_holds(self.moved_agents[place], outputs);
        }
        let mut line = Line::default();
        self.line_up_all_moved(&mut line);
        while let Some((key, agent)) = self.next_in(&mut line) {
            match agent {
                // One that rings at several agents stays in line for the next of them.
                None if self.match_if_waiting(key.index, outputs) => self.moved_tasks.push(key.index),
                None => {}
                Some(agent) => {
                    if self.first_task_for(agent) == Some(key) {
                        self.match_task(key.index, Some(Freed { agent, alone: false }), outputs);
                    }
                    self.line_up_first_for(&mut line, agent);
                }
            }
            self.line_up_all_moved(&mut line);
            self.line_up_agents_anew(&mut line);
        }
    }

    fn line_up_all_moved(&mut self, line: &mut Line) {
        // Mostly: what was just offered to one agent moves nobody else.
        if self.moved_agents.is_empty() && self.moved_tasks.is_empty() {
            return;
        }
        let agents = std::mem::take(&mut self.moved_agents);
        agents.iter().for_each(|agent| self.relist(*agent));
        for index in std::mem::take(&mut self.moved_tasks) {
            if self.tasks.get(index).is_some_and(|task| task.spot().is_some()) {
                self.line_up(line, self.key_of(index), None);
            }
        }
        for agent in agents {
            self.line_up_first_for(line, agent);
        }
    }

    /// Whether it was offered to somebody.
    fn match_if_waiting(&mut self, index: TaskIndex, outputs: &mut Vec<Output>) -> bool {
        self.tasks.get(index).is_some_and(|task| task.spot().is_some())
            && self.match_task(index, None, outputs)
    }

    /// Offers a waiting task to the first agent it fits by the queue's choice, if there is one. `freed` is
    /// the agent on whose account we ask, who does fit.
    fn match_task(&mut self, index: TaskIndex, freed: Option<Freed>, outputs: &mut Vec<Output>) -> bool {
        let task = &self.tasks[index];
        let Some(spot) = task.spot() else { return false };
        let (agent, rule, step, runner_up) = match spot {
            Spot::Closed { .. } | Spot::Later | Spot::Pull { .. } => return false,
            Spot::Agent(agent) => {
                let rule = match task.awaits().map(|awaited| awaited.because) {
                    Some(Because::Preferred) => Rule::PreferredAgent,
                    Some(Because::Transferred) | None => Rule::TransferredToAgent,
                };
                let is_pulled = self.queues[task.queue].is_pulled();
                if is_pulled || !self.is_free(agent, task.channel) || task.is_set_aside(agent, self.now) {
                    return false;
                }
                (agent, rule, None, None)
            }
            Spot::Class { class, step } => {
                let (agent, runner_up) = match freed {
                    // A task that waited before fits nobody but the agent who moved.
                    Some(Freed { agent, alone: true }) => (agent, None),
                    None if self.waits_behind_another(index, class) => return false,
                    _ => match self.select_for(index, class) {
                        Some(found) => found,
                        None => return false,
                    },
                };
                let rule = match freed {
                    Some(freed) if freed.agent == agent && runner_up.is_none() => {
                        Rule::FirstInLine { share: self.configuration.share }
                    }
                    _ => Rule::Selected { by: self.queues[task.queue].selection() },
                };
                (agent, rule, Some(step), runner_up)
            }
        };
        let queue = task.queue;
        self.tasks[index].decision = Some(Decision::new(self.now, rule, step, runner_up));
        self.take_turn(queue);
        self.offer(index, agent, outputs);
        true
    }

    /// Whether a task that asks the same is before this one and could be offered to anybody, but is
    /// not: then nobody is free for this one either.
    fn waits_behind_another(&self, index: TaskIndex, class: ClassIndex) -> bool {
        let first = self.classes.head(class).filter(|head| head.index != index);
        first.is_some_and(|head| self.tasks[head.index].set_aside().is_empty())
    }

    pub(super) fn is_free(&self, index: AgentIndex, channel: Channel) -> bool {
        let agent = &self.agents[index];
        let has_room = |profile| agent.has_room(&self.profiles[profile], channel);
        agent.is_routable() && agent.profile.is_some_and(has_room)
    }

    /// The free agent whom the queue chooses of those who can do the task, and the next one.
    fn select_for(&self, index: TaskIndex, class: ClassIndex) -> Option<(AgentIndex, Option<AgentIndex>)> {
        let selection = self.queues[self.classes[class].key.queue].selection();
        let mut best = Best::default();
        match selection {
            Selection::Random => return self.draw_for(index, class),
            _ if selection.weighs_skills() => self.look_by_suit(selection, index, class, &mut best),
            _ => self.look_in_order(selection.within_profile(), index, class, &mut best),
        }
        best.first.map(|first| (first.index, best.second.map(|second| second.index)))
    }

    /// In the queue's order the first that fits is it. If too many come first that do not fit, it is
    /// faster to look at those that do.
    fn look_in_order<'a>(
        &'a self,
        by: Sorting,
        index: TaskIndex,
        class: ClassIndex,
        best: &mut Best<&'a FreeKey>,
    ) {
        let class = &self.classes[class];
        let slot = slot(class.key.channel);
        let heads = &self.queues[class.key.queue].free[slot];
        for (looked_at, (head, profile)) in heads.iter().enumerate() {
            if best.second.is_some_and(|second| head > second) {
                break;
            }
            if looked_at > class.profiles.len() + 8 {
                for profile in &class.profiles {
                    self.free_of(*profile, by, slot, index).for_each(|key| best.note(key));
                }
                break;
            }
            if class.admits(*profile, &self.profiles[*profile]) {
                self.free_of(*profile, by, slot, index).for_each(|key| best.note(key));
            }
        }
    }

    /// The profiles of the class are kept with those that suit best first.
    fn look_by_suit<'a>(
        &'a self,
        selection: Selection,
        index: TaskIndex,
        class: ClassIndex,
        found: &mut Best<&'a FreeKey>,
    ) {
        let class = &self.classes[class];
        let slot = slot(class.key.channel);
        let mut best = Best::default();
        for profile in &class.profiles {
            let suit = selection.suit(&self.profiles[*profile], &class.key.needs);
            if best.second.is_some_and(|(other, _)| suit > other) {
                break;
            }
            let free = self.free_of(*profile, selection.within_profile(), slot, index);
            free.for_each(|key| best.note((suit, key)));
        }
        found.first = best.first.map(|(_, key)| key);
        found.second = best.second.map(|(_, key)| key);
    }

    /// By lot: first the profile, by how many are free, then one of them: whoever's own lot comes next
    /// after the one drawn. The runner-up is the next after that.
    fn draw_for(&self, index: TaskIndex, class: ClassIndex) -> Option<(AgentIndex, Option<AgentIndex>)> {
        let class = &self.classes[class];
        let slot = slot(class.key.channel);
        let task = &self.tasks[index];
        let drawn = self.lots.for_task(task.id, self.reservation_ids.made());
        let fits = |key: &&FreeKey| !task.is_set_aside(key.index, self.now);
        let free: Vec<_> = class.profiles.iter().map(|profile| self.profiles[*profile].lots(slot)).collect();
        let count: u64 = free.iter().map(|free| free.len() as u64).sum();
        let mut left = drawn.checked_rem(count)?;
        let first = free.iter().position(|free| {
            let is_here = left < free.len() as u64;
            left = left.saturating_sub(free.len() as u64);
            is_here
        })?;
        let from = FreeKey::lot(drawn.rotate_left(32).cast_signed());
        let here = free[first].range(&from..).chain(free[first].range(..&from));
        let others = free[first + 1..].iter().chain(&free[..first]).flat_map(|free| free.iter());
        let mut all = here.chain(others).filter(fits).map(|key| key.index);
        Some((all.next()?, all.next()))
    }

    /// The first two free agents of a profile that the task may be offered to.
    fn free_of(
        &self,
        profile: ProfileIndex,
        by: Sorting,
        slot: usize,
        index: TaskIndex,
    ) -> impl Iterator<Item = &FreeKey> {
        let task = &self.tasks[index];
        let free = self.profiles[profile].free(by, slot);
        free.filter(|key| !task.is_set_aside(key.index, self.now)).take(2)
    }
}
