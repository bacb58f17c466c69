//! An independent judge of a router: knows the rules, sees inputs and outputs, and nothing else.
//!
//! It looks at every task and every agent each time, which is why it is short and the router is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use model::task::{CallbackMode, Requirements, ReservationEnd, TransferTarget};
use model::{AgentId, Channel, QueueId, ReservationId, TaskId, Timestamp};
use routing::*;

struct SeenAgent {
    profile: Option<AgentProfile>,
    routable: bool,
    logged_in: bool,
    /// Whether anybody has said where the agent is.
    told: bool,
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
    came: Option<(TaskId, bool)>,
    /// Steps are walked once a call, before anything is offered.
    walked: bool,
    /// The call to this task's customer failed by the last input.
    failed: Option<TaskId>,
    now: Timestamp,
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

/// What the histories ask by an expression; [`is_admitted`] says the same in other words.
pub fn by_expression() -> model::task::Condition {
    let text = "agent.skills.billing >= 3 || agent.skills.french < 3";
    model::task::Condition::new(text).unwrap()
}

fn is_admitted(profile: &AgentProfile) -> bool {
    let level = |name| {
        let mut skills = profile.skills.iter();
        skills.find(|(skill, _)| skill.as_str() == name).map_or(0, |(_, level)| level.get())
    };
    level("billing") >= 3 || level("french") < 3
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
            handed: None,
        }
    }

    /// Takes note of one input that was fed and of what came of it. Deadlines must have been run by a
    /// tick of the same time before, so that all of it came of the input.
    pub fn check(&mut self, now: Timestamp, input: &Input, outputs: &[Output]) {
        self.now = now;
        (self.came, self.failed, self.walked) = (None, None, false);
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
        if let Some((task, is_full)) = self.came {
            let turned_away = outputs.iter().any(|output| turns_away(output, task));
            assert_eq!(turned_away, is_full, "of the length of the queue: {outputs:?}");
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

    fn note_input(&mut self, input: &Input) {
        match input {
            Input::Configure { configuration } => {
                let old = std::mem::replace(&mut self.configuration, (**configuration).clone());
                let changed = |queue: &QueueId| {
                    let steps = |of: &Configuration| of.queues.get(queue).map(|queue| queue.steps.clone());
                    steps(&old) != steps(configuration)
                };
                for task in self.tasks.values_mut().filter(|task| changed(&task.request.queue)) {
                    task.entered = 0;
                    task.skipped.clear();
                }
            }
            Input::AgentUpserted { profile } => {
                let seen =
                    SeenAgent { profile: None, routable: false, logged_in: false, told: false, misses: 0 };
                let agent = self.agents.entry(profile.agent.clone()).or_insert(seen);
                agent.profile = Some(profile.clone());
            }
            Input::AgentRemoved { agent } => {
                let agent = self.agents.get_mut(agent).unwrap();
                agent.profile = None;
                (agent.routable, agent.logged_in, agent.told) = (false, false, true);
            }
            Input::PresenceChanged { agent, presence } => {
                let routability = self.configuration.presences.get(presence).copied();
                let seen = self.agents.get_mut(agent).unwrap();
                seen.routable = routability == Some(Routability::Routable);
                seen.logged_in = routability != Some(Routability::LoggedOut);
                seen.told = true;
            }
            Input::TaskArrived { task } => self.note_arrival(task),
            Input::TaskTransferred { task, target, requirements, .. } => {
                self.put_back(*task, target.queue().clone(), matches!(target, TransferTarget::Agent { .. }));
                let seen = self.tasks.get_mut(task).unwrap();
                seen.request.requirements = requirements.clone();
                if let TransferTarget::Agent { agent, .. } = target {
                    seen.set_aside.remove(agent);
                }
                self.note_coming(*task);
            }
            Input::TaskReleased { task, .. } => {
                let queue = self.tasks[task].request.queue.clone();
                self.put_back(*task, queue, false);
            }
            Input::TaskReprioritised { task, priority } => {
                self.tasks.get_mut(task).unwrap().request.priority = *priority;
            }
            Input::TaskAged { task, waiting_since } => {
                self.tasks.get_mut(task).unwrap().request.waiting_since = *waiting_since;
            }
            Input::CallbackChosen { task, callback, not_before } => {
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(matches!(seen.state, SeenState::Pending | SeenState::Reserved(..)));
                seen.request.callback = Some(*callback);
                seen.request.channel = Channel::Voice;
                seen.request.not_before = *not_before;
                seen.asked_until = None;
            }
            Input::CallbackDeclined { task } => {
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(seen.asked_until.is_some(), "declined what was not asked");
                seen.asked_until = Some(now);
            }
            Input::CustomerAnswered { task } => {
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(matches!(seen.state, SeenState::Calling(..)), "answered without a call");
                (seen.request.callback, seen.request.not_before) = (None, None);
                (seen.queued_since, seen.entered) = (now, 0);
                seen.skipped.clear();
            }
            Input::CallFailed { task } => {
                self.failed = Some(*task);
                if let SeenState::Held(_) = self.tasks[task].state {
                    self.not_reached(*task);
                }
            }
            Input::QueueClosed { queue, until, .. } => drop(self.closings.insert(queue.clone(), *until)),
            Input::QueueReopened { queue } => drop(self.closings.remove(queue)),
            Input::TaskCanceled { task, .. } | Input::Completed { task } => {
                if !matches!(self.tasks[task].state, SeenState::Reserved(..) | SeenState::Calling(..)) {
                    self.tasks.remove(task);
                } else {
                    // Gone once its offer is said to have ended.
                    self.tasks.get_mut(task).unwrap().request.queue = QueueId::new("gone").unwrap();
                }
            }
            Input::Accept { agent, .. } | Input::Pick { agent, .. } => {
                self.agents.get_mut(agent).unwrap().misses = 0;
            }
            Input::Assign { .. }
            | Input::Reject { .. }
            | Input::WrapUpStarted { .. }
            | Input::Tick
            | Input::TaskRestored { .. } => {}
        }
    }

    fn note_arrival(&mut self, request: &TaskRequest) {
        let seen = SeenTask {
            request: request.clone(),
            queued_since: request.not_before.unwrap_or(request.waiting_since).max(request.waiting_since),
            set_aside: HashMap::new(),
            entered: 0,
            skipped: BTreeSet::new(),
            asked_until: None,
            closed_since: None,
            special: request.preferred_agent.is_some(),
            looks_until: Timestamp::EPOCH,
            state: SeenState::Pending,
        };
        assert!(self.tasks.insert(request.id, seen).is_none(), "a task came twice and was taken twice");
        self.note_coming(request.id);
    }

    /// Whether the task finds the queue full that it comes into.
    fn note_coming(&mut self, id: TaskId) {
        let task = &self.tasks[&id];
        let settings = self.settings(&task.request.queue);
        let waits = |other: &&SeenTask| {
            other.state == SeenState::Pending
                && other.request.id != id
                && other.request.queue == task.request.queue
                && other.request.not_before.is_none_or(|at| at <= self.now)
        };
        let waiting = self.tasks.values().filter(waits).count();
        let is_later = task.request.not_before.is_some_and(|at| at > self.now);
        let is_sent = task.special && task.request.preferred_agent.is_none();
        let way = settings.when_full.as_ref().or(settings.overflow.as_ref());
        let is_unasked =
            matches!(way, Some(Overflow::Callback { .. })) && task.request.channel == Channel::Email;
        let exempt = is_later || is_sent || is_unasked || task.request.callback.is_some();
        let is_full = settings.most_waiting.is_some_and(|most| waiting >= most as usize);
        self.came = Some((id, is_full && !exempt));
    }

    /// An attempt is used up; the next is made after the interval.
    fn not_reached(&mut self, id: TaskId) {
        let now = self.now;
        let seen = self.tasks.get_mut(&id).unwrap();
        let callback = seen.request.callback.as_mut().unwrap();
        callback.attempts = callback.attempts.saturating_sub(1);
        let again = now + Duration::from_secs(u64::from(callback.interval_seconds));
        seen.request.not_before = Some(again);
        (seen.queued_since, seen.entered, seen.asked_until) = (again, 0, None);
        seen.skipped.clear();
        seen.special = false;
        seen.state = SeenState::Pending;
    }

    fn is_open(&self, queue: &QueueId) -> bool {
        let closed = |name: &Option<QueueId>| {
            self.closings.get(name).is_some_and(|until| until.is_none_or(|until| self.now < until))
        };
        !closed(&None) && !closed(&Some(queue.clone()))
    }

    /// The times of what waits in a closed queue stand still.
    fn note_hours(&mut self) {
        let ids: Vec<_> = self.tasks.keys().copied().collect();
        for id in ids {
            let is_open = self.is_open(&self.tasks[&id].request.queue);
            let now = self.now;
            let seen = self.tasks.get_mut(&id).unwrap();
            let is_later = seen.request.not_before.is_some_and(|at| at > now);
            let stands = seen.state == SeenState::Pending && !is_open && !seen.special && !is_later;
            match seen.closed_since {
                None if stands => seen.closed_since = Some(now),
                Some(since) if !stands => {
                    seen.queued_since = seen.queued_since + now.since(since);
                    seen.closed_since = None;
                }
                _ => {}
            }
        }
    }

    /// Each pending task goes through the steps of its queue.
    fn walk(&mut self) {
        if std::mem::replace(&mut self.walked, true) {
            return;
        }
        self.note_hours();
        let ids: Vec<_> = self.tasks.keys().copied().collect();
        for id in ids {
            let task = &self.tasks[&id];
            let is_later = task.request.not_before.is_some_and(|at| at > self.now);
            if task.state == SeenState::Pending
                && self.is_open(&task.request.queue)
                && !is_later
                && !task.special
            {
                self.walk_one(id);
            }
        }
    }

    fn walk_one(&mut self, id: TaskId) {
        let settings = self.settings(&self.tasks[&id].request.queue);
        let mut ends = self.tasks[&id].queued_since;
        for (number, step) in settings.steps.iter().enumerate() {
            let task = &self.tasks[&id];
            if task.skipped.contains(&number) {
                continue;
            }
            let is_new = task.entered <= number;
            let is_last = number + 1 == settings.steps.len();
            let over = ends + step.duration.unwrap_or_default();
            let is_in = is_new || (task.entered == number + 1 && self.now < over);
            let judged = match step.skip_when {
                SkipWhen::Never => false,
                SkipWhen::NobodyLoggedIn => is_in,
                SkipWhen::NobodyAvailable => is_new,
            };
            let skipped = judged && !is_last && !self.anybody(task, &step.requirements, step.skip_when);
            let task = self.tasks.get_mut(&id).unwrap();
            task.entered = task.entered.max(number + 1);
            if skipped {
                task.skipped.insert(number);
                continue;
            }
            ends = over;
            if is_last || self.now < ends {
                return;
            }
        }
    }

    fn anybody(&self, task: &SeenTask, step: &StepRequirements, when: SkipWhen) -> bool {
        self.agents.values().any(|agent| {
            let there = match when {
                SkipWhen::NobodyAvailable => agent.routable,
                SkipWhen::NobodyLoggedIn | SkipWhen::Never => agent.logged_in,
            };
            let Some(profile) = &agent.profile else { return false };
            let takes = profile.capacity.get(&task.request.channel).is_some_and(|capacity| capacity.most > 0);
            (there || !agent.told)
                && takes
                && profile.queues.contains(&task.request.queue)
                && meets(profile, &self.asked_in(task, Some(step)))
        })
    }

    /// Transferred or released: back to waiting, not at once with whoever had it.
    fn put_back(&mut self, task: TaskId, queue: QueueId, special: bool) {
        let delay = self.settings(&queue).reject_delay;
        let now = self.now;
        let seen = self.tasks.get_mut(&task).unwrap();
        let giver = match &seen.state {
            SeenState::Held(agent) => Some(agent.clone()),
            SeenState::Reserved(..) | SeenState::Calling(..) | SeenState::Pending => None,
        };
        seen.set_aside.extend(giver.map(|giver| (giver, now + delay)));
        seen.request.queue = queue;
        seen.queued_since = seen.request.not_before.unwrap_or(now).max(now);
        (seen.entered, seen.asked_until, seen.closed_since) = (0, None, None);
        seen.skipped.clear();
        seen.special = special;
        seen.request.preferred_agent = None;
        if matches!(seen.state, SeenState::Held(_)) {
            seen.state = SeenState::Pending;
        }
    }

    fn note_output(&mut self, output: &Output) {
        match output {
            Output::Offered { reservation, task, agent, expires_at }
                if matches!(self.tasks[task].state, SeenState::Calling(..)) =>
            {
                let held = SeenState::Calling(*reservation, agent.clone(), *expires_at);
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(
                    matches!((&seen.state, &held), (SeenState::Calling(a, b, _), SeenState::Calling(c, d, _))
                    if a == c && b == d),
                    "offered to somebody else than was held"
                );
                seen.state = SeenState::Reserved(vec![(*reservation, agent.clone(), *expires_at)]);
                // It is for the agent whose slot was held.
                seen.looks_until = Timestamp(i64::MIN);
            }
            Output::Offered { reservation, task, agent, expires_at } => {
                self.check_offer(*task, agent, *expires_at);
                assert!(
                    self.reservations.insert(*reservation, *task).is_none(),
                    "a reservation id came twice"
                );
                let ends = self.step_ends(&self.tasks[task]);
                let seen = self.tasks.get_mut(task).unwrap();
                if seen.state == SeenState::Pending {
                    (seen.state, seen.looks_until) = (SeenState::Reserved(Vec::new()), ends);
                }
                let SeenState::Reserved(live) = &mut seen.state else { unreachable!() };
                live.push((*reservation, agent.clone(), *expires_at));
            }
            Output::CallCustomer { reservation, task, agent, until } => {
                self.check_match(*task, agent);
                assert!(
                    self.reservations.insert(*reservation, *task).is_none(),
                    "a reservation id came twice"
                );
                let callback = self.tasks[task].request.callback.unwrap();
                assert_eq!(callback.mode, CallbackMode::CustomerFirst);
                assert_eq!(*until, self.now + Duration::from_secs(u64::from(callback.ring_seconds)));
                let state = SeenState::Calling(*reservation, agent.clone(), *until);
                self.tasks.get_mut(task).unwrap().state = state;
            }
            Output::ReservationEnded { reservation, task, agent, outcome, reason } => {
                let settings = self.settings(&self.tasks[task].request.queue);
                let named = reason.as_ref().and_then(|reason| settings.reject_delays.get(reason));
                let delay = named.copied().unwrap_or(settings.reject_delay);
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                if let SeenState::Calling(live, holder, until) = &seen.state {
                    assert_eq!((live, holder, outcome), (reservation, agent, &ReservationEnd::Canceled));
                    let counts = *until <= now || self.failed == Some(*task);
                    seen.state = SeenState::Pending;
                    if seen.request.queue.as_str() == "gone" {
                        self.tasks.remove(task);
                    } else if counts {
                        self.not_reached(*task);
                    }
                    return;
                }
                let SeenState::Reserved(live) = &mut seen.state else {
                    panic!("an offer ended that was not live: {output:?}")
                };
                let is_this = |(id, asked, _): &Live| (id, asked) == (reservation, agent);
                let place = live.iter().position(is_this).expect("it was live");
                let (_, _, expires_at) = live.remove(place);
                assert!(*outcome != ReservationEnd::TimedOut || expires_at <= now, "rang out too early");
                if *outcome == ReservationEnd::Rejected {
                    seen.set_aside.insert(agent.clone(), now + delay);
                }
                if live.is_empty() {
                    seen.state = SeenState::Pending;
                    if seen.request.queue.as_str() == "gone" {
                        self.tasks.remove(task);
                    }
                }
            }
            Output::Assigned { task, reservation, agent, .. } => {
                let seen = self.tasks.get_mut(task).unwrap();
                // Whoever else was asked has heard that it is over.
                let [(live, holder, expires_at)] = seen.live() else {
                    panic!("assigned without an offer, or with others that ring: {output:?}")
                };
                assert_eq!((live, holder), (reservation, agent), "assigned to somebody else");
                assert!(self.now < *expires_at, "assigned after the ring time");
                seen.set_aside.clear();
                seen.asked_until = None;
                seen.state = SeenState::Held(agent.clone());
            }
            Output::Overflowed { task, from, to, reason, agent } => {
                self.check_leaving(*task, from, Some(*reason));
                let deadline = self.settings(from).deadline;
                let now = self.now;
                let seen = self.tasks.get_mut(task).unwrap();
                seen.queued_since = match (reason, deadline) {
                    (OverflowReason::Deadline, Some(deadline)) => seen.queued_since + deadline,
                    _ => now,
                };
                seen.request.queue = to.clone();
                (seen.entered, seen.asked_until, seen.closed_since) = (0, None, None);
                seen.skipped.clear();
                seen.special |= agent.is_some();
                seen.set_aside.retain(|other, _| Some(other) != agent.as_ref());
            }
            Output::CallbackOffered { task, queue, until, reason } => {
                self.check_leaving(*task, queue, Some(*reason));
                let seen = self.tasks.get_mut(task).unwrap();
                assert!(seen.asked_until.is_none(), "asked twice");
                assert!(seen.request.callback.is_none() && seen.request.channel != Channel::Email);
                seen.asked_until = Some(*until);
            }
            Output::Ended { task, queue, reason, .. } => {
                self.check_leaving(*task, queue, Some(*reason));
                self.tasks.remove(task);
            }
            Output::Expired { task, queue } => {
                self.check_leaving(*task, queue, None);
                self.tasks.remove(task);
            }
            Output::CallbackOver { task, .. } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!((seen.state, seen.request.callback.unwrap().attempts), (SeenState::Pending, 0));
            }
            Output::AgentNotResponding { agent, .. } => {
                let misses = self.note_miss(agent);
                let limit = self.configuration.log_out_after_misses;
                assert!(limit.is_none_or(|limit| misses < limit.get()), "{agent} missed {misses}");
            }
            Output::AgentLoggedOut { agent, misses, .. } => {
                assert_eq!(self.note_miss(agent), *misses);
                assert!(self.configuration.log_out_after_misses.is_some_and(|limit| limit.get() <= *misses));
                let seen = self.agents.get_mut(agent).unwrap();
                (seen.misses, seen.logged_in) = (0, false);
            }
            Output::WrapUpEnded { task, agent } => {
                let seen = self.tasks.remove(task).unwrap();
                assert_eq!(seen.state, SeenState::Held(agent.clone()));
            }
            Output::Held { .. } | Output::Resumed { .. } | Output::Refused { .. } => {}
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

    /// Whether a task may leave its queue now, without an agent and for this reason.
    fn check_leaving(&self, id: TaskId, queue: &QueueId, reason: Option<OverflowReason>) {
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

    fn check_offer(&self, id: TaskId, agent: &AgentId, expires_at: Timestamp) {
        let task = &self.tasks[&id];
        assert_eq!(expires_at, self.now + self.settings(&task.request.queue).ring_time(task.request.channel));
        let callback = task.request.callback;
        let first = callback.is_none_or(|callback| callback.mode == CallbackMode::AgentFirst);
        assert!(first || self.is_handed(id, agent), "the customer is called first");
        self.check_match(id, agent);
    }

    fn check_match(&self, id: TaskId, agent: &AgentId) {
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
        let key = |task: &SeenTask| (-task.request.priority.0, task.request.waiting_since, task.request.id);
        for other in self.tasks.values().filter(|other| !other.special && !task.special) {
            let in_line = other.state == SeenState::Pending || (self.looks(other) && !other.rings_at(agent));
            let earlier = in_line && key(other) < key(task) && !self.is_pulled(other);
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
    fn ends(&self, task: &SeenTask) -> Option<Timestamp> {
        let settings = self.settings(&task.request.queue);
        let by_question = matches!(settings.overflow, Some(Overflow::Callback { .. }));
        let unasked = by_question && task.request.channel == Channel::Email;
        let stays = task.request.callback.is_some() || unasked;
        let stands = !self.is_open(&task.request.queue);
        let deadline = settings.deadline.filter(|_| !stays && !stands).map(|limit| task.queued_since + limit);
        let later = task.request.not_before.is_some_and(|at| at > self.now);
        if later { None } else { task.asked_until.or(deadline) }
    }

    fn is_handed(&self, task: TaskId, agent: &AgentId) -> bool {
        self.handed.as_ref().is_some_and(|handed| handed.task == task && handed.agent == *agent)
    }

    fn is_pulled(&self, task: &SeenTask) -> bool {
        self.settings(&task.request.queue).delivery == Delivery::Pull
    }

    fn check_handed(&self, id: TaskId, agent: &AgentId) {
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

    /// What the agent could pick, in order, and whether now: of the tasks that are judged at all.
    pub fn pickable(&self, agent: &AgentId) -> Vec<(TaskId, bool)> {
        let key = |task: &SeenTask| (-task.request.priority.0, task.request.waiting_since, task.request.id);
        let waiting = self.tasks.values().filter(|task| task.state == SeenState::Pending && !task.special);
        let mut found: Vec<_> = waiting
            .filter(|task| self.is_pulled(task) && self.waits(task) && self.matches(task, agent))
            .collect();
        found.sort_by_key(|task| key(task));
        found.iter().map(|task| (task.request.id, self.eligible(task, agent))).collect()
    }

    fn eligible(&self, task: &SeenTask, agent: &AgentId) -> bool {
        let set_aside = task.set_aside.get(agent).is_some_and(|until| *until > self.now);
        self.waits(task)
            && self.matches(task, agent)
            && !set_aside
            && self.has_room(agent, task.request.channel)
    }

    /// Whether its time has come and its queue is open.
    fn waits(&self, task: &SeenTask) -> bool {
        task.request.not_before.is_none_or(|at| at <= self.now) && self.is_open(&task.request.queue)
    }

    /// Whether the agent meets what the task asks, whatever is in hand.
    fn matches(&self, task: &SeenTask, agent: &AgentId) -> bool {
        let known = self.agents.get(agent).and_then(|agent| agent.profile.as_ref());
        let Some(profile) = known else { return false };
        let skilled = meets(profile, &self.requirements_now(task));
        let serves = profile.queues.contains(&task.request.queue);
        let takes = profile.capacity.get(&task.request.channel).is_some_and(|capacity| capacity.most > 0);
        skilled && serves && takes
    }

    fn has_room(&self, id: &AgentId, channel: Channel) -> bool {
        let agent = &self.agents[id];
        let Some(profile) = agent.profile.as_ref().filter(|_| agent.routable) else { return false };
        self.fits(profile, id, channel)
    }

    fn fits(&self, profile: &AgentProfile, id: &AgentId, channel: Channel) -> bool {
        let Some(capacity) = profile.capacity.get(&channel) else { return false };
        let in_hand = |of: Channel| {
            let by = |task: &&SeenTask| match &task.state {
                SeenState::Held(holder) | SeenState::Calling(_, holder, _) => holder == id,
                SeenState::Reserved(_) => task.rings_at(id),
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
    fn step_ends(&self, task: &SeenTask) -> Timestamp {
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

    fn asked_in(&self, task: &SeenTask, step: Option<&StepRequirements>) -> Requirements {
        match step {
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

fn meets(profile: &AgentProfile, requirements: &Requirements) -> bool {
    let skilled = requirements
        .skills
        .iter()
        .all(|need| profile.skills.get(&need.skill).is_some_and(|level| *level >= need.level));
    let admitted = requirements.conditions.is_empty() || is_admitted(profile);
    skilled && admitted && requirements.language.iter().all(|language| profile.languages.contains(language))
}

/// Whether the output says that the task found its queue full.
fn turns_away(output: &Output, id: TaskId) -> bool {
    match output {
        Output::Overflowed { task, reason, .. }
        | Output::Ended { task, reason, .. }
        | Output::CallbackOffered { task, reason, .. } => *task == id && *reason == OverflowReason::Full,
        Output::Expired { task, .. } => *task == id,
        _ => false,
    }
}
