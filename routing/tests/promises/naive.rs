//! A router of a few dozen lines that looks at everything each time and sorts: what the real one decides
//! with its indexes must be the same. It knows the rules as `docs/configuration.md` tells them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::task::{Priority, Requirements};
use model::{AgentId, Channel, QueueId, TaskId, Timestamp};
use routing::*;

use crate::support::*;

pub struct Naive {
    pub configuration: Configuration,
    pub agents: BTreeMap<AgentId, Agent>,
    pub tasks: BTreeMap<TaskId, Task>,
    lines: BTreeMap<QueueId, Line>,
    /// The pass of the queue served last.
    level: i64,
    offers: i64,
    pub now: Timestamp,
}

pub struct Agent {
    profile: AgentProfile,
    routability: Routability,
    unoccupied: Timestamp,
    available: Timestamp,
    inbound: Timestamp,
    accepted: Timestamp,
    last_offer: i64,
}

pub struct Task {
    pub request: TaskRequest,
    pub state: State,
    set_aside: BTreeMap<AgentId, Timestamp>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum State {
    Waiting,
    Rings(AgentId, Timestamp),
    Assigned(AgentId),
    Wrapping(AgentId),
}

struct Line {
    pass: i64,
    empty_since: Timestamp,
}

/// What was decided, without ids of reservations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decided {
    Offered(TaskId, AgentId),
    Ended(TaskId, AgentId),
    Assigned(TaskId, AgentId),
}

impl Naive {
    pub fn new(configuration: Configuration) -> Self {
        let line = || Line { pass: 0, empty_since: Timestamp(i64::MIN) };
        let lines = configuration.queues.keys().map(|id| (id.clone(), line())).collect();
        let (agents, tasks) = (BTreeMap::new(), BTreeMap::new());
        Self { configuration, agents, tasks, lines, level: 0, offers: 0, now: Timestamp::EPOCH }
    }

    pub fn handle(&mut self, now: Timestamp, input: &Input) -> Vec<Decided> {
        self.now = now;
        let mut decided = Vec::new();
        let over = |task: &Task| matches!(task.state, State::Rings(_, expires) if expires <= now);
        let over: Vec<_> = self.tasks.iter().filter(|(_, task)| over(task)).map(|(id, _)| *id).collect();
        for task in over {
            // An agent whose other offer has rung out loses this one with it.
            if let State::Rings(agent, _) = self.tasks[&task].state.clone() {
                self.set_presence(&agent, Routability::NotRoutable, &mut decided);
            }
        }
        self.match_all(&mut decided);
        self.apply(input, &mut decided);
        self.match_all(&mut decided);
        decided
    }

    fn apply(&mut self, input: &Input, decided: &mut Vec<Decided>) {
        let now = self.now;
        match input {
            Input::AgentUpserted { profile } => {
                let agent = Agent {
                    profile: profile.clone(),
                    routability: Routability::LoggedOut,
                    unoccupied: now,
                    available: now,
                    inbound: now,
                    accepted: now,
                    last_offer: 0,
                };
                self.agents.insert(profile.agent.clone(), agent);
            }
            Input::PresenceChanged { agent, presence } => {
                let routability = self.configuration.presences[presence];
                self.set_presence(agent, routability, decided);
            }
            Input::TaskArrived { task } => {
                self.join(&task.queue);
                let set_aside = BTreeMap::new();
                let task = Task { request: task.clone(), state: State::Waiting, set_aside };
                self.tasks.insert(task.request.id, task);
            }
            Input::TaskReprioritised { task, priority } => {
                self.tasks.get_mut(task).unwrap().request.priority = *priority;
            }
            Input::FactsLearned { task, facts } => {
                self.tasks.get_mut(task).unwrap().request.facts = facts.clone();
            }
            Input::WrapUpStarted { task } => {
                let task = self.tasks.get_mut(task).unwrap();
                if let State::Assigned(agent) = task.state.clone() {
                    task.state = State::Wrapping(agent);
                }
            }
            Input::Completed { task } | Input::TaskCanceled { task, .. } => self.end(*task, decided),
            _ => {}
        }
    }

    pub fn accept(&mut self, task: TaskId) -> Decided {
        let State::Rings(agent, _) = self.tasks[&task].state.clone() else { panic!("it does not ring") };
        self.agents.get_mut(&agent).unwrap().accepted = self.now;
        let accepted = self.tasks.get_mut(&task).unwrap();
        accepted.set_aside.clear();
        accepted.state = State::Assigned(agent.clone());
        Decided::Assigned(task, agent)
    }

    pub fn reject(&mut self, task: TaskId, decided: &mut Vec<Decided>) {
        let State::Rings(agent, _) = self.tasks[&task].state.clone() else { panic!("it does not ring") };
        let delay = self.queue_of(task).reject_delay;
        let until = self.now + delay;
        self.back(task, decided);
        self.tasks.get_mut(&task).unwrap().set_aside.insert(agent, until);
        self.match_all(decided);
    }

    /// By the first of the rules of the line, to the first of the rules of the agents, until nothing fits.
    fn match_all(&mut self, decided: &mut Vec<Decided>) {
        loop {
            let waiting = self.tasks.values().filter(|task| task.state == State::Waiting);
            let first = waiting.filter(|task| self.fitting(task).next().is_some());
            let Some(task) = first.min_by_key(|task| (self.turn(task), self.place(task))) else { return };
            let suits = |agent: &&AgentId| (self.suit(task, agent), self.idle(task, agent), (*agent).clone());
            let agent = self.fitting(task).min_by_key(suits).unwrap().clone();
            let (id, queue) = (task.request.id, task.request.queue.clone());
            let expires = self.now + self.queue_of(id).ring_time(task.request.channel);
            self.offers += 1;
            self.agents.get_mut(&agent).unwrap().last_offer = self.offers;
            if self.configuration.share == Share::Weighted {
                let weight = self.configuration.queues[&queue].stake.weight.get();
                let line = self.lines.get_mut(&queue).unwrap();
                self.level = line.pass;
                line.pass += i64::from(1_048_576 / weight);
            }
            self.tasks.get_mut(&id).unwrap().state = State::Rings(agent.clone(), expires);
            self.leave(&queue);
            decided.push(Decided::Offered(id, agent));
        }
    }

    fn fitting<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = &'a AgentId> {
        self.agents.iter().filter(|(id, agent)| self.fits(task, id, agent)).map(|(id, _)| id)
    }

    fn fits(&self, task: &Task, id: &AgentId, agent: &Agent) -> bool {
        let needs = self.needs(task);
        let has = |need: &model::task::SkillRequirement| {
            agent.profile.skills.get(&need.skill).is_some_and(|level| *level >= need.level)
        };
        agent.routability == Routability::Routable
            && agent.profile.queues.contains(&task.request.queue)
            && needs.skills.iter().all(has)
            && task.set_aside.get(id).is_none_or(|until| *until <= self.now)
            && self.has_room(id, agent, task.request.channel)
    }

    fn has_room(&self, id: &AgentId, agent: &Agent, channel: Channel) -> bool {
        let Some(capacity) = agent.profile.capacity.get(&channel) else { return false };
        let in_hand: Vec<_> = self.in_hand(id).map(|task| task.request.channel).collect();
        let same = in_hand.iter().filter(|other| **other == channel).count();
        let mut weight = capacity.weight;
        for other in &in_hand {
            let Some(theirs) = agent.profile.capacity.get(other) else { continue };
            let yields = *other != channel && theirs.yields_to.contains(&channel);
            let apart = !capacity.together.allows(*other) || !theirs.together.allows(channel);
            if *other != channel && apart && !yields {
                return false;
            }
            weight += if yields { 0 } else { theirs.weight };
        }
        same < usize::from(capacity.most) && weight <= 100
    }

    fn in_hand(&self, id: &AgentId) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(move |task| task.holder() == Some(id))
    }

    /// What gives way to something else in its agent's hands.
    pub fn is_held(&self, task: &Task) -> bool {
        let State::Assigned(agent) = &task.state else { return false };
        let Some(own) = self.agents[agent].profile.capacity.get(&task.request.channel) else { return false };
        let worked_on = |other: &&Task| matches!(other.state, State::Assigned(_) | State::Wrapping(_));
        self.in_hand(agent).filter(worked_on).any(|other| {
            other.request.channel != task.request.channel && own.yields_to.contains(&other.request.channel)
        })
    }

    fn needs(&self, task: &Task) -> Requirements {
        let age = self.now.since(task.request.waiting_since);
        let mut until = std::time::Duration::ZERO;
        for step in &self.queue_of(task.request.id).steps {
            until += step.duration.unwrap_or(std::time::Duration::from_secs(1_000_000));
            if age < until {
                return step.requirements.of(&task.request.requirements).into_owned();
            }
        }
        task.request.requirements.clone()
    }

    /// Whose queue is next: the lower first.
    fn turn(&self, task: &Task) -> (i64, i128) {
        let stake = self.queue_of(task.request.id).stake;
        match self.configuration.share {
            Share::InOrder => (0, 0),
            Share::Strict => (i64::from(stake.rank), 0),
            Share::Weighted => (self.lines[&task.request.queue].pass, 0),
            Share::ServiceLevel => {
                let (priority, place, _) = self.place(task);
                let age = i128::from((self.now.0 - place).max(0));
                let urgency = age * i128::from(stake.cost.get()) * 1_000_000_000_000;
                let urgency = urgency
                    / i128::try_from(stake.target.as_millis()).unwrap()
                    / i128::try_from(stake.handling.as_millis()).unwrap();
                (-i64::from(priority.0.0), -urgency)
            }
        }
    }

    /// Who is next in a queue: the lower first.
    fn place(&self, task: &Task) -> (Reverse<Priority>, i64, TaskId) {
        let TaskRequest { priority, waiting_since, id, .. } = task.request;
        let (priority, place) = match self.queue_of(id).order {
            WaitingOrder::Priority => (priority, waiting_since.0),
            WaitingOrder::LastInFirst => (priority, -waiting_since.0),
            WaitingOrder::Score { points_a_minute } => {
                let head_start = i64::from(priority.0) * 60_000 / i64::from(points_a_minute.get());
                (Priority(0), waiting_since.0 - head_start)
            }
        };
        (Reverse(priority), place, id)
    }

    fn suit(&self, task: &Task, agent: &AgentId) -> (i64, i64) {
        let profile = &self.agents[agent].profile;
        let needs = self.needs(task);
        let levels = needs.skills.iter().map(|need| i64::from(profile.skills[&need.skill].get()));
        let proficiency: i64 = levels.sum();
        let channels = profile.capacity.values().filter(|capacity| capacity.most > 0).count();
        let ways = profile.queues.len() + profile.skills.len() + profile.languages.len() + channels;
        let versatility = i64::try_from(ways).unwrap();
        match self.queue_of(task.request.id).selection {
            Selection::MostProficient => (-proficiency, 0),
            Selection::LeastProficient => (versatility, proficiency),
            _ => (0, 0),
        }
    }

    fn idle(&self, task: &Task, id: &AgentId) -> (usize, i64) {
        let agent = &self.agents[id];
        let load = self.in_hand(id).count();
        match self.queue_of(task.request.id).selection {
            Selection::LongestIdle(LongestIdle::SinceAvailable) => (0, agent.available.0),
            Selection::LongestIdle(LongestIdle::SinceLastInbound | LongestIdle::SinceLastInteraction) => {
                (load, agent.inbound.0)
            }
            Selection::FewestActive => (load, agent.accepted.0),
            Selection::RoundRobin => (0, agent.last_offer),
            _ if load == 0 => (0, agent.unoccupied.0),
            _ => (load, agent.accepted.0),
        }
    }

    fn set_presence(&mut self, id: &AgentId, to: Routability, decided: &mut Vec<Decided>) {
        let now = self.now;
        let agent = self.agents.get_mut(id).unwrap();
        if agent.routability == Routability::LoggedOut && to != Routability::LoggedOut {
            (agent.unoccupied, agent.available, agent.inbound, agent.accepted) = (now, now, now, now);
        } else if agent.routability != Routability::Routable && to == Routability::Routable {
            agent.available = now;
        }
        agent.routability = to;
        if to != Routability::Routable {
            let rings = |task: &&Task| matches!(&task.state, State::Rings(agent, _) if agent == id);
            let ringing: Vec<_> = self.tasks.values().filter(rings).map(|task| task.request.id).collect();
            ringing.into_iter().for_each(|task| self.back(task, decided));
        }
    }

    /// Its offer is over; it waits again.
    fn back(&mut self, task: TaskId, decided: &mut Vec<Decided>) {
        let back = self.tasks.get_mut(&task).unwrap();
        if let State::Rings(agent, _) = std::mem::replace(&mut back.state, State::Waiting) {
            decided.push(Decided::Ended(task, agent));
        }
        let queue = back.request.queue.clone();
        back.state = State::Assigned(agent("nobody"));
        self.join(&queue);
        self.tasks.get_mut(&task).unwrap().state = State::Waiting;
    }

    fn end(&mut self, id: TaskId, decided: &mut Vec<Decided>) {
        let state = self.tasks[&id].state.clone();
        let full = |naive: &Self, agent: &AgentId| {
            let known = &naive.agents[agent];
            !Channel::ALL.iter().any(|channel| naive.has_room(agent, known, *channel))
        };
        let was_full = self.tasks[&id].holder().is_some_and(|agent| full(self, agent));
        let task = self.tasks.remove(&id).unwrap();
        match state {
            State::Waiting => self.leave(&task.request.queue),
            State::Rings(agent, _) => decided.push(Decided::Ended(id, agent)),
            State::Assigned(by) | State::Wrapping(by) => {
                let (is_empty, is_full) = (self.in_hand(&by).next().is_none(), full(self, &by));
                let now = self.now;
                let agent = self.agents.get_mut(&by).unwrap();
                agent.inbound = now;
                if is_empty {
                    agent.unoccupied = now;
                }
                if was_full && !is_full {
                    agent.available = now;
                }
            }
        }
    }

    fn waiting_in(&self, queue: &QueueId) -> usize {
        let waits = |task: &&Task| task.state == State::Waiting && task.request.queue == *queue;
        self.tasks.values().filter(waits).count()
    }

    fn join(&mut self, queue: &QueueId) {
        let is_empty = self.waiting_in(queue) == 0;
        let (now, level) = (self.now, self.level);
        let line = self.lines.get_mut(queue).unwrap();
        if is_empty && line.empty_since < now {
            line.pass = line.pass.max(level);
        }
    }

    fn leave(&mut self, queue: &QueueId) {
        if self.waiting_in(queue) == 0 {
            self.lines.get_mut(queue).unwrap().empty_since = self.now;
        }
    }

    fn queue_of(&self, task: TaskId) -> &Queue {
        &self.configuration.queues[&self.tasks[&task].request.queue]
    }
}

impl Task {
    pub fn holder(&self) -> Option<&AgentId> {
        match &self.state {
            State::Waiting => None,
            State::Rings(agent, _) | State::Assigned(agent) | State::Wrapping(agent) => Some(agent),
        }
    }
}
