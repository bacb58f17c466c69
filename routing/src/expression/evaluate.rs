//! Whether an expression is true of what is known.
//!
//! What is not known makes a comparison neither true nor false, as in CEL: `&&` is false all the same if
//! another part is, `||` true if another part is. A whole that is not known does not hold.

use std::collections::BTreeSet;

use model::task::Priority;
use model::{AttributeValue, Channel, Language, QueueId, TaskFacts};
use smol_str::SmolStr;

use super::truth::{AgentFact, Comparison, Fact, TaskFact, Term, TextTest, Truth};
use crate::profiles::Shape;

/// Why something is neither true nor false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// There is no such value.
    Missing(Fact),
    /// There is one of another kind than what it is compared with.
    OtherKind,
}

/// Where values of facts come from.
pub(crate) trait Facts {
    fn value(&self, fact: &Fact) -> Option<Seen<'_>>;
}

/// A value, borrowed from wherever it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'a> {
    Text(&'a str),
    Number(f64),
    Truth(bool),
    Texts(&'a [SmolStr]),
    Languages(&'a BTreeSet<Language>),
}

impl<'a> From<&'a AttributeValue> for Seen<'a> {
    fn from(value: &'a AttributeValue) -> Self {
        match value {
            AttributeValue::Text(text) => Self::Text(text),
            AttributeValue::Number(number) => Self::Number(number.get()),
            AttributeValue::Truth(truth) => Self::Truth(*truth),
            AttributeValue::Texts(texts) => Self::Texts(texts),
        }
    }
}

/// A task as expressions see it.
#[derive(Debug, Clone, Copy)]
pub struct TaskView<'a> {
    pub channel: Channel,
    pub priority: Priority,
    /// None while the queue is still to be found.
    pub queue: Option<&'a QueueId>,
    pub facts: &'a TaskFacts,
}

impl TaskView<'_> {
    pub(crate) fn get(&self, fact: &TaskFact) -> Option<Seen<'_>> {
        match fact {
            TaskFact::Channel => Some(Seen::Text(self.channel.as_str())),
            TaskFact::Intent => self.facts.intent.as_ref().map(|intent| Seen::Text(intent.as_str())),
            TaskFact::Language => self.facts.language.as_ref().map(|language| Seen::Text(language.as_str())),
            TaskFact::Priority => Some(Seen::Number(f64::from(self.priority.0))),
            TaskFact::Queue => self.queue.map(|queue| Seen::Text(queue.as_str())),
            TaskFact::Site => self.facts.site.as_ref().map(|site| Seen::Text(site.as_str())),
            TaskFact::Attribute(name) => self.facts.attributes.get(name).map(Seen::from),
        }
    }
}

impl Facts for TaskView<'_> {
    fn value(&self, fact: &Fact) -> Option<Seen<'_>> {
        match fact {
            Fact::Task(fact) => self.get(fact),
            Fact::Agent(_) => None,
        }
    }
}

impl Facts for Shape {
    fn value(&self, fact: &Fact) -> Option<Seen<'_>> {
        Some(match fact {
            Fact::Task(_) => return None,
            Fact::Agent(AgentFact::Kind) => Seen::Text(self.kind.as_str()),
            Fact::Agent(AgentFact::Languages) => Seen::Languages(&self.languages),
            Fact::Agent(AgentFact::Skill(skill)) => {
                Seen::Number(self.skills.get(skill).map_or(0.0, |level| f64::from(level.get())))
            }
            Fact::Agent(AgentFact::Attribute(name)) => Seen::from(self.attributes.get(name)?),
        })
    }
}

impl Truth {
    pub fn evaluate(&self, facts: &impl Facts) -> Result<bool, Unknown> {
        match self {
            Self::Constant(truth) => Ok(*truth),
            Self::Not(inner) => inner.evaluate(facts).map(|truth| !truth),
            Self::All(all) => decided(all, facts, false),
            Self::Any(any) => decided(any, facts, true),
            Self::Choice(three) => {
                let [condition, then, otherwise] = &**three;
                if condition.evaluate(facts)? { then.evaluate(facts) } else { otherwise.evaluate(facts) }
            }
            Self::Compare(left, by, right) => compare(left.seen(facts)?, *by, right.seen(facts)?),
            Self::Within(item, list) => within(item.seen(facts)?, list.seen(facts)?),
            Self::Text(whole, by, part) => test(whole.seen(facts)?, *by, part.seen(facts)?),
            Self::Is(fact) => match facts.value(fact).ok_or_else(|| Unknown::Missing(fact.clone()))? {
                Seen::Truth(truth) => Ok(truth),
                _ => Err(Unknown::OtherKind),
            },
            Self::Known(Fact::Agent(AgentFact::Skill(skill))) => {
                let has = facts.value(&Fact::Agent(AgentFact::Skill(skill.clone())));
                Ok(matches!(has, Some(Seen::Number(level)) if level > 0.0))
            }
            Self::Known(fact) => Ok(facts.value(fact).is_some()),
        }
    }
}

/// The first part that is `deciding` decides, whatever is not known beside it.
fn decided(parts: &[Truth], facts: &impl Facts, deciding: bool) -> Result<bool, Unknown> {
    let mut unknown = None;
    for part in parts {
        match part.evaluate(facts) {
            Ok(truth) if truth == deciding => return Ok(deciding),
            Ok(_) => {}
            Err(reason) => unknown = unknown.or(Some(reason)),
        }
    }
    unknown.map_or(Ok(!deciding), Err)
}

impl Term {
    fn seen<'a>(&'a self, facts: &'a impl Facts) -> Result<Seen<'a>, Unknown> {
        match self {
            Self::Constant(value) => Ok(value.into()),
            Self::Fact(fact) => facts.value(fact).ok_or_else(|| Unknown::Missing(fact.clone())),
        }
    }
}

fn compare(left: Seen<'_>, by: Comparison, right: Seen<'_>) -> Result<bool, Unknown> {
    let order = match (left, right) {
        (Seen::Number(left), Seen::Number(right)) => left.total_cmp(&right),
        (Seen::Text(left), Seen::Text(right)) => left.cmp(right),
        (Seen::Truth(left), Seen::Truth(right)) => left.cmp(&right),
        _ => return Err(Unknown::OtherKind),
    };
    Ok(match by {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::More => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    })
}

fn within(item: Seen<'_>, list: Seen<'_>) -> Result<bool, Unknown> {
    match (item, list) {
        (Seen::Text(text), Seen::Texts(texts)) => Ok(texts.iter().any(|entry| entry == text)),
        (Seen::Text(text), Seen::Languages(languages)) => {
            Ok(languages.iter().any(|language| language.as_str() == text))
        }
        _ => Err(Unknown::OtherKind),
    }
}

fn test(whole: Seen<'_>, by: TextTest, part: Seen<'_>) -> Result<bool, Unknown> {
    let (Seen::Text(whole), Seen::Text(part)) = (whole, part) else { return Err(Unknown::OtherKind) };
    Ok(match by {
        TextTest::StartsWith => whole.starts_with(part),
        TextTest::EndsWith => whole.ends_with(part),
        TextTest::Contains => whole.contains(part),
    })
}
