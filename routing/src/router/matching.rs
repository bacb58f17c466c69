//! Matching, on both edges: work that began to wait looks for an agent, an agent who may take more
//! looks for work.
//!
//! Neither looks at all tasks or all agents. A task looks at the profiles that can do it, each
//! represented by its longest idle free agent; an agent looks at the classes its profile can do,
//! each represented by its first task.

use model::Channel;

use super::Router;
use crate::agents::{AgentIndex, IdleKey, slot};
use crate::classes::ClassIndex;
use crate::explanation::Rule;
use crate::order::TaskKey;
use crate::output::Output;
use crate::profiles::ProfileIndex;
use crate::tasks::{Because, Decision, Spot, State, Task, TaskIndex};

/// The two longest idle of those looked at.
#[derive(Default)]
struct Best<'a> {
    first: Option<&'a IdleKey>,
    second: Option<&'a IdleKey>,
}

impl<'a> Best<'a> {
    fn note(&mut self, key: &'a IdleKey) {
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
        while !self.moved_agents.is_empty() || !self.moved_tasks.is_empty() {
            self.settle_agents(outputs);
            self.settle_tasks(outputs);
        }
    }

    /// Agents first: a slot that became free belongs to the first in line, not to whoever came last.
    fn settle_agents(&mut self, outputs: &mut Vec<Output>) {
        let mut moved = std::mem::take(&mut self.moved_agents);
        // One alone takes its next task without being listed in between: nobody looks at the lists.
        let alone = moved.len() == 1 && self.moved_tasks.is_empty();
        if !alone {
            moved.sort_by_cached_key(|agent| {
                self.agents[*agent].idle_key(*agent, self.configuration.longest_idle)
            });
            moved.dedup();
            moved.iter().for_each(|agent| self.relist(*agent));
        }
        for agent in moved.drain(..) {
            while let Some(task) = self.first_task_for(agent) {
                self.match_task(task, Some(agent), outputs);
            }
            self.relist(agent);
        }
        if self.moved_agents.is_empty() {
            self.moved_agents = moved;
        }
    }

    fn settle_tasks(&mut self, outputs: &mut Vec<Output>) {
        let mut moved = std::mem::take(&mut self.moved_tasks);
        if moved.len() > 1 {
            moved.retain(|task| self.tasks.get(*task).is_some());
            moved.sort_by_cached_key(|task| self.tasks[*task].key(*task));
            moved.dedup();
        }
        for task in moved.drain(..) {
            if self.tasks.get(task).is_some_and(Task::is_waiting) {
                self.match_task(task, None, outputs);
            }
        }
        if self.moved_tasks.is_empty() {
            self.moved_tasks = moved;
        }
    }

    /// Offers a waiting task to the longest idle agent it fits, if there is one. `freed` is the agent
    /// on whose account we ask, who does fit.
    fn match_task(&mut self, index: TaskIndex, freed: Option<AgentIndex>, outputs: &mut Vec<Output>) {
        let task = &self.tasks[index];
        let State::Waiting(spot) = task.state else { return };
        let (agent, rule, step, runner_up) = match spot {
            Spot::Closed { .. } => return,
            Spot::Agent(agent) => {
                let rule = match task.awaits.map(|awaited| awaited.because) {
                    Some(Because::Preferred) => Rule::PreferredAgent,
                    Some(Because::Transferred) | None => Rule::TransferredToAgent,
                };
                if !self.is_free(agent, task.channel) || task.is_set_aside(agent, self.now) {
                    return;
                }
                (agent, rule, None, None)
            }
            Spot::Class { class, step } => {
                // A task that waited before fits nobody but the agent who moved.
                let alone = freed.filter(|_| self.moved_tasks.is_empty());
                let (agent, runner_up) = match alone {
                    Some(agent) => (agent, None),
                    None if freed.is_none() && self.waits_behind_another(index, class) => return,
                    None => match self.longest_idle_for(index, class) {
                        Some(found) => found,
                        None => return,
                    },
                };
                let rule = match freed {
                    Some(freed) if freed == agent && runner_up.is_none() => Rule::FirstInLine,
                    _ => Rule::LongestIdle { definition: self.configuration.longest_idle },
                };
                (agent, rule, Some(step), runner_up)
            }
        };
        self.tasks[index].decision = Some(Decision { at: self.now, rule, step, runner_up });
        self.offer(index, agent, outputs);
    }

    /// Whether a task that asks the same is before this one and could be offered to anybody, but is
    /// not: then nobody is free for this one either.
    fn waits_behind_another(&self, index: TaskIndex, class: ClassIndex) -> bool {
        let first = self.classes.head(class).filter(|head| head.index != index);
        first.is_some_and(|head| self.tasks[head.index].set_aside.is_empty())
    }

    fn is_free(&self, index: AgentIndex, channel: Channel) -> bool {
        let agent = &self.agents[index];
        let has_room = |profile| agent.has_room(&self.profiles[profile], channel);
        agent.is_routable() && agent.profile.is_some_and(has_room)
    }

    /// The longest idle free agent who can do the task, and the next one.
    fn longest_idle_for(
        &self,
        index: TaskIndex,
        class: ClassIndex,
    ) -> Option<(AgentIndex, Option<AgentIndex>)> {
        let task = &self.tasks[index];
        let class = &self.classes[class];
        let slot = slot(class.key.channel);
        let heads = &self.queues[class.key.queue].free[slot];
        let mut best = Best::default();
        // In idle order the first that fits is it. If too many come first that do not fit, it is
        // faster to look at those that do.
        let mut looked_at = 0;
        for (head, profile) in heads {
            if best.second.is_some_and(|second| head > second) {
                break;
            }
            looked_at += 1;
            if looked_at > class.profiles.len() + 8 {
                for profile in &class.profiles {
                    self.note_free(*profile, slot, task, &mut best);
                }
                break;
            }
            if self.profiles[*profile].meets(&class.key.needs) {
                self.note_free(*profile, slot, task, &mut best);
            }
        }
        best.first.map(|first| (first.index, best.second.map(|second| second.index)))
    }

    fn note_free<'a>(&'a self, profile: ProfileIndex, slot: usize, task: &Task, best: &mut Best<'a>) {
        let free = self.profiles[profile].free[slot].iter();
        for key in free.filter(|key| !task.is_set_aside(key.index, self.now)).take(2) {
            best.note(key);
        }
    }

    /// The first in line of the tasks this agent could be offered now.
    fn first_task_for(&self, index: AgentIndex) -> Option<TaskIndex> {
        let agent = &self.agents[index];
        let profile = &self.profiles[agent.profile?];
        let mut first: Option<TaskKey> = None;
        for channel in Channel::ALL.into_iter().filter(|channel| self.is_free(index, *channel)) {
            for class in &profile.classes[slot(channel)] {
                let Some(head) = self.classes.head(*class) else { continue };
                if first.as_ref().is_none_or(|first| head < first)
                    && let Some(key) = self.first_not_set_aside(*class, head, index)
                    && first.as_ref().is_none_or(|first| key < first)
                {
                    first = Some(*key);
                }
            }
        }
        let mut awaiting = agent.awaited_by.iter();
        let fits = |key: &&TaskKey| {
            let task = &self.tasks[key.index];
            self.is_free(index, task.channel) && !task.is_set_aside(index, self.now)
        };
        let awaiting = awaiting.find(fits).copied();
        [first, awaiting].into_iter().flatten().min().map(|key| key.index)
    }

    /// Few tasks are set aside for an agent, so this hardly ever goes past the head.
    fn first_not_set_aside<'a>(
        &'a self,
        class: ClassIndex,
        head: &'a TaskKey,
        agent: AgentIndex,
    ) -> Option<&'a TaskKey> {
        let fits = |key: &&TaskKey| !self.tasks[key.index].is_set_aside(agent, self.now);
        if fits(&head) { Some(head) } else { self.classes[class].tasks.iter().find(fits) }
    }
}
