//! An independent judge of a router: knows the rules, sees inputs and outputs, and nothing else.
//!
//! It looks at every task and every agent each time, which is why it is short and the router is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use model::task::{CallbackMode, Requirements, ReservationEnd, TransferTarget};
use model::{AgentId, Channel, QueueId, ReservationId, TaskId, Timestamp};
use routing::*;

use crate::random::conditions::Meant;

mod choice;
mod inputs;
mod line;
mod outputs;
mod rules;

struct SeenAgent {
    profile: Option<AgentProfile>,
    routable: bool,
    logged_in: bool,
    /// Unanswered offers in a row.
    misses: u32,
}

struct SeenTask {
    request: TaskRequest,
    queued_since: Timestamp,
    set_aside: HashMap<AgentId, Timestamp>,
    /// How many steps it has entered, and which of them it passed over.
    entered: usize,
    skipped: BTreeSet<usize>,
    asked_until: Option<Timestamp>,
    /// Waits in a closed queue, whose times stand still, since then.
    closed_since: Option<Timestamp>,
    /// Sent to one agent, or with an agent of last time: only its safety is judged.
    special: bool,
    /// Rings, and is offered to more agents until then.
    looks_until: Timestamp,
    state: SeenState,
}

type Live = (ReservationId, AgentId, Timestamp);

#[derive(Clone, PartialEq, Debug)]
enum SeenState {
    Pending,
    /// What rings, never nothing.
    Reserved(Vec<Live>),
    /// The customer is called.
    Calling(ReservationId, AgentId, Timestamp),
    Held(AgentId),
}

pub struct Checker {
    configuration: Configuration,
    agents: BTreeMap<AgentId, SeenAgent>,
    tasks: BTreeMap<TaskId, SeenTask>,
    reservations: HashMap<ReservationId, TaskId>,
    /// Closed by hand, each until then; all queues under no name.
    closings: BTreeMap<Option<QueueId>, Option<Timestamp>>,
    /// A task that came into a queue by the last input, and whether it found it full.
    came: Option<(TaskId, QueueId, bool)>,
    /// Steps are walked once a call, before anything is offered.
    walked: bool,
    /// The call to this task's customer failed by the last input.
    failed: Option<TaskId>,
    now: Timestamp,
    /// Offers that ended during this call because another was faster.
    withdrawn: BTreeSet<(TaskId, AgentId)>,
    /// What the input asks to be put into an agent's hands, without ringing.
    handed: Option<Handed>,
}

/// A task and its agent; given by somebody with or without regard to capacity, or picked.
#[derive(Clone, PartialEq)]
struct Handed {
    task: TaskId,
    agent: AgentId,
    given: Option<CapacityRule>,
}

impl SeenTask {
    fn live(&self) -> &[Live] {
        match &self.state {
            SeenState::Reserved(live) => live,
            _ => &[],
        }
    }

    fn rings_at(&self, agent: &AgentId) -> bool {
        self.live().iter().any(|(_, asked, _)| asked == agent)
    }
}

impl Checker {
    pub fn new(configuration: Configuration) -> Self {
        Self {
            configuration,
            agents: BTreeMap::new(),
            tasks: BTreeMap::new(),
            reservations: HashMap::new(),
            closings: BTreeMap::new(),
            came: None,
            walked: false,
            failed: None,
            now: Timestamp::EPOCH,
            withdrawn: BTreeSet::new(),
            handed: None,
        }
    }

    /// Takes note of one input that was fed and of what came of it. Deadlines must have been run by a
    /// tick of the same time before, so that all of it came of the input.
    pub fn check(&mut self, now: Timestamp, input: &Input, outputs: &[Output]) {
        self.now = now;
        (self.came, self.failed, self.walked) = (None, None, false);
        self.withdrawn.clear();
        self.handed = match input {
            Input::Assign { task, agent, capacity, .. } => {
                Some(Handed { task: *task, agent: agent.clone(), given: Some(*capacity) })
            }
            Input::Pick { task, agent } => Some(Handed { task: *task, agent: agent.clone(), given: None }),
            _ => None,
        };
        let refused = outputs.iter().any(|output| matches!(output, Output::Refused { .. }));
        if !refused {
            self.note_input(input);
        }
        self.note_hours();
        self.note_looking(input);
        if let Some((task, queue, is_full)) = &self.came {
            let turned_away = outputs.iter().any(|output| turns_away(output, *task, queue));
            assert_eq!(turned_away, *is_full, "of the length of the queue: {outputs:?}");
        }
        for (place, output) in outputs.iter().enumerate() {
            if matches!(output, Output::Offered { .. } | Output::CallCustomer { .. }) {
                self.walk();
            }
            self.note_output(output);
            if let Output::Offered { reservation, task, agent, .. } = output {
                let next = outputs.get(place + 1);
                let taken =
                    matches!(next, Some(Output::Assigned { reservation: taken, .. }) if taken == reservation);
                let answered = self.is_answered_automatically(*task, agent) || self.is_handed(*task, agent);
                assert_eq!(taken, answered, "{task} to {agent}");
            }
        }
        self.walk();
        self.check_rest();
        for output in outputs {
            if let Output::ReservationEnded { task, outcome: ReservationEnd::Rescinded, .. } = output {
                assert!(matches!(self.tasks[task].state, SeenState::Held(_)), "withdrawn for nobody");
            }
        }
    }

    /// A new configuration, or a closed queue, ends the looking for more agents of what rings.
    fn note_looking(&mut self, input: &Input) {
        let (now, is_new) = (self.now, matches!(input, Input::Configure { .. }));
        let closed: Vec<_> = self
            .tasks
            .iter()
            .filter(|(_, task)| !self.is_open(&task.request.queue))
            .map(|(id, _)| *id)
            .collect();
        for (id, task) in &mut self.tasks {
            if is_new || closed.contains(id) {
                task.looks_until = task.looks_until.min(now);
            }
        }
    }

    /// Whether a task that rings is to be offered to whoever else is free.
    fn looks(&self, task: &SeenTask) -> bool {
        let most = usize::from(self.settings(&task.request.queue).offers_at_once);
        // Of what waited for one agent it is not known here when its step is over.
        let in_time = task.special || self.now < task.looks_until;
        !task.live().is_empty() && task.live().len() < most && in_time
    }

    pub fn live_offers(&self) -> Vec<(ReservationId, AgentId)> {
        let offers = self.tasks.values().flat_map(SeenTask::live);
        offers.map(|(reservation, agent, _)| (*reservation, agent.clone())).collect()
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

    /// Tasks whose customers are called.
    pub fn calling(&self) -> Vec<TaskId> {
        let calling = self.tasks.iter().filter(|(_, task)| matches!(task.state, SeenState::Calling(..)));
        calling.map(|(id, _)| *id).collect()
    }
}

fn meets(profile: &AgentProfile, requirements: &Requirements, task: &TaskRequest) -> bool {
    let skilled = requirements
        .skills
        .iter()
        .all(|need| profile.skills.get(&need.skill).is_some_and(|level| *level >= need.level));
    let mut conditions = requirements.conditions.iter();
    let admitted = conditions.all(|condition| (Meant::of(condition).admits)(profile, task));
    skilled && admitted && requirements.language.iter().all(|language| profile.languages.contains(language))
}

/// Whether the output says that the task found this queue full.
fn turns_away(output: &Output, id: TaskId, from: &QueueId) -> bool {
    match output {
        Output::Overflowed { task, reason, from: queue, .. }
        | Output::Ended { task, reason, queue, .. }
        | Output::CallbackOffered { task, reason, queue, .. } => {
            (*task, queue, *reason) == (id, from, OverflowReason::Full)
        }
        Output::Expired { task, queue } => (*task, queue) == (id, from),
        _ => false,
    }
}
