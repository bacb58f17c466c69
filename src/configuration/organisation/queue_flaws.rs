//! Queues that cannot work as they are written: steps that nobody meets, ways out that lead nowhere.

use std::collections::{BTreeMap, BTreeSet};

use model::task::Level;
use model::{Attributes, Language, QueueId, Skill};
use routing::{AgentKind, AgentView, Expression, Scope, Vocabulary};

use super::expressions::vocabulary;
use super::names::Names;
use super::overflow::{End, Overflow, Way};
use super::queue::SkipWhen;
use super::{Organisation, PersonRole, Queue, Step, WhenClosed};
use crate::configuration::flaw::{Flaw, Path};

/// Bytes of what a customer is told.
const MAX_TEXT: usize = 4_000;

pub(super) fn check(organisation: &Organisation, names: &Names, flaws: &mut Vec<Flaw>) {
    let vocabulary = vocabulary(organisation);
    for (index, queue) in organisation.queues.iter().enumerate() {
        let path = entry(index);
        if let Some(hours) = &queue.hours {
            names.hours(hours, path.then("hours"), flaws);
        }
        names.reject_reasons(queue.reject_delays.keys(), &path.then("reject_delays"), flaws);
        ways(organisation, queue, &path, names, flaws);
        length(queue, &path, flaws);
        let known = Known { organisation, names, vocabulary: &vocabulary };
        steps(&known, queue, &path.then("steps"), flaws);
    }
    circles(organisation, flaws);
}

fn entry(index: usize) -> Path {
    Path::root().then("queues").then(index)
}

/// What steps are judged by.
struct Known<'a> {
    organisation: &'a Organisation,
    names: &'a Names<'a>,
    vocabulary: &'a Vocabulary,
}

fn steps(known: &Known<'_>, queue: &Queue, path: &Path, flaws: &mut Vec<Flaw>) {
    let most = routing::Step::MOST;
    if queue.steps.len() > most {
        let message = format!("a queue has {most} steps at most");
        flaws.push(Flaw::new(path.then(most), message));
    }
    for (place, step) in queue.steps.iter().enumerate() {
        let path = path.then(place);
        known.names.skills(step.skills.keys(), &path.then("skills"), flaws);
        let is_last = place + 1 == queue.steps.len();
        if step.holds.is_none() && !is_last {
            let message = "only the last step may hold for ever: say how long in \"holds\"";
            flaws.push(Flaw::new(path.clone(), message));
        }
        if is_last && step.skip_when != SkipWhen::Never {
            flaws.push(Flaw::new(path.then("skip_when"), "the last step is never passed over"));
        }
        if let Some(key) = unmet(known, queue, step) {
            let message = "no agent of the queue meets this for any task: it never matches anybody";
            flaws.push(Flaw::new(path.then(key), message));
        }
    }
}

/// The steps of a queue that none of its agents meets for any task, by their places.
pub fn unmet_steps(organisation: &Organisation, queue: &Queue) -> Vec<usize> {
    let (names, vocabulary) = (Names::of(organisation), vocabulary(organisation));
    let known = Known { organisation, names: &names, vocabulary: &vocabulary };
    let steps = queue.steps.iter().enumerate();
    steps.filter(|(_, step)| unmet(&known, queue, step).is_some()).map(|(place, _)| place).collect()
}

/// What of the step's own nobody meets of those who serve the queue. What cannot be read has its own flaw.
fn unmet(known: &Known<'_>, queue: &Queue, step: &Step) -> Option<&'static str> {
    let asks_skills = !step.skills.is_empty() && known.names.knows_skills(step.skills.keys());
    let condition = step.condition.as_ref();
    let expression = condition
        .and_then(|text| Expression::check(text.as_str(), Scope::TaskAndAgent, known.vocabulary).ok());
    let serving = serving(known.organisation, queue);
    let skilled = |agent: &&Serving<'_>| {
        !asks_skills
            || step
                .skills
                .iter()
                .all(|(skill, level)| agent.skills.get(skill).is_some_and(|has| has >= level))
    };
    let meets = |agent: &Serving<'_>| {
        expression.as_ref().is_none_or(|expression| expression.can_hold_for(&agent.view()))
    };
    if asks_skills && !serving.iter().any(|agent| skilled(&agent)) {
        return Some("skills");
    }
    let is_met = expression.is_none() || serving.iter().filter(skilled).any(meets);
    (!is_met).then_some("where")
}

/// Somebody who is offered the tasks of a queue.
struct Serving<'a> {
    kind: AgentKind,
    skills: &'a BTreeMap<Skill, Level>,
    languages: BTreeSet<Language>,
    attributes: &'a Attributes,
}

impl Serving<'_> {
    fn view(&self) -> AgentView<'_> {
        let Self { kind, skills, languages, attributes } = self;
        AgentView { kind: *kind, skills, languages, attributes }
    }
}

fn serving<'o>(organisation: &'o Organisation, queue: &Queue) -> Vec<Serving<'o>> {
    let people = organisation.agents.iter().filter(|person| person.has(PersonRole::Agent));
    let people = people.filter(|person| person.queues.contains(&queue.id)).map(|person| Serving {
        kind: AgentKind::Person,
        skills: &person.skills,
        languages: person.languages.iter().cloned().collect(),
        attributes: &person.attributes,
    });
    let virtual_agents = organisation.virtual_agents.iter();
    let virtual_agents =
        virtual_agents.filter(|agent| agent.queues.contains(&queue.id)).map(|agent| Serving {
            kind: AgentKind::Virtual,
            skills: &agent.skills,
            languages: agent.languages.iter().cloned().collect(),
            attributes: &agent.attributes,
        });
    people.chain(virtual_agents).collect()
}

fn length(queue: &Queue, path: &Path, flaws: &mut Vec<Flaw>) {
    match queue.most_waiting {
        Some(0) => flaws.push(Flaw::new(path.then("most_waiting"), "one may wait at least")),
        Some(_) if queue.when_full.is_none() && queue.overflow.is_none() => {
            let message = "say in \"when_full\" or \"overflow\" where those go who find it full";
            flaws.push(Flaw::new(path.then("most_waiting"), message));
        }
        None if queue.when_full.is_some() => {
            let message = "the queue is never full: say in \"most_waiting\" how many may wait";
            flaws.push(Flaw::new(path.then("when_full"), message));
        }
        _ => {}
    }
    if queue.overflow.is_none() && queue.when_closed == WhenClosed::Overflow {
        flaws.push(Flaw::new(path.then("when_closed"), "the queue names no overflow"));
    }
}

/// The ways out of a queue, with the keys that name them.
fn ways_of(queue: &Queue) -> impl Iterator<Item = (&'static str, &Overflow)> {
    let overflow = queue.overflow.as_ref().map(|overflow| ("overflow", overflow));
    overflow.into_iter().chain(queue.when_full.as_ref().map(|way| ("when_full", way)))
}

fn ways(organisation: &Organisation, queue: &Queue, path: &Path, names: &Names, flaws: &mut Vec<Flaw>) {
    for (key, overflow) in ways_of(queue) {
        let path = path.then(key);
        match overflow {
            Overflow::Queue(to) => names.queue(to, path, flaws),
            Overflow::Way(way) => check_way(organisation, queue, way, &path, names, flaws),
        }
    }
}

fn check_way(
    organisation: &Organisation,
    queue: &Queue,
    way: &Way,
    path: &Path,
    names: &Names,
    flaws: &mut Vec<Flaw>,
) {
    match (&way.virtual_agent, way.end) {
        (Some(agent), None) => {
            names.virtual_agent(agent, path.then("virtual_agent"), flaws);
            names.maybe_queue(way.queue.as_ref(), path.then("queue"), flaws);
            if let Some(known) = organisation.virtual_agent(agent) {
                let serves =
                    way.queue.as_ref().map_or(!known.queues.is_empty(), |at| known.queues.contains(at));
                if !serves {
                    let message = format!(
                        "{:?} does not serve it: say in \"queue\" where it is waited for",
                        agent.as_str()
                    );
                    flaws.push(Flaw::new(path.then("virtual_agent"), message));
                }
            }
        }
        (None, Some(End::Voicemail)) => {
            let message = "voicemail needs the voice channel, which there is not yet: a message or a callback can end it";
            flaws.push(Flaw::new(path.then("end"), message));
        }
        (None, Some(end)) => {
            check_text(way, path, flaws);
            if end == End::Callback && !organisation.takes_calls(&queue.id) {
                let message = "no agent of the queue has capacity for voice: nobody could call back";
                flaws.push(Flaw::new(path.then("end"), message));
            }
        }
        _ => {
            let message = "it names a \"virtual_agent\" or an \"end\", one of the two";
            flaws.push(Flaw::new(path.clone(), message));
        }
    }
    check_callback(way, path, flaws);
}

fn check_text(way: &Way, path: &Path, flaws: &mut Vec<Flaw>) {
    if way.text.values().all(|text| text.trim().is_empty()) {
        flaws.push(Flaw::new(path.then("text"), "it has a text in one language at least"));
    }
    for (language, _) in way.text.iter().filter(|(_, text)| text.len() > MAX_TEXT) {
        let message = format!("it is longer than {MAX_TEXT} bytes");
        flaws.push(Flaw::new(path.then("text").then(language.as_str()), message));
    }
}

fn check_callback(way: &Way, path: &Path, flaws: &mut Vec<Flaw>) {
    let keys = [
        ("answer_within", way.answer_within.is_some()),
        ("attempts", way.attempts.is_some()),
        ("interval", way.interval.is_some()),
    ];
    if way.end != Some(End::Callback) {
        for (key, _) in keys.into_iter().filter(|(_, given)| *given) {
            flaws.push(Flaw::new(path.then(key), "it belongs to the end \"callback\""));
        }
    }
    if way.attempts == Some(0) {
        flaws.push(Flaw::new(path.then("attempts"), "one call is made at least"));
    }
}

/// A task that goes on for ever in a circle is never served and never given up.
fn circles(organisation: &Organisation, flaws: &mut Vec<Flaw>) {
    for (index, queue) in organisation.queues.iter().enumerate() {
        for (key, overflow) in ways_of(queue) {
            if leads_to(organisation, overflow, &queue.id) {
                flaws.push(Flaw::new(entry(index).then(key), "it leads back here in a circle"));
            }
        }
    }
}

/// Whether a task that goes this way can come to a queue, by whatever it meets on the way.
fn leads_to(organisation: &Organisation, overflow: &Overflow, home: &QueueId) -> bool {
    let mut seen = BTreeSet::new();
    let mut ahead: Vec<&QueueId> = next_queue(organisation, overflow).into_iter().collect();
    while let Some(next) = ahead.pop() {
        if next == home {
            return true;
        }
        if seen.insert(next) {
            let ways = organisation.queue(next).into_iter().flat_map(ways_of);
            ahead.extend(ways.filter_map(|(_, way)| next_queue(organisation, way)));
        }
    }
    false
}

/// The queue in which a task waits that goes this way.
fn next_queue<'o>(organisation: &'o Organisation, overflow: &'o Overflow) -> Option<&'o QueueId> {
    overflow.queue().or_else(|| match overflow {
        Overflow::Way(way) => organisation.virtual_agent(way.virtual_agent.as_ref()?)?.queues.first(),
        Overflow::Queue(_) => None,
    })
}
