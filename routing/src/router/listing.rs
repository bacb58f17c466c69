//! Keeps the lists in which matching looks: free agents by profile and queue, classes and the
//! profiles that can do them.

use model::Channel;

use super::Router;
use crate::agents::{AgentIndex, slot};
use crate::classes::{ClassIndex, ClassKey};
use crate::profiles::{Profile, ProfileIndex, Shape};

impl Router {
    /// Lists the agent under every channel it could take one more task of, and nowhere else.
    pub(super) fn relist(&mut self, index: AgentIndex) {
        for channel in Channel::ALL {
            self.relist_channel(index, channel);
        }
    }

    fn relist_channel(&mut self, index: AgentIndex, channel: Channel) {
        let slot = slot(channel);
        let agent = &mut self.agents[index];
        let Some(profile_index) = agent.profile else { return };
        let profile = &mut self.profiles[profile_index];
        let free = agent.is_routable() && agent.has_room(profile, channel);
        let key = free.then(|| agent.idle_key(index, self.configuration.longest_idle));
        if agent.listed[slot] == key {
            return;
        }
        let head = profile.free[slot].first().cloned();
        if let Some(old) = agent.listed[slot].take() {
            profile.free[slot].remove(&old);
        }
        if let Some(new) = &key {
            profile.free[slot].insert(new.clone());
        }
        agent.listed[slot] = key;
        let new_head = profile.free[slot].first();
        if head.as_ref() == new_head {
            return;
        }
        let new_head = new_head.cloned();
        for queue in &profile.queues {
            let free = &mut self.queues[*queue].free[slot];
            if let Some(head) = &head {
                free.remove(&(head.clone(), profile_index));
            }
            if let Some(head) = &new_head {
                free.insert((head.clone(), profile_index));
            }
        }
    }

    /// Gives the agent a profile, or takes it away. The last agent to leave one ends it.
    pub(super) fn set_profile(&mut self, index: AgentIndex, shape: Option<Shape>) {
        let old = self.agents[index].profile;
        if let (Some(old), Some(shape)) = (old, &shape)
            && self.profiles[old].shape == *shape
        {
            return;
        }
        if let Some(old) = old {
            self.leave_profile(index, old);
        }
        if let Some(shape) = shape {
            let profile = self.profiles.find(&shape).unwrap_or_else(|| self.add_profile(shape));
            self.profiles[profile].agents.insert(index);
            self.agents[index].profile = Some(profile);
            self.relist(index);
        }
    }

    fn leave_profile(&mut self, index: AgentIndex, profile: ProfileIndex) {
        let routability =
            std::mem::replace(&mut self.agents[index].routability, crate::Routability::LoggedOut);
        self.relist(index);
        self.agents[index].routability = routability;
        self.agents[index].profile = None;
        self.profiles[profile].agents.remove(&index);
        if self.profiles[profile].agents.is_empty() {
            self.end_profile(profile);
        }
    }

    fn add_profile(&mut self, shape: Shape) -> ProfileIndex {
        let queues: Vec<_> = shape.queues.iter().map(|queue| self.queues.find_or_add(queue)).collect();
        let index = self.profiles.add(Profile::new(shape, queues, &mut self.names));
        let profile = &mut self.profiles[index];
        for queue in &profile.queues {
            self.queues[*queue].profiles.push(index);
        }
        let queues = profile.queues.clone();
        for (class_index, class) in self.classes.of_queues(&queues) {
            if profile.takes(class.key.channel) && profile.meets(&class.key.needs) {
                class.profiles.push(index);
                profile.classes[slot(class.key.channel)].push(class_index);
            }
        }
        index
    }

    fn end_profile(&mut self, index: ProfileIndex) {
        let Some(profile) = self.profiles.remove(index) else { return };
        for class in profile.classes.iter().flatten() {
            self.classes[*class].profiles.retain(|other| *other != index);
        }
        for queue in &profile.queues {
            self.queues[*queue].profiles.retain(|other| *other != index);
        }
    }

    pub(super) fn add_class(&mut self, key: ClassKey) -> ClassIndex {
        let (channel, needs) = (key.channel, key.needs.clone());
        let fits = |index: &ProfileIndex| {
            let profile = &self.profiles[*index];
            profile.takes(channel) && profile.meets(&needs)
        };
        let profiles: Vec<_> = self.queues[key.queue].profiles.iter().copied().filter(fits).collect();
        let index = self.classes.add(key, profiles);
        for profile in &self.classes[index].profiles {
            self.profiles[*profile].classes[slot(channel)].push(index);
        }
        index
    }

    pub(super) fn forget_spare_classes(&mut self) {
        while let Some((index, class)) = self.classes.forget_spare() {
            for profile in class.profiles {
                self.profiles[profile].classes[slot(class.key.channel)].retain(|other| *other != index);
            }
        }
    }
}
