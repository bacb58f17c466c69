//! Whom of those who are free a queue asks first, as far as it shows from outside.

use super::*;

impl Checker {
    /// Nobody else who is free suits the task better by its queue's choice.
    pub(super) fn check_choice(&self, task: &SeenTask, chosen: &AgentId) {
        let selection = self.settings(&task.request.queue).selection;
        let suit = |agent: &AgentId| match selection {
            Selection::MostProficient => (-self.proficiency(task, agent), 0),
            Selection::LeastProficient => (self.versatility(agent), self.proficiency(task, agent)),
            Selection::FewestActive => (self.in_hand(agent), 0),
            _ => (0, 0),
        };
        let own = suit(chosen);
        // Whoever was asked, and heard at once that somebody's offer answers itself, came first.
        let was_asked = |other: &AgentId| self.withdrawn.contains(&(task.request.id, other.clone()));
        for other in self.agents.keys().filter(|other| !task.rings_at(other) && !was_asked(other)) {
            let better = suit(other) < own && self.eligible(task, other);
            assert!(!better, "{} goes to {chosen}, {other} comes first by {selection:?}", task.request.id);
        }
    }

    fn in_hand(&self, agent: &AgentId) -> i64 {
        let has = |task: &&SeenTask| match &task.state {
            SeenState::Held(holder) | SeenState::Calling(_, holder, _) => holder == agent,
            SeenState::Reserved(_) => task.rings_at(agent),
            SeenState::Pending => false,
        };
        i64::try_from(self.tasks.values().filter(has).count()).unwrap()
    }

    /// The levels in the skills that are asked, each once.
    fn proficiency(&self, task: &SeenTask, agent: &AgentId) -> i64 {
        let Some(profile) = &self.agents[agent].profile else { return 0 };
        let needs = self.requirements_now(task);
        let mut asked: BTreeSet<_> = needs.skills.iter().map(|need| need.skill.as_str()).collect();
        let by_condition =
            needs.conditions.iter().map(|condition| (Meant::of(condition).asks)(&task.request));
        asked.extend(by_condition.flatten());
        let level = |skill: &str| profile.skills.iter().find(|(own, _)| own.as_str() == skill);
        asked.iter().filter_map(|skill| level(skill)).map(|(_, level)| i64::from(level.get())).sum()
    }

    /// In how many ways the agent is of use elsewhere.
    fn versatility(&self, agent: &AgentId) -> i64 {
        let Some(profile) = &self.agents[agent].profile else { return 0 };
        let channels = profile.capacity.values().filter(|capacity| capacity.most > 0).count();
        let ways = profile.queues.len() + profile.skills.len() + profile.languages.len() + channels;
        i64::try_from(ways).unwrap()
    }
}
