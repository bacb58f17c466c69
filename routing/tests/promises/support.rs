//! Short words for building organisations and feeding a router.

use std::collections::BTreeMap;
use std::time::Duration;

use model::task::{Level, Priority, Requirements, SkillRequirement, TransferTarget};
use model::{
    AgentId, Channel, Language, PresenceName, QueueId, RejectReason, ReservationId, Skill, TaskId, Timestamp,
};
use routing::*;

pub fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// So many seconds after the beginning.
pub fn at(seconds: f64) -> Timestamp {
    Timestamp::EPOCH + Duration::from_secs_f64(seconds)
}

pub fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}

pub fn agent(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

pub fn presence(name: &str) -> PresenceName {
    PresenceName::new(name).unwrap()
}

pub fn reject_reason(name: &str) -> RejectReason {
    RejectReason::new(name).unwrap()
}

pub fn task(number: u32) -> TaskId {
    TaskId(uuid::Uuid::from_u128(u128::from(number)))
}

/// `needs(&[("french", 4)])`.
pub fn needs(skills: &[(&str, u8)]) -> Requirements {
    Requirements::new(skills.iter().map(|(skill, level)| need(skill, *level)), None)
}

pub fn in_language(language: &str, requirements: Requirements) -> Requirements {
    Requirements { language: Some(Language::new(language).unwrap()), ..requirements }
}

fn need(skill: &str, level: u8) -> SkillRequirement {
    SkillRequirement { skill: Skill::new(skill).unwrap(), level: Level::new(level).unwrap() }
}

pub fn profile(
    name: &str,
    skills: &[(&str, u8)],
    capacity: &[(Channel, Capacity)],
    queues: &[&str],
) -> AgentProfile {
    AgentProfile {
        agent: agent(name),
        kind: AgentKind::Person,
        skills: skills
            .iter()
            .map(|(skill, level)| (Skill::new(skill).unwrap(), Level::new(*level).unwrap()))
            .collect(),
        languages: Default::default(),
        capacity: capacity.iter().cloned().collect(),
        queues: queues.iter().map(|name| queue(name)).collect(),
        attributes: Default::default(),
        answering: Answering::ByAgent,
    }
}

pub fn request(number: u32, queue_name: &str, channel: Channel, since: Timestamp) -> TaskRequest {
    TaskRequest {
        id: task(number),
        queue: queue(queue_name),
        channel,
        requirements: Requirements::NONE,
        priority: Priority(0),
        waiting_since: since,
        preferred_agent: None,
        direction: Direction::Inbound,
        not_before: None,
        callback: None,
        facts: Default::default(),
    }
}

pub fn step(requirements: StepRequirements, duration: Option<f64>) -> Step {
    Step { requirements, duration: duration.map(seconds), ..Step::default() }
}

/// These skills besides what the task asks, its language always.
pub fn besides(skills: &[(&str, u8)], task_skills: OfTask) -> Besides {
    Besides { own: needs(skills), task_skills, task_language: OfTask::Required }
}

pub fn configuration(queues: impl IntoIterator<Item = (&'static str, Queue)>) -> Configuration {
    let queues: BTreeMap<_, _> = queues.into_iter().map(|(name, settings)| (queue(name), settings)).collect();
    Configuration { queues, ..Configuration::default() }
}

/// How many random worlds and histories are played; more by hand with `TANDEM_CASES`.
pub fn cases() -> u32 {
    std::env::var("TANDEM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

/// The seed of every test's router.
pub const SEED: u128 = 7;

/// A router with its shell: time passes by ticking at the router's own deadlines.
pub struct World {
    pub router: Router,
    pub now: Timestamp,
}

impl World {
    pub fn new(configuration: Configuration) -> Self {
        Self { router: Router::new(configuration, SEED), now: Timestamp::EPOCH }
    }

    /// Feeds one input now.
    pub fn feed(&mut self, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.router.handle(self.now, input, &mut outputs);
        outputs
    }

    /// Lets time pass until then; everything that happens meanwhile, with its time.
    pub fn until(&mut self, then: Timestamp) -> Vec<(Timestamp, Output)> {
        let mut happened = Vec::new();
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= then) {
            self.now = self.now.max(due);
            happened.extend(self.feed(Input::Tick).into_iter().map(|output| (self.now, output)));
        }
        self.now = then;
        happened
    }

    pub fn log_in(&mut self, profile: AgentProfile) -> Vec<Output> {
        let name = profile.agent.clone();
        self.feed(Input::AgentUpserted { profile });
        self.presence(name.as_str(), "available")
    }

    pub fn presence(&mut self, name: &str, to: &str) -> Vec<Output> {
        self.feed(Input::PresenceChanged { agent: agent(name), presence: presence(to) })
    }

    pub fn arrive(&mut self, task: TaskRequest) -> Vec<Output> {
        self.feed(Input::TaskArrived { task })
    }

    /// A plain chat that comes now.
    pub fn chat(&mut self, number: u32, queue: &str) -> Vec<Output> {
        self.arrive(request(number, queue, Channel::Chat, self.now))
    }

    pub fn accept(&mut self, outputs: &[Output]) -> Vec<Output> {
        let (reservation, _, by) = only_offer(outputs);
        self.feed(Input::Accept { reservation, agent: by })
    }

    pub fn reject(&mut self, outputs: &[Output]) -> Vec<Output> {
        let (reservation, _, by) = only_offer(outputs);
        self.feed(Input::Reject { reservation, agent: by, reason: None })
    }

    pub fn complete(&mut self, number: u32) -> Vec<Output> {
        self.feed(Input::Completed { task: task(number) })
    }

    pub fn transfer(&mut self, number: u32, target: TransferTarget) -> Vec<Output> {
        self.feed(Input::TaskTransferred {
            task: task(number),
            target,
            requirements: Requirements::NONE,
            preferred_agent: None,
            facts: None,
        })
    }

    pub fn explain(&self, number: u32) -> Explanation {
        self.router.explain(self.now, task(number)).unwrap()
    }

    pub fn passed_over(&self, number: u32, name: &str) -> Option<PassedOver> {
        let explanation = self.explain(number);
        let candidate = explanation.candidates.into_iter().find(|one| one.agent == agent(name));
        candidate.unwrap_or_else(|| panic!("{name} is no candidate")).passed_over
    }
}

/// All offers among the outputs: reservation, task, agent.
pub fn offers(outputs: &[Output]) -> Vec<(ReservationId, TaskId, AgentId)> {
    let offer = |output: &Output| match output {
        Output::Offered { reservation, task, agent, .. } => Some((*reservation, *task, agent.clone())),
        _ => None,
    };
    outputs.iter().filter_map(offer).collect()
}

pub fn only_offer(outputs: &[Output]) -> (ReservationId, TaskId, AgentId) {
    let mut offers = offers(outputs);
    assert_eq!(offers.len(), 1, "one offer is expected in {outputs:?}");
    offers.remove(0)
}

/// Who is offered which task.
#[track_caller]
pub fn assert_offered(outputs: &[Output], expected: &[(u32, &str)]) {
    let found: Vec<_> = offers(outputs).into_iter().map(|(_, task, agent)| (task, agent)).collect();
    let expected: Vec<_> = expected.iter().map(|(number, name)| (task(*number), agent(name))).collect();
    assert_eq!(found, expected, "in {outputs:?}");
}

/// The same of what happened while time passed, with the seconds.
#[track_caller]
pub fn assert_offered_at(happened: &[(Timestamp, Output)], expected: &[(f64, u32, &str)]) {
    let offer = |(when, output): &(Timestamp, Output)| match output {
        Output::Offered { task, agent, .. } => Some((*when, *task, agent.clone())),
        _ => None,
    };
    let found: Vec<_> = happened.iter().filter_map(offer).collect();
    let expected: Vec<_> =
        expected.iter().map(|(when, number, name)| (at(*when), task(*number), agent(name))).collect();
    assert_eq!(found, expected, "in {happened:?}");
}
