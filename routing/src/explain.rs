//! Works out an [`Explanation`] from the state of the moment; nothing of it is stored but the few
//! bytes of the last decision.

use model::task::{Condition, Requirements};
use model::{AgentId, TaskId, Timestamp};

use crate::agents::{Agent, AgentIndex, slot};
use crate::explanation::{Candidate, Choice, Explanation, Need, OfferedBesides, PassedOver, Standing};
use crate::expression::Unknown;
use crate::place::count;
use crate::profiles::Profile;
use crate::router::Router;
use crate::tasks::{Decision, Spot, State, Task, TaskIndex};

/// One look at a task.
struct Look<'a> {
    router: &'a Router,
    now: Timestamp,
    index: TaskIndex,
    task: &'a Task,
    requirements: Requirements,
}

impl Router {
    /// Why the task waits, or why it went to whom; none for a task the router does not know.
    pub fn explain(&self, now: Timestamp, task: TaskId) -> Option<Explanation> {
        Some(self.look(now, self.tasks.find(task)?).explanation())
    }

    /// Why this agent does not have the task: the first reason, if there is one.
    pub(crate) fn objection(&self, task: TaskIndex, agent: AgentIndex) -> Option<PassedOver> {
        self.look(self.now(), task).passed_over(agent)
    }

    /// Why one more of the task's channel does not fit beside what the agent has in hand.
    pub(crate) fn fullness(&self, task: TaskIndex, index: AgentIndex) -> Option<PassedOver> {
        let agent = &self.agents[index];
        let profile = &self.profiles[agent.profile?];
        if agent.has_room(profile, self.tasks[task].channel) {
            return None;
        }
        self.look(self.now(), task).occupied(agent, profile)
    }

    fn look(&self, now: Timestamp, index: TaskIndex) -> Look<'_> {
        let task = &self.tasks[index];
        let step = match task.state {
            State::Waiting(Spot::Class { step, .. } | Spot::Pull { step }) => step,
            _ => {
                let rung = self.ringing.offers(index).first().and_then(|ring| ring.decision);
                task.decision.or(rung).and_then(|decision| decision.step()).unwrap_or(0)
            }
        };
        let requirements = self.requirements_in(task, step).into_owned();
        Look { router: self, now, index, task, requirements }
    }
}

impl Look<'_> {
    fn explanation(self) -> Explanation {
        let queue = &self.router.queues[self.task.queue];
        let judged = self.judged();
        let matching = judged.iter().filter(|(_, reason)| matches(reason.as_ref())).count();
        let agents = judged.len();
        let needs = if self.task.is_waiting() { self.needs(&judged) } else { Vec::new() };
        let mut candidates: Vec<_> = judged
            .into_iter()
            .map(|(agent, passed_over)| Candidate { agent: self.id(agent), passed_over })
            .collect();
        candidates.sort_by(|one, other| {
            let key = |candidate: &Candidate| !matches(candidate.passed_over.as_ref());
            (key(one), &one.agent).cmp(&(key(other), &other.agent))
        });
        candidates.truncate(Explanation::MOST_CANDIDATES);
        Explanation {
            task: self.task.id,
            queue: queue.id.clone(),
            channel: self.task.channel,
            waiting_since: self.task.waiting_since,
            standing: self.standing(),
            agents: count(agents),
            matching: count(matching),
            candidates,
            needs,
            requirements: self.requirements,
        }
    }

    fn standing(&self) -> Standing {
        let queue = &self.router.queues[self.task.queue];
        let position = count(queue.waiting.before(&queue.order.key(self.task, self.index)) + 1);
        let until = Some(self.task.deadline).filter(|at| *at != Timestamp::MAX);
        match self.task.state {
            State::Waiting(Spot::Class { step, .. }) => {
                let steps = queue.settings.as_ref().map_or(0, |settings| settings.steps.len()).max(1);
                let skipped = (0..steps).filter(|step| self.task.walked.has_skipped(*step));
                let skipped = skipped.map(|step| count(step + 1)).collect();
                Standing::Waiting { position, step: count(step + 1), steps: count(steps), skipped, until }
            }
            State::Waiting(Spot::Pull { step }) => {
                let steps = queue.settings.as_ref().map_or(0, |settings| settings.steps.len()).max(1);
                Standing::ToPick { position, step: count(step + 1), steps: count(steps), until }
            }
            State::Waiting(Spot::Agent(agent)) => {
                Standing::WaitingForAgent { position, agent: self.id(agent), until }
            }
            State::Waiting(Spot::Closed { .. }) | State::Nowhere => Standing::Closed {
                position,
                opens_at: self.opens_at(),
                because: queue
                    .closings(self.router.closing.as_ref(), self.now)
                    .next()
                    .map(|closing| closing.reason.clone()),
            },
            State::Waiting(Spot::Later) => {
                let callback = self.task.callback();
                let attempts = callback.map(|callback| u32::from(callback.attempts));
                Standing::Scheduled { not_before: self.task.deadline, attempts }
            }
            State::Calling { reservation, agent } => {
                let until = self.task.deadline;
                Standing::Calling { reservation, agent: self.id(agent), until, choice: self.choice() }
            }
            State::Reserved { reservation, agent } => {
                let expires_at = self.task.deadline;
                let (agent, choice) = (self.id(agent), self.choice());
                Standing::Offered { reservation, agent, expires_at, choice, others: Vec::new() }
            }
            State::Ringing(_) => self.ringing(),
            State::Assigned { agent, .. } => {
                Standing::Assigned { agent: self.id(agent), choice: self.choice() }
            }
            State::Wrapping { agent, since } => {
                Standing::Wrapping { agent: self.id(agent), since, choice: self.choice() }
            }
        }
    }

    fn opens_at(&self) -> Option<Timestamp> {
        self.router.queues[self.task.queue].opens_at(self.now, self.router.closing.as_ref())
    }

    /// Who was asked first, and the others.
    fn ringing(&self) -> Standing {
        let offers = self.router.ringing.offers(self.index).iter().map(|ring| OfferedBesides {
            reservation: ring.reservation,
            agent: self.id(ring.agent),
            expires_at: ring.expires_at,
            choice: ring.decision.map(|decision| self.spelt_out(decision)),
        });
        let mut offers: Vec<_> = offers.collect();
        let OfferedBesides { reservation, agent, expires_at, choice } = offers.remove(0);
        Standing::Offered { reservation, agent, expires_at, choice, others: offers }
    }

    fn choice(&self) -> Option<Choice> {
        self.task.decision.map(|decision| self.spelt_out(decision))
    }

    fn spelt_out(&self, decision: Decision) -> Choice {
        Choice {
            at: decision.at,
            rule: decision.rule,
            step: decision.step().map(|step| count(step + 1)),
            runner_up: decision.runner_up.map(|agent| self.id(agent)),
        }
    }

    fn id(&self, agent: AgentIndex) -> AgentId {
        self.router.agents[agent].id.clone()
    }

    /// Every agent of the queue, and the one the task waits for or is with, each with a reason.
    fn judged(&self) -> Vec<(AgentIndex, Option<PassedOver>)> {
        let queue = &self.router.queues[self.task.queue];
        let of_profile = |profile| self.router.profiles[profile].agents.iter();
        let mut agents: Vec<_> = queue.roster.iter().flat_map(of_profile).copied().collect();
        let named = self.task.agent().or(self.task.awaits().map(|awaited| awaited.agent));
        agents.extend(named.filter(|agent| !agents.contains(agent)));
        agents.into_iter().map(|agent| (agent, self.passed_over(agent))).collect()
    }

    fn passed_over(&self, index: AgentIndex) -> Option<PassedOver> {
        if self.task.agent() == Some(index) || self.router.ringing.at(self.index, index).is_some() {
            return None;
        }
        let agent = &self.router.agents[index];
        let Some(profile) = agent.profile.map(|profile| &self.router.profiles[profile]) else {
            return Some(PassedOver::Presence { presence: agent.presence.clone() });
        };
        let awaited = match self.task.state {
            State::Waiting(Spot::Agent(awaited)) => Some(awaited),
            _ => None,
        };
        match awaited {
            Some(awaited) if awaited == index => {
                self.unable(profile).or_else(|| self.not_free(index, agent, profile))
            }
            Some(awaited) => Some(PassedOver::WaitsForAnother { agent: self.id(awaited) }),
            None => self
                .unfit(profile)
                .or_else(|| self.unable(profile))
                .or_else(|| self.not_free(index, agent, profile))
                .or_else(|| self.not_its_turn()),
        }
    }

    fn unfit(&self, profile: &Profile) -> Option<PassedOver> {
        if !profile.serves(self.task.queue) {
            return Some(PassedOver::NotInQueue { queue: self.router.queues[self.task.queue].id.clone() });
        }
        let lacks = |need: &&model::task::SkillRequirement| {
            profile.shape.skills.get(&need.skill).is_none_or(|level| *level < need.level)
        };
        let asked = self.router.conditions.asked(&self.requirements, &self.router.view(self.task)).0;
        if let Some(need) = asked.skills.iter().find(lacks) {
            let has = profile.shape.skills.get(&need.skill).copied();
            return Some(PassedOver::MissingSkill { skill: need.skill.clone(), level: need.level, has });
        }
        let language = asked.language.clone();
        let language = language.filter(|language| !profile.shape.languages.contains(language));
        if let Some(language) = language {
            return Some(PassedOver::MissingLanguage { language });
        }
        let mut conditions = self.requirements.conditions.iter();
        conditions.find_map(|condition| self.unmet(condition, &asked, profile))
    }

    fn unmet(&self, condition: &Condition, asked: &Requirements, profile: &Profile) -> Option<PassedOver> {
        let conditions = &self.router.conditions;
        let view = self.router.view(self.task);
        let (_, specialised) = conditions.specialised(condition, &view, asked.clone());
        let Some(specialised) = specialised else {
            return Some(PassedOver::Expression { text: condition.as_str().to_owned(), unknown: None });
        };
        let (place, unknown) = specialised.failing(&profile.shape)?;
        let unknown = unknown.map(|unknown| match unknown {
            Unknown::Missing(fact) => fact.to_string(),
            Unknown::OtherKind => "a value of that kind".to_owned(),
        });
        Some(PassedOver::Expression { text: conditions.part(condition, place), unknown })
    }

    fn unable(&self, profile: &Profile) -> Option<PassedOver> {
        let channel = self.task.channel;
        (!profile.takes(channel)).then_some(PassedOver::ChannelNotHandled { channel })
    }

    fn not_free(&self, index: AgentIndex, agent: &Agent, profile: &Profile) -> Option<PassedOver> {
        if !agent.is_routable() {
            return Some(PassedOver::Presence { presence: agent.presence.clone() });
        }
        let set_aside =
            self.task.set_aside().iter().find(|(other, until)| *other == index && *until > self.now);
        if let Some((_, until)) = set_aside {
            return Some(PassedOver::RejectedRecently { until: *until });
        }
        if agent.has_room(profile, self.task.channel) {
            return None;
        }
        self.occupied(agent, profile)
    }

    fn occupied(&self, agent: &Agent, profile: &Profile) -> Option<PassedOver> {
        let channel = self.task.channel;
        if let Some(beside) = profile.rooms.excluding(channel, &agent.held) {
            return Some(PassedOver::NotBeside { channel: beside });
        }
        let rings = |index: &&TaskIndex| {
            let task = &self.router.tasks[**index];
            task.channel == channel && matches!(task.state, State::Reserved { .. } | State::Ringing(_))
        };
        if let Some(offered) = agent.tasks.iter().find(rings) {
            return Some(PassedOver::OfferedAnother { task: self.router.tasks[*offered].id });
        }
        let most = profile.shape.capacity.get(&channel).map_or(0, |capacity| u32::from(capacity.most));
        let in_hand = u32::from(agent.held[slot(channel)]);
        if in_hand >= most {
            return Some(PassedOver::NoCapacity { in_hand, most });
        }
        let (weighs, weight) =
            (profile.rooms.weighs(channel), profile.rooms.weight_beside(channel, &agent.held));
        Some(PassedOver::TooHeavy { weighs, in_hand: weight, whole: u32::from(crate::Capacity::WHOLE) })
    }

    /// Free and fitting all the same.
    fn not_its_turn(&self) -> Option<PassedOver> {
        match self.task.state {
            State::Waiting(Spot::Closed { .. }) => Some(PassedOver::QueueClosed),
            State::Waiting(Spot::Later) => Some(PassedOver::NotYet { until: self.task.deadline }),
            State::Waiting(Spot::Pull { .. }) => Some(PassedOver::MayPick),
            State::Waiting(_) | State::Nowhere => Some(PassedOver::OthersFirst),
            State::Reserved { .. }
            | State::Ringing(_)
            | State::Calling { .. }
            | State::Assigned { .. }
            | State::Wrapping { .. } => {
                let by = self.router.queues[self.task.queue].selection();
                Some(PassedOver::NotSelected { by })
            }
        }
    }

    fn needs(&self, judged: &[(AgentIndex, Option<PassedOver>)]) -> Vec<Need> {
        let number = |wanted: fn(&PassedOver) -> bool| {
            count(judged.iter().filter(|(_, reason)| reason.as_ref().is_some_and(wanted)).count())
        };
        let mut needs = Vec::new();
        match self.task.state {
            State::Waiting(Spot::Closed { .. }) => needs.push(Need::Opening { at: self.opens_at() }),
            State::Waiting(Spot::Later) => return vec![Need::Time { at: self.task.deadline }],
            _ => {}
        }
        let full = number(|reason| {
            use PassedOver::{NoCapacity, NotBeside, OfferedAnother, OthersFirst, TooHeavy};
            matches!(
                reason,
                NoCapacity { .. } | TooHeavy { .. } | NotBeside { .. } | OfferedAnother { .. } | OthersFirst
            )
        });
        let pickers = number(|reason| *reason == PassedOver::MayPick);
        if pickers > 0 {
            needs.push(Need::Pick { of: pickers });
        }
        let away = number(|reason| matches!(reason, PassedOver::Presence { .. }));
        if full > 0 {
            needs.push(Need::FreeAgent { of: full });
        }
        if away > 0 {
            needs.push(Need::Presence { of: away });
        }
        if !judged.iter().any(|(_, reason)| matches(reason.as_ref())) {
            needs.push(Need::MatchingAgent);
        }
        let asked = judged.iter().filter_map(|(_, reason)| match reason {
            Some(PassedOver::RejectedRecently { until }) => Some(*until),
            _ => None,
        });
        needs.extend(asked.min().map(|at| Need::AskAgain { at }));
        match self.task.deadline {
            Timestamp::MAX => {}
            at if at == self.router.queue_deadline(self.index) => needs.push(Need::Deadline { at }),
            at => needs.push(Need::NextStep { at }),
        }
        needs
    }
}

/// Whether an agent passed over for this meets the requirements.
fn matches(reason: Option<&PassedOver>) -> bool {
    !matches!(
        reason,
        Some(
            PassedOver::NotInQueue { .. }
                | PassedOver::ChannelNotHandled { .. }
                | PassedOver::MissingSkill { .. }
                | PassedOver::MissingLanguage { .. }
                | PassedOver::Expression { .. }
                | PassedOver::WaitsForAnother { .. }
        )
    )
}
