//! The rules: what an output must have been, and what must hold after every call.

use model::task::Level;

use super::*;

impl Checker {
    /// Whether a task may leave its queue now, without an agent and for this reason.
    pub(super) fn check_leaving(&self, id: TaskId, queue: &QueueId, reason: Option<OverflowReason>) {
        let task = &self.tasks[&id];
        assert_eq!((&task.state, &task.request.queue), (&SeenState::Pending, queue));
        let settings = self.settings(queue);
        let asked = task.asked_until.is_some_and(|until| until <= self.now);
        let due =
            settings.deadline.is_some_and(|limit| task.special || task.queued_since + limit <= self.now);
        let timely = due && task.request.callback.is_none() && task.asked_until.is_none();
        let closed = settings.when_closed == WhenClosed::Overflow && !self.is_open(queue);
        let full = settings.most_waiting.is_some();
        let may = match reason {
            Some(OverflowReason::Deadline) => timely,
            Some(OverflowReason::Closed) => closed,
            Some(OverflowReason::Full) => full,
            Some(OverflowReason::QueueRemoved) => false,
            None => asked || timely || full,
        };
        assert!(may, "{id} left {queue} for {reason:?} at {}", self.now);
    }

    pub(super) fn check_offer(&self, id: TaskId, agent: &AgentId, expires_at: Timestamp) {
        let task = &self.tasks[&id];
        assert_eq!(expires_at, self.now + self.settings(&task.request.queue).ring_time(task.request.channel));
        let callback = task.request.callback;
        let first = callback.is_none_or(|callback| callback.mode == CallbackMode::AgentFirst);
        assert!(first || self.is_handed(id, agent), "the customer is called first");
        self.check_match(id, agent);
    }

    pub(super) fn check_match(&self, id: TaskId, agent: &AgentId) {
        let task = &self.tasks[&id];
        assert!(
            task.state == SeenState::Pending || self.looks(task),
            "one live reservation too many of {id}"
        );
        assert!(!task.rings_at(agent), "{id} rings twice at {agent}");
        if self.is_handed(id, agent) {
            assert_eq!(task.state, SeenState::Pending);
            return self.check_handed(id, agent);
        }
        assert!(task.request.not_before.is_none_or(|at| at <= self.now), "offered before its time");
        assert!(task.special || self.is_open(&task.request.queue), "offered while closed");
        assert!(!self.is_pulled(task), "{id} is offered, and its queue does not push");
        assert!(self.has_room(agent, task.request.channel), "{agent} is offered more than fits");
        assert!(task.set_aside.get(agent).is_none_or(|until| *until <= self.now), "offered too soon again");
        if !task.special {
            assert!(self.eligible(task, agent), "{agent} is offered {id} and does not fit");
        }
        for other in self.tasks.values().filter(|other| !other.special && !task.special) {
            let in_line = other.state == SeenState::Pending || (self.looks(other) && !other.rings_at(agent));
            let earlier = in_line && self.comes_before(other, task) && !self.is_pulled(other);
            assert!(
                !(earlier && self.eligible(other, agent)),
                "{agent} is offered {id}, but {} is in line before",
                other.request.id
            );
        }
        if !task.special {
            self.check_choice(task, agent);
        }
    }

    /// What must hold after every call.
    pub(super) fn check_rest(&self) {
        for (id, task) in &self.tasks {
            match &task.state {
                SeenState::Reserved(live) => {
                    let rings_on = live.iter().all(|(_, _, expires_at)| self.now < *expires_at);
                    assert!(rings_on, "an offer of {id} outlives its ring time");
                    if self.looks(task) && !task.special {
                        let mut others = self.agents.keys().filter(|agent| !task.rings_at(agent));
                        let idle = others.find(|agent| self.eligible(task, agent));
                        assert!(idle.is_none(), "{id} could ring at {idle:?} too, at {}", self.now);
                    }
                }
                SeenState::Calling(_, _, until) => assert!(self.now < *until, "{id} is called for too long"),
                SeenState::Pending if !task.special => {
                    assert!(
                        self.ends(task).is_none_or(|ends| self.now < ends),
                        "{id} waits past its deadline"
                    );
                    let mut agents = self.agents.keys().filter(|_| !self.is_pulled(task));
                    let idle = agents.find(|agent| self.eligible(task, agent));
                    assert!(idle.is_none(), "{id} waits while {idle:?} is free, at {}", self.now);
                }
                SeenState::Pending | SeenState::Held(_) => {}
            }
        }
    }

    /// When the task leaves its queue by itself.
    pub(super) fn ends(&self, task: &SeenTask) -> Option<Timestamp> {
        let settings = self.settings(&task.request.queue);
        let by_question = matches!(settings.overflow, Some(Overflow::Callback { .. }));
        let unasked = by_question && task.request.channel == Channel::Email;
        let stays = task.request.callback.is_some() || unasked;
        let stands = !self.is_open(&task.request.queue);
        let deadline = settings.deadline.filter(|_| !stays && !stands).map(|limit| task.queued_since + limit);
        let later = task.request.not_before.is_some_and(|at| at > self.now);
        if later { None } else { task.asked_until.or(deadline) }
    }

    pub(super) fn is_handed(&self, task: TaskId, agent: &AgentId) -> bool {
        self.handed.as_ref().is_some_and(|handed| handed.task == task && handed.agent == *agent)
    }

    pub(super) fn is_pulled(&self, task: &SeenTask) -> bool {
        self.settings(&task.request.queue).delivery == Delivery::Pull
    }

    pub(super) fn check_handed(&self, id: TaskId, agent: &AgentId) {
        let task = &self.tasks[&id];
        match self.handed.as_ref().unwrap().given {
            Some(CapacityRule::Ignored) => {}
            Some(CapacityRule::Respected) => {
                let profile = self.agents[agent].profile.as_ref().unwrap();
                assert!(self.fits(profile, agent, task.request.channel), "{agent} is given more than fits");
            }
            None => {
                assert!(self.is_pulled(task), "{id} was picked from a queue that pushes");
                let fits = task.special || self.eligible(task, agent);
                assert!(fits && self.has_room(agent, task.request.channel), "{agent} may not pick {id}");
            }
        }
    }

    /// What the agent could pick, and whether now: of the tasks that are judged at all.
    pub fn pickable(&self, agent: &AgentId) -> Vec<(TaskId, bool)> {
        let waiting = self.tasks.values().filter(|task| task.state == SeenState::Pending && !task.special);
        let found =
            waiting.filter(|task| self.is_pulled(task) && self.waits(task) && self.matches(task, agent));
        found.map(|task| (task.request.id, self.eligible(task, agent))).collect()
    }

    pub(super) fn eligible(&self, task: &SeenTask, agent: &AgentId) -> bool {
        let set_aside = task.set_aside.get(agent).is_some_and(|until| *until > self.now);
        self.waits(task)
            && self.matches(task, agent)
            && !set_aside
            && self.has_room(agent, task.request.channel)
    }

    /// Whether its time has come and its queue is open.
    pub(super) fn waits(&self, task: &SeenTask) -> bool {
        task.request.not_before.is_none_or(|at| at <= self.now) && self.is_open(&task.request.queue)
    }

    /// Whether the agent meets what the task asks, whatever is in hand.
    pub(super) fn matches(&self, task: &SeenTask, agent: &AgentId) -> bool {
        let known = self.agents.get(agent).and_then(|agent| agent.profile.as_ref());
        let Some(profile) = known else { return false };
        let skilled = meets(profile, &self.requirements_now(task), &task.request);
        let serves = profile.queues.contains(&task.request.queue);
        let takes = profile.capacity.get(&task.request.channel).is_some_and(|capacity| capacity.most > 0);
        skilled && serves && takes
    }

    pub(super) fn has_room(&self, id: &AgentId, channel: Channel) -> bool {
        let agent = &self.agents[id];
        let Some(profile) = agent.profile.as_ref().filter(|_| agent.routable) else { return false };
        self.fits(profile, id, channel)
    }

    pub(super) fn fits(&self, profile: &AgentProfile, id: &AgentId, channel: Channel) -> bool {
        let Some(capacity) = profile.capacity.get(&channel) else { return false };
        let in_hand = |of: Channel| {
            let by = |task: &&SeenTask| match &task.state {
                SeenState::Held(holder) | SeenState::Calling(_, holder, _) => holder == id,
                SeenState::Reserved(_) => task.rings_at(id),
                SeenState::Pending => false,
            };
            self.tasks.values().filter(by).filter(|task| task.request.channel == of).count()
        };
        let mut weight = u32::from(capacity.weight);
        for (other, theirs) in &profile.capacity {
            let yields = *other != channel && theirs.yields_to.contains(&channel);
            let together = theirs.together.allows(channel) && capacity.together.allows(*other);
            if *other != channel && !together && !yields && in_hand(*other) > 0 {
                return false;
            }
            let count = u32::try_from(in_hand(*other)).unwrap();
            weight += if yields { 0 } else { count * u32::from(theirs.weight) };
        }
        in_hand(channel) < usize::from(capacity.most) && weight <= 100
    }

    pub(super) fn requirements_now(&self, task: &SeenTask) -> Requirements {
        let settings = self.settings(&task.request.queue);
        let mut ends = task.queued_since;
        let mut current = None;
        for (number, step) in settings.steps.iter().enumerate() {
            if task.skipped.contains(&number) {
                continue;
            }
            current = Some(&step.requirements);
            ends = ends + step.duration.unwrap_or(Duration::from_secs(1_000_000));
            if self.now < ends {
                break;
            }
        }
        self.asked_in(task, current)
    }

    /// When the step it is in relaxes, or it leaves its queue.
    pub(super) fn step_ends(&self, task: &SeenTask) -> Timestamp {
        let settings = self.settings(&task.request.queue);
        let mut step_ends = Timestamp::MAX;
        let mut ends = task.queued_since;
        for (number, step) in settings.steps.iter().enumerate() {
            if task.skipped.contains(&number) {
                continue;
            }
            ends = ends + step.duration.unwrap_or_default();
            let is_last = number + 1 == settings.steps.len() || step.duration.is_none();
            if is_last || self.now < ends {
                step_ends = if is_last { Timestamp::MAX } else { ends };
                break;
            }
        }
        self.ends(task).map_or(step_ends, |ends| ends.min(step_ends))
    }

    pub(super) fn asked_in(&self, task: &SeenTask, step: Option<&StepRequirements>) -> Requirements {
        match step {
            None | Some(StepRequirements::AsRequested) => task.request.requirements.clone(),
            Some(StepRequirements::Anyone) => Requirements::NONE,
            Some(StepRequirements::Only(requirements)) => requirements.clone(),
            Some(StepRequirements::LanguageOnly) => {
                Requirements::new([], task.request.requirements.language.clone())
            }
            Some(StepRequirements::Besides(besides)) => {
                let (own, asked) = (&besides.own, &task.request.requirements);
                let (mut skills, mut conditions) = (own.skills.clone(), own.conditions.clone());
                if besides.task_skills == OfTask::Required {
                    skills.extend(asked.skills.clone());
                    conditions.extend(asked.conditions.clone());
                }
                let of_task = asked.language.clone().filter(|_| besides.task_language == OfTask::Required);
                let language = own.language.clone().or(of_task);
                Requirements::new(skills, language).with_conditions(conditions)
            }
            Some(StepRequirements::LevelsLowerBy(levels)) => {
                let mut asked = task.request.requirements.clone();
                for need in &mut asked.skills {
                    need.level = Level::new(need.level.get().saturating_sub(*levels).max(1)).unwrap();
                }
                asked
            }
        }
    }

    pub(super) fn settings(&self, queue: &QueueId) -> Queue {
        self.configuration.queues.get(queue).cloned().unwrap_or_default()
    }
}
