//! A new configuration at run time: everything derived from the old one is derived anew, every
//! waiting task is judged anew, and nothing loses its age.

use super::Router;
use crate::configuration::Configuration;
use crate::output::Output;

impl Router {
    pub(super) fn configure(&mut self, configuration: Configuration, outputs: &mut Vec<Output>) {
        let old = std::mem::take(&mut self.configuration.queues);
        self.take_configuration(configuration);
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
        for queue in self.queues.indices() {
            self.judge_queue_anew(queue, outputs);
        }
        self.removed.clear();
    }

    pub(super) fn take_configuration(&mut self, mut configuration: Configuration) {
        for queue in self.queues.indices() {
            self.queues[queue].settings = None;
        }
        for (id, settings) in &configuration.queues {
            let queue = self.queues.find_or_add(id);
            self.queues[queue].settings = Some(settings.clone());
        }
        configuration.presences.entry(self.offline.clone()).or_insert(crate::Routability::LoggedOut);
        self.configuration = configuration;
        for queue in self.queues.indices() {
            // Before the first input there is no time to read the hours by: due at once.
            if self.now.as_millis() == i64::MIN {
                self.queues[queue].hours_change = self.now;
            } else {
                self.queues[queue].look_at_clock(self.now);
            }
            self.set_hours_deadline(queue);
        }
    }
}
