//! Whose turn it is: the first of the tasks an agent could be offered, over all queues of the agent,
//! and the line of all that have moved at once.

use std::collections::{BTreeMap, BTreeSet};

use model::Channel;

use super::Router;
use crate::agents::{AgentIndex, slot};
use crate::classes::{Class, ClassIndex};
use crate::order::TaskKey;
use crate::profiles::Profile;
use crate::queues::QueueIndex;
use crate::ranked::Glance;
use crate::share::{Share, Turn};

/// Tasks that have moved, and those that agents who have moved would be offered first, by queue. All of
/// one line where queues share agents in order.
#[derive(Default)]
pub(super) struct Line(BTreeMap<QueueIndex, BTreeSet<(TaskKey, Option<AgentIndex>)>>);

impl Line {
    /// Takes out the agents, and leaves the tasks that have moved.
    fn take_agents(&mut self) -> BTreeSet<AgentIndex> {
        let mut taken = BTreeSet::new();
        self.0.retain(|_, keys| {
            taken.extend(keys.iter().filter_map(|(_, agent)| *agent));
            keys.retain(|(_, agent)| agent.is_none());
            !keys.is_empty()
        });
        taken
    }
}

/// The first of the tasks that were looked at.
#[derive(Default)]
struct First(Option<(Turn, TaskKey)>);

impl First {
    fn note(&mut self, turn: Turn, key: TaskKey) {
        if self.0.is_none_or(|first| (turn, key) < first) {
            self.0 = Some((turn, key));
        }
    }

    fn key(&self) -> Option<TaskKey> {
        self.0.map(|(_, key)| key)
    }
}

impl Router {
    pub(super) fn line_up(&self, line: &mut Line, key: TaskKey, agent: Option<AgentIndex>) {
        let queue = if self.in_one_line() { QueueIndex(0) } else { self.tasks[key.index].queue };
        line.0.entry(queue).or_default().insert((key, agent));
    }

    pub(super) fn line_up_first_for(&self, line: &mut Line, agent: AgentIndex) {
        if let Some(key) = self.first_task_for(agent) {
            self.line_up(line, key, Some(agent));
        }
    }

    /// By weight it changes with each task that is served what an agent would be offered first.
    pub(super) fn line_up_agents_anew(&self, line: &mut Line) {
        if self.configuration.share == Share::Weighted {
            for agent in line.take_agents() {
                self.line_up_first_for(line, agent);
            }
        }
    }

    /// Whose turn it is now: turns change as tasks are served.
    pub(super) fn next_in(&self, line: &mut Line) -> Option<(TaskKey, Option<AgentIndex>)> {
        let firsts = line.0.iter().filter_map(|(queue, keys)| Some((*queue, keys.first()?)));
        let (queue, _) = firsts.min_by_key(|(queue, (key, agent))| (self.turn(*queue, key), *key, *agent))?;
        let keys = line.0.get_mut(&queue)?;
        let next = keys.pop_first();
        if keys.is_empty() {
            line.0.remove(&queue);
        }
        next
    }

    fn in_one_line(&self) -> bool {
        self.configuration.share == Share::InOrder
    }

    fn turn(&self, queue: QueueIndex, key: &TaskKey) -> Turn {
        self.configuration.share.turn(&self.queues[queue], key, self.now)
    }

    /// A task of the queue is offered: by weight, others come next.
    pub(super) fn take_turn(&mut self, queue: QueueIndex) {
        if self.configuration.share == Share::Weighted {
            let queue = &mut self.queues[queue];
            self.level = queue.pass;
            queue.pass += queue.stake().stride();
        }
    }

    /// The first of the tasks this agent could be offered now.
    pub(super) fn first_task_for(&self, index: AgentIndex) -> Option<TaskKey> {
        let agent = &self.agents[index];
        let profile = &self.profiles[agent.profile?];
        let free = Channel::ALL.map(|channel| self.is_free(index, channel));
        let mut first = First::default();
        self.look_at_queues(index, profile, free, &mut first);
        let fits = |key: &&TaskKey| {
            let task = &self.tasks[key.index];
            free[slot(task.channel)]
                && !task.is_set_aside(index, self.now)
                && !self.queues[task.queue].is_pulled()
        };
        let awaiting = agent.awaited_by.iter().filter(fits);
        let most = if self.in_one_line() { 1 } else { usize::MAX };
        for key in awaiting.take(most) {
            first.note(self.turn(self.tasks[key.index].queue, key), *key);
        }
        first.key()
    }

    /// In most queues there is a task for this agent near the front. In one line over all queues nothing
    /// after the first that was found needs to be looked at.
    fn look_at_queues(&self, agent: AgentIndex, profile: &Profile, free: [bool; 3], first: &mut First) {
        let ability = profile.ability.only_channels(free);
        let mut all_seen = true;
        for queue in &profile.queues {
            let before = if self.in_one_line() { first.key() } else { None };
            let fits = |key: &TaskKey, class| self.can_be_offered(key, class, agent, profile);
            match self.queues[*queue].waiting.glance(ability, before, fits) {
                Glance::Found(key) => first.note(self.turn(*queue, &key), key),
                Glance::Nothing => {}
                Glance::TooShort => all_seen = false,
            }
        }
        if !all_seen {
            self.look_at_classes(agent, profile, free, first);
        }
    }

    /// For a task in a channel that the agent is free for.
    fn can_be_offered(&self, key: &TaskKey, class: ClassIndex, agent: AgentIndex, profile: &Profile) -> bool {
        let admits = |class: &Class| {
            let index = self.agents[agent].profile;
            index.is_some_and(|index| class.admits(index, profile))
        };
        self.classes.get(class).is_some_and(admits) && !self.tasks[key.index].is_set_aside(agent, self.now)
    }

    /// The first of all that the profile can do, wherever in line: one look a class.
    fn look_at_classes(&self, agent: AgentIndex, profile: &Profile, free: [bool; 3], first: &mut First) {
        for mark in (0..3).filter(|slot| free[*slot]).flat_map(|slot| profile.classes[slot].marks()) {
            let Some(head) = self.classes.head(mark.class) else { continue };
            let is_later = self.in_one_line() && first.key().is_some_and(|first| *head > first);
            if is_later || !self.classes.is_current(mark) {
                continue;
            }
            let queue = self.classes[mark.class].key.queue;
            if first.0.is_none_or(|first| (self.turn(queue, head), *head) < first)
                && let Some(key) = self.first_not_set_aside(mark.class, head, agent)
            {
                first.note(self.turn(queue, key), *key);
            }
        }
    }

    /// Few tasks are set aside for an agent, so this hardly ever goes past the head.
    fn first_not_set_aside<'a>(
        &'a self,
        class: ClassIndex,
        head: &'a TaskKey,
        agent: AgentIndex,
    ) -> Option<&'a TaskKey> {
        let fits = |key: &&TaskKey| !self.tasks[key.index].is_set_aside(agent, self.now);
        if fits(&head) { Some(head) } else { self.classes.tasks(class).find(fits) }
    }
}
