//! A new configuration at run time: everything derived from the old one is derived anew, every
//! waiting task is judged anew, and nothing loses its age.

use std::collections::BTreeMap;

use model::QueueId;

use super::Router;
use crate::configuration::{Configuration, Queue};
use crate::output::Output;
use crate::steps::Walked;
use crate::tasks::TaskIndex;

impl Router {
    pub(super) fn configure(&mut self, configuration: Configuration, outputs: &mut Vec<Output>) {
        self.all_look_no_more();
        let reordered = self.take_out_reordered(&configuration);
        let old = std::mem::take(&mut self.configuration.queues);
        self.take_configuration(configuration);
        self.walk_changed_steps_anew(&old);
        self.list_all_anew();
        self.removed =
            old.into_iter().filter(|(id, _)| !self.configuration.queues.contains_key(id)).collect();
        for agent in self.agents.indices() {
            let presence = self.agents[agent].presence.clone();
            let routability = if self.agents[agent].profile.is_none() || presence == self.offline {
                self.agents[agent].routability
            } else {
                self.routability(&presence)
            };
            self.take_presence(agent, presence, routability, outputs);
            self.moved_agents.push(agent);
        }
        for task in reordered {
            self.wait(task);
        }
        for queue in self.queues.indices() {
            self.judge_queue_anew(queue);
        }
        self.take_places(outputs);
        self.removed.clear();
    }

    /// What was passed over in steps that are others now says nothing of these.
    fn walk_changed_steps_anew(&mut self, old: &BTreeMap<QueueId, Queue>) {
        let changed: Vec<_> = self
            .queues
            .indices()
            .filter(|queue| {
                let queue = &self.queues[*queue];
                let steps = queue.settings.as_ref().map(|settings| &settings.steps);
                steps != old.get(&queue.id).map(|settings| &settings.steps)
            })
            .collect();
        for task in self.tasks.iter_mut().filter(|task| changed.contains(&task.queue)) {
            task.walked = Walked::default();
        }
    }

    /// Tasks of queues that will sort them otherwise, taken out of line while the old order is known.
    fn take_out_reordered(&mut self, configuration: &Configuration) -> Vec<TaskIndex> {
        let mut waiting = Vec::new();
        for queue in self.queues.iter() {
            let new = configuration.queues.get(&queue.id).map(|settings| settings.order);
            if new.is_some_and(|new| new != queue.order) {
                waiting.extend(queue.waiting.iter().map(|key| key.index));
            }
        }
        waiting.iter().for_each(|task| self.leave_state(*task));
        waiting
    }

    pub(super) fn take_configuration(&mut self, mut configuration: Configuration) {
        for queue in self.queues.indices() {
            self.queues[queue].settings = None;
        }
        for (id, settings) in &configuration.queues {
            let queue = self.queues.find_or_add(id);
            self.queues[queue].order = settings.order;
            self.queues[queue].settings = Some(settings.clone());
        }
        configuration.presences.entry(self.offline.clone()).or_insert(crate::Routability::LoggedOut);
        self.configuration = configuration;
        for queue in self.queues.indices() {
            // Before the first input there is no time to read the hours by: due at once.
            if self.now.as_millis() == i64::MIN {
                self.queues[queue].hours_change = self.now;
            } else {
                self.queues[queue].look_at_clock(self.now, self.closing.as_ref());
            }
            self.set_hours_deadline(queue);
        }
    }
}
