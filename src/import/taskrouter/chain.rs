//! From the targets of a filter to queues of ours: targets of one task queue are the steps of one queue,
//! and where the next target has another, the queue overflows into the next one.

use std::time::Duration;

use model::QueueId;
use model::task::{Condition, Priority};

use super::asked::Asked;
use super::filter::Target;
use super::names::Names;
use super::translation::Translation;
use super::workspace::{TaskQueue, Workspace};
use crate::configuration::Organisation;
use crate::configuration::organisation::{
    LastAgent, Overflow, Queue, RingTime, Rule, Selection, SkipWhen, Step, unmet_steps,
};
use crate::import::report::Report;
use routing::WaitingOrder;

/// Steps of one queue.
const MOST_STEPS: usize = 10;
/// How long the agent of last time is remembered.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long that agent is waited for where no timeout says it.
const WAITED_FOR: Duration = Duration::from_secs(30);

/// A queue of ours, and the task queue whose workers serve it.
pub(super) struct Built {
    pub queue: Queue,
    pub source: usize,
}

pub(super) struct Chains<'a> {
    pub workspace: &'a Workspace,
    pub translation: &'a Translation,
    pub built: Vec<Built>,
    names: Names,
}

/// Where a chain begins, and what is said of where it comes from.
pub(super) struct From<'a> {
    pub ring_time: Option<Duration>,
    /// The filter's name, for queues that need one more name.
    pub name: &'a str,
}

impl<'a> Chains<'a> {
    pub fn new(workspace: &'a Workspace, translation: &'a Translation) -> Self {
        Self { workspace, translation, built: Vec::new(), names: Names::default() }
    }

    /// The queue in which a task of these targets begins.
    pub fn of(
        &mut self,
        targets: &[Target],
        from: &From<'_>,
        default: Option<&QueueId>,
        report: &mut Report,
    ) -> Option<QueueId> {
        let mut runs: Vec<&[Target]> = targets.chunk_by(|one, next| one.queue == next.queue).collect();
        if let Some(end) = runs.iter().position(|run| run.iter().any(|target| target.timeout.is_none())) {
            for unreachable in runs.drain(end + 1..).flatten() {
                report.lost(&unreachable.place, "it is never reached: one before it has no timeout");
            }
        }
        let mut next = default.cloned();
        for run in runs.into_iter().rev() {
            next = Some(self.run(run, from, next.as_ref(), report));
        }
        next
    }

    /// A task queue that no workflow leads to: tasks are moved there by hand.
    pub fn unused(&mut self, report: &mut Report) {
        for (index, source) in self.workspace.queues.iter().enumerate() {
            if self.built.iter().all(|built| built.source != index) {
                let mut queue = self.blank(source, None, report);
                queue.steps = vec![step(&Asked::default(), None)];
                self.add(queue, index, "");
            }
        }
    }

    fn run(
        &mut self,
        run: &[Target],
        from: &From<'_>,
        next: Option<&QueueId>,
        report: &mut Report,
    ) -> QueueId {
        let source = run[0].queue;
        let mut queue = self.blank(&self.workspace.queues[source], from.ring_time, report);
        queue.priority = Priority(run[0].priority.unwrap_or(0));
        let mut deadline = Some(Duration::ZERO);
        for target in run {
            if deadline.is_none() || queue.steps.len() == MOST_STEPS {
                report
                    .lost(&target.place, format!("it comes after {} others of its queue", queue.steps.len()));
                continue;
            }
            deadline = target.timeout.and_then(|timeout| Some(deadline? + timeout));
            self.target(&mut queue, target, report);
        }
        finish(&mut queue);
        queue.deadline = deadline;
        queue.overflow = next.filter(|_| deadline.is_some()).cloned().map(Overflow::Queue);
        self.add(queue, source, from.name)
    }

    fn target(&self, queue: &mut Queue, target: &Target, report: &mut Report) {
        let place = &target.place;
        if let Some(priority) = target.priority.filter(|priority| *priority != queue.priority.0) {
            let stays = format!(
                "within one queue the priority stays {}: {priority} is not reached",
                queue.priority.0
            );
            report.lost(format!("{place}.priority"), stays);
        }
        if let Some(order) = &target.order_by {
            order_by(queue, order, &format!("{place}.order_by"), report);
        }
        if target.known_worker {
            let wait = target.timeout.unwrap_or(WAITED_FOR);
            queue.last_agent = Some(LastAgent { within: REMEMBERED, wait });
            let how =
                "the agent a customer had last is found in the history instead of in the task's attributes";
            report.changed(format!("{place}.known_worker"), how);
            skip_when(target, report);
            return;
        }
        let asked = target.expression.as_ref().map(|text| Asked::of(text, self.translation));
        let asked = asked.unwrap_or_default();
        for lost in &asked.lost {
            let written = &target.written;
            report.lost(format!("{place}.expression"), format!("{lost}; it is left out of: {written}"));
        }
        let mut step = step(&asked, target.timeout);
        step.condition = whole_condition(&asked.conditions);
        if step.condition.is_none() && !asked.conditions.is_empty() {
            let reason = format!("an expression has at most {} bytes", Condition::MAX_LENGTH);
            report.lost(format!("{place}.expression"), reason);
        }
        step.skip_when = skip_when(target, report);
        queue.steps.push(step);
    }

    fn blank(&self, source: &TaskQueue, ring: Option<Duration>, report: &mut Report) -> Queue {
        let plain = serde_json::json!({ "id": "queue", "name": source.name });
        let mut queue: Queue = serde_json::from_value(plain).expect("a queue needs an id and a name");
        if let Some(ring) = ring {
            queue.ring_time = RingTime { chat: ring, email: ring, voice: ring };
        }
        if source.lifo {
            queue.order = WaitingOrder::LastInFirst;
        }
        if let Some(most) = source.max_reserved_workers.filter(|most| *most >= 1.0) {
            queue.offers_at_once = whole(most.min(f64::from(routing::Queue::MOST_OFFERS)));
            if most > f64::from(routing::Queue::MOST_OFFERS) && !self.has(source) {
                let place = format!("{}.max_reserved_workers", source.place);
                report.changed(place, format!("a task rings at {} agents at most", queue.offers_at_once));
            }
        }
        queue
    }

    fn has(&self, source: &TaskQueue) -> bool {
        self.built.iter().any(|built| std::ptr::eq(&self.workspace.queues[built.source], source))
    }

    /// The same queue is there once, whoever leads to it.
    fn add(&mut self, mut queue: Queue, source: usize, from: &str) -> QueueId {
        let same = |built: &&Built| {
            let (id, name) = (built.queue.id.clone(), built.queue.name.clone());
            built.source == source && built.queue == Queue { id, name, ..queue.clone() }
        };
        if let Some(built) = self.built.iter().find(same) {
            return built.queue.id.clone();
        }
        if self.built.iter().any(|built| built.source == source) && !from.is_empty() {
            queue.name = format!("{} ({from})", queue.name).chars().take(200).collect();
        }
        let id = QueueId(self.names.give(&queue.name, "queue"));
        queue.id = id.clone();
        self.built.push(Built { queue, source });
        id
    }
}

/// Leaves out the steps that none of the queue's people meets; `check` would refuse them.
pub(super) fn leave_out_unmet(organisation: &mut Organisation, report: &mut Report) {
    let unmet: Vec<_> = organisation.queues.iter().map(|queue| unmet_steps(organisation, queue)).collect();
    for (queue, unmet) in organisation.queues.iter_mut().zip(unmet) {
        for place in unmet.into_iter().rev() {
            let step = queue.steps.remove(place);
            let asked = step.condition.as_ref().map_or("these skills", |condition| condition.as_str());
            let reason = format!("nobody who serves the queue meets {asked}: the step is left out");
            report.lost(format!("queues.{}.steps[{place}]", queue.id), reason);
        }
        finish(queue);
    }
}

/// All of them as one; none if that is too long.
fn whole_condition(conditions: &[Condition]) -> Option<Condition> {
    let part = |condition: &Condition| match condition.as_str() {
        text if conditions.len() > 1 && text.contains(" || ") => format!("({text})"),
        text => text.to_owned(),
    };
    Condition::new(&conditions.iter().map(part).collect::<Vec<_>>().join(" && ")).ok()
}

/// One step at least, and the last is neither left nor passed over.
fn finish(queue: &mut Queue) {
    if queue.steps.is_empty() {
        queue.steps.push(step(&Asked::default(), None));
    }
    if let Some(last) = queue.steps.last_mut() {
        (last.holds, last.skip_when) = (None, SkipWhen::Never);
    }
}

fn step(asked: &Asked, holds: Option<Duration>) -> Step {
    let language = if asked.language { Rule::Required } else { Rule::Ignored };
    Step { holds, skills: asked.skills.clone(), language, ..Step::default() }
}

/// `workers.available == 0` passes a target over where nobody is there for it.
fn skip_when(target: &Target, report: &mut Report) -> SkipWhen {
    let Some(skip) = &target.skip_if else { return SkipWhen::Never };
    let place = format!("{}.skip_if", target.place);
    if skip.split_whitespace().collect::<String>() != "workers.available==0" {
        report.lost(place, format!("a step is passed over where nobody is there for it, not by {skip}"));
        return SkipWhen::Never;
    }
    if target.timeout.is_none() {
        report.lost(place, "it has no timeout: no step comes after it");
        return SkipWhen::Never;
    }
    SkipWhen::NobodyAvailable
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is held within the bounds first"
)]
fn whole(number: f64) -> u8 {
    number.clamp(1.0, 255.0).round() as u8
}

/// `worker.routing.levels.french DESC` is the choice of the most proficient.
fn order_by(queue: &mut Queue, order: &str, place: &str, report: &mut Report) {
    let mut words = order.split([',', ' ']).filter(|word| !word.is_empty());
    let path: Vec<_> = words.next().unwrap_or_default().split('.').map(str::to_owned).collect();
    let descends = words.next().is_some_and(|word| word.eq_ignore_ascii_case("DESC"));
    if super::attributes::path_of_level(&path).is_none() {
        report.lost(place, format!("agents are not ordered by {order}: a queue names how it chooses"));
        return;
    }
    let (selection, which) = if descends {
        (Selection::MostProficient, "most_proficient, by all skills that are asked for,")
    } else {
        (
            Selection::LeastProficient,
            "least_proficient, whoever can do least else and then the lowest levels,",
        )
    };
    queue.selection = selection;
    report.changed(place, format!("the queue's selection is {which} instead of {order}"));
}
