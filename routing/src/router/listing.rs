//! Keeps the lists in which matching looks: free agents by profile and queue, classes and the
//! profiles that can do them.

use model::Channel;

use super::Router;
use crate::agents::{AgentIndex, Attendance, Listed, slot};
use crate::classes::{ClassIndex, ClassKey};
use crate::profiles::{Doable, Profile, ProfileIndex, Shape};

impl Router {
    /// Lists the agent under every channel it could take one more task of, and nowhere else.
    pub(super) fn relist(&mut self, index: AgentIndex) {
        let Some(profile) = self.agents[index].profile else { return };
        let new = self.agents[index].to_list(&self.profiles[profile]);
        self.list_as(index, profile, new);
    }

    /// Counts the agent as there or not in its profile.
    pub(super) fn recount(&mut self, index: AgentIndex) {
        if let Some(profile) = self.agents[index].profile {
            self.count_as(index, profile, self.agents[index].attendance());
        }
    }

    fn count_as(&mut self, index: AgentIndex, profile: ProfileIndex, new: Attendance) {
        let old = std::mem::replace(&mut self.agents[index].counted, new);
        if self.profiles[profile].recount(old, new) {
            self.note_deserted(profile);
        }
    }

    fn list_as(&mut self, index: AgentIndex, profile_index: ProfileIndex, new: Option<Listed>) {
        let agent = &mut self.agents[index];
        let old = std::mem::replace(&mut agent.listed, new);
        if old == new {
            return;
        }
        for order in &mut self.profiles[profile_index].orders {
            for slot in 0..Channel::ALL.len() {
                let key = |listed: Option<Listed>| {
                    let listed = listed.filter(|listed| listed.channels[slot])?;
                    Some(listed.key(&agent.id, index, order.by))
                };
                let (old, new) = (key(old), key(new));
                let Some((head, new_head)) = order.replace(slot, old, new) else { continue };
                for queue in &order.queues {
                    let heads = &mut self.queues[*queue].free[slot];
                    if let Some(head) = &head {
                        heads.remove(&(head.clone(), profile_index));
                    }
                    heads.extend(new_head.clone().map(|head| (head, profile_index)));
                }
            }
        }
    }

    /// Lists all free agents anew: queues go by other orders than before.
    pub(super) fn list_all_anew(&mut self) {
        for queue in self.queues.indices() {
            self.queues[queue].free = Default::default();
        }
        let profiles: Vec<_> = self.profiles.indices().collect();
        for profile in profiles {
            let queues = &self.queues;
            self.profiles[profile].order_anew(|queue| queues[queue].selection().within_profile());
        }
        for class in self.classes.iter_mut() {
            class.arrange(self.queues[class.key.queue].selection(), &self.profiles);
        }
        for agent in self.agents.indices() {
            self.agents[agent].listed = None;
            self.relist(agent);
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
            self.recount(index);
            self.relist(index);
        }
    }

    fn leave_profile(&mut self, index: AgentIndex, profile: ProfileIndex) {
        self.list_as(index, profile, None);
        self.count_as(index, profile, Attendance::default());
        self.agents[index].profile = None;
        self.profiles[profile].agents.remove(&index);
        if self.profiles[profile].agents.is_empty() {
            self.end_profile(profile);
        }
    }

    fn add_profile(&mut self, shape: Shape) -> ProfileIndex {
        let queues: Vec<_> = shape.queues.iter().map(|queue| self.queues.find_or_add(queue)).collect();
        let mut profile = Profile::new(shape, queues, &mut self.names);
        profile.order_anew(|queue| self.queues[queue].selection().within_profile());
        let index = self.profiles.add(profile);
        let profile = &mut self.profiles[index];
        profile.seats =
            profile.queues.iter().map(|queue| self.queues[*queue].roster.add(index, profile)).collect();
        let queues = profile.queues.clone();
        let mut doable = Vec::new();
        for (mark, class) in self.classes.of_queues(&queues) {
            let profile = &self.profiles[index];
            if class.key.is_met_by(profile) {
                let selection = self.queues[class.key.queue].selection();
                class.seat(index, selection, &self.profiles);
                doable.push((slot(class.key.channel), mark));
            }
        }
        for (slot, mark) in doable {
            self.profiles[index].classes[slot].add(mark);
        }
        index
    }

    fn end_profile(&mut self, index: ProfileIndex) {
        let Some(profile) = self.profiles.remove(index) else { return };
        for mark in profile.classes.iter().flat_map(Doable::marks) {
            if self.classes.is_current(mark) {
                self.classes[mark.class].leave(index);
            }
        }
        for (queue, seat) in profile.queues.iter().zip(&profile.seats) {
            self.queues[*queue].roster.remove(*seat, &profile);
        }
    }

    pub(super) fn add_class(&mut self, key: ClassKey) -> ClassIndex {
        let channel = key.channel;
        let mut profiles = self.queues[key.queue].roster.meeting(channel, &key.needs);
        if !key.rest.is_empty() {
            profiles.retain(|profile| key.is_met_by(&self.profiles[*profile]));
        }
        let selection = self.queues[key.queue].selection();
        let index = self.classes.add(key, profiles);
        self.classes[index].arrange(selection, &self.profiles);
        let mark = self.classes.mark(index);
        for profile in &self.classes[index].profiles {
            self.profiles[*profile].classes[slot(channel)].add(mark);
        }
        index
    }

    pub(super) fn forget_spare_classes(&mut self) {
        while let Some(class) = self.classes.forget_spare() {
            let classes = &self.classes;
            for profile in class.profiles {
                let doable = &mut self.profiles[profile].classes[slot(class.key.channel)];
                doable.forget_one(|mark| classes.is_current(mark));
            }
        }
    }
}
