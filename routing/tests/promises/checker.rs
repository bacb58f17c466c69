//! An independent judge of a router: knows the rules, sees inputs and outputs, and nothing else.
//!
//! It looks at every task and every agent each time, which is why it is short and the router is not.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use model::task::{Requirements, ReservationEnd, TransferTarget};
use model::{AgentId, Channel, QueueId, ReservationId, TaskId, Timestamp};
use routing::*;

struct SeenAgent {
    profile: Option<AgentProfile>,
    routable: bool,
    /// Unanswered offers in a row.
    misses: u32,
}

struct SeenTask {
    request: TaskRequest,
    queued_since: Timestamp,
    set_aside: HashMap<AgentId, Timestamp>,
    /// Sent to one agent, or with an agent of last time: only its safety is judged.
    special: bool,
    state: SeenState,
}

#[derive(Clone, PartialEq, Debug)]
enum SeenState {
    Pending,
    Reserved(ReservationId, AgentId, Timestamp),
    Held(AgentId),
}

pub struct Checker {
    configuration: Configuration,
    agents: BTreeMap<AgentId, SeenAgent>,
    tasks: BTreeMap<TaskId, SeenTask>,
    reservations: HashMap<ReservationId, TaskId>,
    now: Timestamp,
}

impl Checker {
    pub fn new(configuration: Configuration) -> Self {
        Self {
            configuration,
            agents: BTreeMap::new(),
            tasks: BTreeMap::new(),
            reservations: HashMap::new(),
            now: Timestamp::EPOCH,
        }
    }

    /// Takes note of one input that was fed and of what came of it. Deadlines must have been run by a
    /// tick of the same time before, so that all of it came of the input.
    pub fn check(&mut self, now: Timestamp, input: &Input, outputs: &[Output]) {
        self.now = now;
        let refused = outputs.iter().any(|output| matches!(output, Output::Refused { .. }));
        if !refused {
            self.note_input(input);
        }
        for (place, output) in outputs.iter().enumerate() {
            self.note_output(output);
            if let Output::Offered { reservation, task, agent, .. } = output {
                let next = outputs.get(place + 1);
                let taken =
                    matches!(next, Some(Output::Assigned { reservation: taken, .. }) if taken == reservation);
                assert_eq!(taken, self.is_answered_automatically(*task, agent), "{task} to {agent}");
            }
        }
        self.check_rest();
    }

    pub fn live_offers(&self) -> Vec<(ReservationId, AgentId)> {
        let live = |task: &SeenTask| match &task.state {
            SeenState::Reserved(reservation, agent, _) => Some((*reservation, agent.clone())),
            _ => None,
        };
        self.tasks.values().filter_map(live).collect()
    }

    pub fn held(&self) -> Vec<TaskId> {
        let held = self.tasks.iter().filter(|(_, task)| matches!(task.state, SeenState::Held(_)));
        held.map(|(id, _)| *id).collect()
    }

    pub fn pending(&self) -> usize {
        self.tasks.values().filter(|task| task.state == SeenState::Pending).count()
    }

    pub fn open(&self) -> Vec<TaskId> {
        self.tasks.keys().copied().collect()
    }

    fn note_input(&mut self, input: &Input) {
        match input {
            Input::Configure { configuration } => self.configuration = (**configuration).clone(),
            Input::AgentUpserted { profile } => {
                let seen = SeenAgent { profile: None, routable: false, misses: 0 };
                let agent = self.agents.entry(profile.agent.clone()).or_insert(seen);
                agent.profile = Some(profile.clone());
            }
            Input::AgentRemoved { agent } => {
                let agent = self.agents.get_mut(agent).unwrap();
                agent.profile = None;
                agent.routable = false;
            }
            Input::PresenceChanged { agent, presence } => {
                let routability = self.configuration.presences.get(presence).copied();
                self.agents.get_mut(agent).unwrap().routable = routability == Some(Routability::Routable);
            }
            Input::TaskArrived { task } => self.note_arrival(task),
            Input::TaskTransferred { task, target, requirements, .. } => {
                self.put_back(*task, target.queue().clone(), matches!(target, TransferTarget::Agent { .. }));
                let seen = self.tasks.get_mut(task).unwrap();
                seen.request.requirements = requirements.clone();
                if let TransferTarget::Agent { agent, .. } = target {
                    seen.set_aside.remove(agent);
                }
            }
            Input::TaskReleased { task, .. } => {
                let queue = self.tasks[task].request.queue.clone();
                self.put_back(*task, queue, false);
            }
            Input::TaskReprioritised { task, priority } => {
                self.tasks.get_mut(task).unwrap().request.priority = *priority;
            }
            Input::TaskCanceled { task, .. } | Input::Completed { task } => {
                if !matches!(self.tasks[task].state, SeenState::Reserved(..)) {
                    self.tasks.remove(task);
                } else {
                    // Gone once its offer is said to have ended.
                    self.tasks.get_mut(task).unwrap().request.queue = QueueId::new("gone").unwrap();
                }
            }
            Input::Accept { .. }
            | Input::Reject { .. }
            | Input::WrapUpStarted { .. }
            | Input::Tick
            | Input::TaskRestored { .. } => {}
        }
    }

    fn note_arrival(&mut self, request: &TaskRequest) {
        let seen = SeenTask {
            request: request.clone(),
            queued_since: request.waiting_since,
            set_aside: HashMap::new(),
            special: request.preferred_agent.is_some(),
            state: SeenState::Pending,
        };
        assert!(self.tasks.insert(request.id, seen).is_none(), "a task came twice and was taken twice");
    }

    /// Transferred or released: back to waiting, not at once with whoever had it.
    fn put_back(&mut self, task: TaskId, queue: QueueId, special: bool) {
        let delay = self.settings(&queue).reject_delay;
        let now = self.now;
        let seen = self.tasks.get_mut(&task).unwrap();
        let giver = match &seen.state {
            SeenState::Held(agent) => Some(agent.clone()),
            SeenState::Reserved(..) | SeenState::Pending => None,
        };
        seen.set_aside.extend(giver.map(|giver| (giver, now + delay)));
        seen.request.queue = queue;
        seen.queued_since = now;
        seen.special = special;
        if matches!(seen.state, SeenState::Held(_)) {
            seen.state = SeenState::Pending;
        }
    }

    fn note_output(&mut self, output: &Output) {
        match output {
            Output::Offered { reservation, task, agent, expires_at } => {
                self.check_offer(*task, agent, *expires_at);
                assert!(
                    self.reservations.insert(*reservation, *task).is_none(),
                    "a reservation id came twice"
                );
                let state = SeenState::Reserved(*reservation, agent.clone(), *expires_at);
                self.tasks.get_mut(task).unwrap().state = state;
            }
            Output::ReservationEnded { reservation, task, agent, outcome, reason } => {
                let settings = self.settings(&self.tasks[task].request.queue);
                let named = reason.as_ref().and_then(|reason| settings.reject_delays.get(reason));
                let delay = named.copied().unwrap_or(settings.reject_delay);
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                let SeenState::Reserved(live, holder, expires_at) = &seen.state else {
                    panic!("an offer ended that was not live: {output:?}")
                };
                assert_eq!((live, holder), (reservation, agent));
                assert!(*outcome != ReservationEnd::TimedOut || *expires_at <= now, "rang out too early");
                if *outcome == ReservationEnd::Rejected {
                    seen.set_aside.insert(agent.clone(), now + delay);
                }
                seen.state = SeenState::Pending;
                if seen.request.queue.as_str() == "gone" {
                    self.tasks.remove(task);
                }
            }
            Output::Assigned { task, reservation, agent } => {
                let seen = self.tasks.get_mut(task).unwrap();
                let SeenState::Reserved(live, holder, expires_at) = &seen.state else {
                    panic!("assigned without an offer: {output:?}")
                };
                assert_eq!((live, holder), (reservation, agent), "assigned to somebody else");
                assert!(self.now < *expires_at, "assigned after the ring time");
                seen.set_aside.clear();
                seen.state = SeenState::Held(agent.clone());
                self.agents.get_mut(agent).unwrap().misses = 0;
            }
            Output::Overflowed { task, from, to, reason } => {
                let deadline = self.settings(from).deadline;
                let seen = self.tasks.get_mut(task).unwrap();
                assert_eq!((&seen.request.queue, *reason), (from, OverflowReason::Deadline));
                seen.queued_since = seen.queued_since + deadline.unwrap();
                assert!(seen.queued_since <= self.now, "overflowed too early");
                seen.request.queue = to.clone();
                seen.special = false;
            }
            Output::Expired { task, queue } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!(seen.state, SeenState::Pending);
                assert!(
                    seen.queued_since + self.settings(queue).deadline.unwrap() <= self.now,
                    "expired too early"
                );
            }
            Output::AgentNotResponding { agent, .. } => {
                let misses = self.note_miss(agent);
                let limit = self.configuration.log_out_after_misses;
                assert!(limit.is_none_or(|limit| misses < limit.get()), "{agent} missed {misses}");
            }
            Output::AgentLoggedOut { agent, misses, .. } => {
                assert_eq!(self.note_miss(agent), *misses);
                assert!(self.configuration.log_out_after_misses.is_some_and(|limit| limit.get() <= *misses));
                self.agents.get_mut(agent).unwrap().misses = 0;
            }
            Output::WrapUpEnded { task, agent } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!(seen.state, SeenState::Held(agent.clone()));
            }
            Output::Refused { .. } => {}
        }
    }

    fn note_miss(&mut self, agent: &AgentId) -> u32 {
        let agent = self.agents.get_mut(agent).unwrap();
        agent.routable = false;
        agent.misses += 1;
        agent.misses
    }

    fn is_answered_automatically(&self, task: TaskId, agent: &AgentId) -> bool {
        let by_queue = self.settings(&self.tasks[&task].request.queue).answering;
        let by_agent = self.agents[agent].profile.as_ref().map(|profile| profile.answering);
        by_queue == Answering::Automatic || by_agent == Some(Answering::Automatic)
    }

    fn check_offer(&self, id: TaskId, agent: &AgentId, expires_at: Timestamp) {
        let task = &self.tasks[&id];
        assert_eq!(task.state, SeenState::Pending, "a second live reservation of {id}");
        assert!(self.has_room(agent, task.request.channel), "{agent} is offered more than fits");
        assert!(task.set_aside.get(agent).is_none_or(|until| *until <= self.now), "offered too soon again");
        assert_eq!(expires_at, self.now + self.settings(&task.request.queue).ring_time(task.request.channel));
        if !task.special {
            assert!(self.eligible(task, agent), "{agent} is offered {id} and does not fit");
        }
        let key = |task: &SeenTask| (-task.request.priority.0, task.request.waiting_since, task.request.id);
        for other in self.tasks.values().filter(|other| !other.special && !task.special) {
            let earlier = other.state == SeenState::Pending && key(other) < key(task);
            assert!(
                !(earlier && self.eligible(other, agent)),
                "{agent} is offered {id}, but {} is in line before",
                other.request.id
            );
        }
    }

    /// What must hold after every call.
    fn check_rest(&self) {
        for (id, task) in &self.tasks {
            match &task.state {
                SeenState::Reserved(_, _, expires_at) => {
                    assert!(self.now < *expires_at, "an offer of {id} outlives its ring time");
                }
                SeenState::Pending if !task.special => {
                    let deadline = self.settings(&task.request.queue).deadline;
                    assert!(
                        deadline.is_none_or(|deadline| self.now < task.queued_since + deadline),
                        "{id} waits past its deadline"
                    );
                    let idle = self.agents.keys().find(|agent| self.eligible(task, agent));
                    assert!(idle.is_none(), "{id} waits while {idle:?} is free, at {}", self.now);
                }
                SeenState::Pending | SeenState::Held(_) => {}
            }
        }
    }

    fn eligible(&self, task: &SeenTask, agent: &AgentId) -> bool {
        let Some(profile) = &self.agents[agent].profile else { return false };
        let requirements = self.requirements_now(task);
        let skilled = requirements
            .skills
            .iter()
            .all(|need| profile.skills.get(&need.skill).is_some_and(|level| *level >= need.level));
        let speaks = requirements.language.iter().all(|language| profile.languages.contains(language));
        let set_aside = task.set_aside.get(agent).is_some_and(|until| *until > self.now);
        let serves = profile.queues.contains(&task.request.queue);
        skilled && speaks && serves && !set_aside && self.has_room(agent, task.request.channel)
    }

    fn has_room(&self, id: &AgentId, channel: Channel) -> bool {
        let agent = &self.agents[id];
        let Some(profile) = agent.profile.as_ref().filter(|_| agent.routable) else { return false };
        let Some(capacity) = profile.capacity.get(&channel) else { return false };
        let in_hand = |of: Channel| {
            let by = |task: &&SeenTask| match &task.state {
                SeenState::Held(holder) | SeenState::Reserved(_, holder, _) => holder == id,
                SeenState::Pending => false,
            };
            self.tasks.values().filter(by).filter(|task| task.request.channel == of).count()
        };
        let apart = |other: &Channel| {
            let theirs = profile.capacity.get(other);
            *other != channel
                && theirs.is_some_and(|theirs| {
                    !theirs.together.allows(channel) || !capacity.together.allows(*other)
                })
                && in_hand(*other) > 0
        };
        in_hand(channel) < usize::from(capacity.most) && !Channel::ALL.iter().any(apart)
    }

    fn requirements_now(&self, task: &SeenTask) -> Requirements {
        let settings = self.settings(&task.request.queue);
        let age = self.now.since(task.queued_since);
        let mut ends = Duration::ZERO;
        let mut current = None;
        for step in &settings.steps {
            current = Some(step);
            ends += step.duration.unwrap_or(Duration::MAX / 2);
            if age < ends {
                break;
            }
        }
        match current.map(|step| &step.requirements) {
            None | Some(StepRequirements::AsRequested) => task.request.requirements.clone(),
            Some(StepRequirements::Anyone) => Requirements::NONE,
            Some(StepRequirements::Only(requirements)) => requirements.clone(),
            Some(StepRequirements::LanguageOnly) => {
                Requirements::new([], task.request.requirements.language.clone())
            }
            Some(StepRequirements::Besides(besides)) => {
                let mut all = besides.own.skills.clone();
                if besides.task_skills == OfTask::Required {
                    all.extend(task.request.requirements.skills.clone());
                }
                Requirements::new(all, task.request.requirements.language.clone())
            }
            Some(StepRequirements::LevelsLowerBy(_)) => panic!("not in these histories"),
        }
    }

    fn settings(&self, queue: &QueueId) -> Queue {
        self.configuration.queues.get(queue).cloned().unwrap_or_default()
    }
}
