//! The facts expressions can ask about: what they are called, and what kind of value they have.

use model::{Channel, Language, Name, Skill};

use super::flaw::ExpressionFlaw;
use super::truth::{AgentFact, Fact, TaskFact};
use super::vocabulary::{AttributeKind, Scope, Vocabulary};

const OF_TASKS: [&str; 7] = ["channel", "intent", "language", "priority", "queue", "site", "attributes"];
const OF_AGENTS: [&str; 4] = ["kind", "languages", "skills", "attributes"];

/// The fact of a path such as `task`, `attributes`, `tier`.
pub(super) fn find(
    path: &[&str],
    scope: Scope,
    vocabulary: Option<&Vocabulary>,
    at: usize,
) -> Result<Fact, ExpressionFlaw> {
    match path {
        ["task", rest @ ..] => task(rest, scope, vocabulary, at).map(Fact::Task),
        ["agent", ..] if scope == Scope::Task => {
            Err(ExpressionFlaw::new(at, "no agent is chosen yet: this is about tasks alone"))
        }
        ["agent", rest @ ..] => agent(rest, vocabulary, at).map(Fact::Agent),
        [other, ..] => Err(ExpressionFlaw::unknown(at, "name", other, ["task", "agent"])),
        [] => Err(ExpressionFlaw::new(at, "a fact has a name")),
    }
}

fn task(
    path: &[&str],
    scope: Scope,
    vocabulary: Option<&Vocabulary>,
    at: usize,
) -> Result<TaskFact, ExpressionFlaw> {
    Ok(match path {
        ["channel"] => TaskFact::Channel,
        ["intent"] => TaskFact::Intent,
        ["language"] => TaskFact::Language,
        ["priority"] if scope == Scope::Task => {
            return Err(ExpressionFlaw::new(at, "the priority comes with the queue, which this decides"));
        }
        ["priority"] => TaskFact::Priority,
        ["queue"] if scope == Scope::Task => {
            return Err(ExpressionFlaw::new(at, "the queue is what this decides"));
        }
        ["queue"] => TaskFact::Queue,
        ["site"] => TaskFact::Site,
        ["age"] => {
            return Err(ExpressionFlaw::new(at, "expressions know no time: let steps and deadlines relax"));
        }
        ["attributes", name] => {
            let known = vocabulary.map(|vocabulary| vocabulary.task_attributes.keys());
            TaskFact::Attribute(named("attribute of tasks", name, known, at)?)
        }
        ["attributes"] => return Err(ExpressionFlaw::new(at, "say which: task.attributes.NAME")),
        [other, ..] => return Err(ExpressionFlaw::unknown(at, "fact of tasks", other, OF_TASKS)),
        [] => return Err(ExpressionFlaw::new(at, "say what of the task: task.NAME")),
    })
}

fn agent(path: &[&str], vocabulary: Option<&Vocabulary>, at: usize) -> Result<AgentFact, ExpressionFlaw> {
    Ok(match path {
        ["kind"] => AgentFact::Kind,
        ["languages"] => AgentFact::Languages,
        ["skills", name] => {
            let known = vocabulary.map(|vocabulary| vocabulary.skills.iter());
            AgentFact::Skill(Skill(named("skill", name, known, at)?))
        }
        ["attributes", name] => {
            let known = vocabulary.map(|vocabulary| vocabulary.agent_attributes.keys());
            AgentFact::Attribute(named("attribute of agents", name, known, at)?)
        }
        ["skills"] => return Err(ExpressionFlaw::new(at, "say which: agent.skills.NAME")),
        ["attributes"] => return Err(ExpressionFlaw::new(at, "say which: agent.attributes.NAME")),
        ["id"] => {
            let reason = "agents are chosen by what they can do: give those meant an attribute";
            return Err(ExpressionFlaw::new(at, reason));
        }
        [other, ..] => return Err(ExpressionFlaw::unknown(at, "fact of agents", other, OF_AGENTS)),
        [] => return Err(ExpressionFlaw::new(at, "say what of the agent: agent.NAME")),
    })
}

fn named<'a>(
    kind: &str,
    name: &str,
    known: Option<impl Iterator<Item = &'a Name>>,
    at: usize,
) -> Result<Name, ExpressionFlaw> {
    let known: Option<Vec<_>> = known.map(|known| known.map(Name::as_str).collect());
    match (Name::new(name), known) {
        (Ok(found), None) => Ok(found),
        (Ok(found), Some(known)) if known.contains(&name) => Ok(found),
        (_, known) => Err(ExpressionFlaw::unknown(at, kind, name, known.unwrap_or_default())),
    }
}

/// None: an attribute, and nothing is known of it.
pub(super) fn kind(fact: &Fact, vocabulary: Option<&Vocabulary>) -> Option<AttributeKind> {
    match fact {
        Fact::Task(TaskFact::Attribute(name)) => vocabulary?.task_attributes.get(name).copied(),
        Fact::Agent(AgentFact::Attribute(name)) => vocabulary?.agent_attributes.get(name).copied(),
        Fact::Task(TaskFact::Priority) | Fact::Agent(AgentFact::Skill(_)) => Some(AttributeKind::Number),
        Fact::Agent(AgentFact::Languages) => Some(AttributeKind::Texts),
        Fact::Agent(AgentFact::Kind)
        | Fact::Task(
            TaskFact::Channel | TaskFact::Intent | TaskFact::Language | TaskFact::Queue | TaskFact::Site,
        ) => Some(AttributeKind::Text),
    }
}

/// Whether a fact can be this text at all.
pub(super) fn check_text(
    fact: &Fact,
    text: &str,
    vocabulary: Option<&Vocabulary>,
    at: usize,
) -> Result<(), ExpressionFlaw> {
    let among = |kind: &str, known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        if known.contains(&text) { Ok(()) } else { Err(ExpressionFlaw::unknown(at, kind, text, known)) }
    };
    match (fact, vocabulary) {
        (Fact::Task(TaskFact::Channel), _) => {
            among("channel", &mut Channel::ALL.into_iter().map(Channel::as_str))
        }
        (Fact::Agent(AgentFact::Kind), _) => among("kind of agent", &mut ["person", "virtual"].into_iter()),
        (_, None) => Ok(()),
        (Fact::Task(TaskFact::Queue), Some(known)) => {
            among("queue", &mut known.queues.iter().map(Name::as_str))
        }
        (Fact::Task(TaskFact::Site), Some(known)) => among("site", &mut known.sites.iter().map(Name::as_str)),
        (Fact::Task(TaskFact::Intent), Some(known)) => {
            among("route of an intent", &mut known.intents.iter().map(Name::as_str))
        }
        (Fact::Task(TaskFact::Language) | Fact::Agent(AgentFact::Languages), Some(known)) => {
            among("site or agent with the language", &mut known.languages.iter().map(Language::as_str))
        }
        _ => Ok(()),
    }
}
