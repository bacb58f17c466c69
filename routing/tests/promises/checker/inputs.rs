//! What the checker notes of inputs, and how time and steps move tasks on.

use super::*;

impl Checker {
    pub(super) fn note_input(&mut self, input: &Input) {
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
                let seen = SeenAgent { profile: None, routable: false, logged_in: false, misses: 0 };
                let agent = self.agents.entry(profile.agent.clone()).or_insert(seen);
                agent.profile = Some(profile.clone());
            }
            Input::AgentRemoved { agent } => {
                let agent = self.agents.get_mut(agent).unwrap();
                agent.profile = None;
                (agent.routable, agent.logged_in) = (false, false);
            }
            Input::PresenceChanged { agent, presence } => {
                let routability = self.configuration.presences.get(presence).copied();
                let seen = self.agents.get_mut(agent).unwrap();
                seen.routable = routability == Some(Routability::Routable);
                seen.logged_in = routability != Some(Routability::LoggedOut);
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
            Input::FactsLearned { task, facts } => {
                self.tasks.get_mut(task).unwrap().request.facts = facts.clone();
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
            | Input::AgentRestored { .. }
            | Input::QueueWasClosed { .. }
            | Input::TaskRestored { .. } => {}
        }
    }

    pub(super) fn note_arrival(&mut self, request: &TaskRequest) {
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
    pub(super) fn note_coming(&mut self, id: TaskId) {
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
        self.came = Some((id, task.request.queue.clone(), is_full && !exempt));
    }

    /// An attempt is used up; the next is made after the interval.
    pub(super) fn not_reached(&mut self, id: TaskId) {
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

    pub(super) fn is_open(&self, queue: &QueueId) -> bool {
        let closed = |name: &Option<QueueId>| {
            self.closings.get(name).is_some_and(|until| until.is_none_or(|until| self.now < until))
        };
        let hours = self.configuration.queues.get(queue).and_then(|queue| queue.hours.as_ref());
        let by_the_clock = hours.is_none_or(|hours| hours.is_open(self.now));
        by_the_clock && !closed(&None) && !closed(&Some(queue.clone()))
    }

    /// The times of what waits in a closed queue stand still.
    pub(super) fn note_hours(&mut self) {
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
    pub(super) fn walk(&mut self) {
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

    pub(super) fn walk_one(&mut self, id: TaskId) {
        let settings = self.settings(&self.tasks[&id].request.queue);
        let mut ends = self.tasks[&id].queued_since;
        for (number, step) in settings.steps.iter().enumerate() {
            let task = &self.tasks[&id];
            if task.skipped.contains(&number) {
                continue;
            }
            let is_new = task.entered <= number;
            let is_last = number + 1 == settings.steps.len() || step.duration.is_none();
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

    pub(super) fn anybody(&self, task: &SeenTask, step: &StepRequirements, when: SkipWhen) -> bool {
        self.agents.values().any(|agent| {
            let there = match when {
                SkipWhen::NobodyAvailable => agent.routable,
                SkipWhen::NobodyLoggedIn | SkipWhen::Never => agent.logged_in,
            };
            let Some(profile) = &agent.profile else { return false };
            let takes = profile.capacity.get(&task.request.channel).is_some_and(|capacity| capacity.most > 0);
            there
                && takes
                && profile.queues.contains(&task.request.queue)
                && meets(profile, &self.asked_in(task, Some(step)), &task.request)
        })
    }

    /// Transferred or released: back to waiting, not at once with whoever had it.
    pub(super) fn put_back(&mut self, task: TaskId, queue: QueueId, special: bool) {
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
}
