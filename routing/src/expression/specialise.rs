//! An expression with a task's facts put in: what is left is about agents alone. What of that is a
//! plain need of a skill or a language goes to the indexes; the rest is evaluated once a profile.

use model::task::{Level, Requirements, SkillRequirement};
use model::{AttributeValue, Language, Number};

use super::evaluate::{Facts, Seen, Unknown};
use super::truth::{AgentFact, Comparison, Fact, TaskFact, Term, Truth};
use crate::profiles::Shape;

/// What an expression asks of an agent for tasks whose facts are these.
#[derive(Debug, Default)]
pub(crate) struct Specialised {
    /// What the indexes answer.
    pub needs: Requirements,
    /// What is evaluated: all of it must be true. With the place of the part of the expression it is
    /// from, counted from 0.
    pub rest: Vec<(usize, Truth)>,
}

impl Specialised {
    /// `needs` hold besides. `value` gives the task's facts; none where one is not known.
    pub fn of(
        parts: &[Truth],
        needs: Requirements,
        value: impl Fn(&TaskFact) -> Option<AttributeValue>,
    ) -> Self {
        let mut specialised = Self { needs, rest: Vec::new() };
        for (place, part) in parts.iter().enumerate() {
            for condition in fold(part, &value).conjuncts() {
                specialised.take(place, condition);
            }
        }
        specialised
    }

    /// The first part that an agent of the shape does not meet, and what is not known where that is why.
    pub fn failing(&self, shape: &Shape) -> Option<(usize, Option<Unknown>)> {
        self.rest.iter().find_map(|(place, condition)| match condition.evaluate(shape) {
            Ok(true) => None,
            Ok(false) => Some((*place, None)),
            Err(unknown) => Some((*place, Some(unknown))),
        })
    }

    fn take(&mut self, place: usize, condition: Truth) {
        match indexed(&condition) {
            Some(Index::Always) => {}
            Some(Index::Skill(need)) => self.need(Requirements::new([need], None)),
            // One language is indexed; another is the rest.
            Some(Index::Language(language)) if self.needs.language.is_none() => {
                self.need(Requirements::new([], Some(language)));
            }
            Some(Index::Language(_)) | None => self.rest.push((place, condition)),
        }
    }

    fn need(&mut self, more: Requirements) {
        let language = self.needs.language.take().or(more.language);
        self.needs = Requirements::new(self.needs.skills.drain(..).chain(more.skills), language);
    }
}

enum Index {
    Always,
    Skill(SkillRequirement),
    Language(Language),
}

/// What a condition is to the indexes, if it is nothing else.
fn indexed(condition: &Truth) -> Option<Index> {
    match condition {
        Truth::Constant(true) => Some(Index::Always),
        Truth::Known(Fact::Agent(AgentFact::Skill(skill))) => {
            Some(Index::Skill(SkillRequirement { skill: skill.clone(), level: Level::LOWEST }))
        }
        Truth::Compare(Term::Constant(constant), by, fact @ Term::Fact(_)) => {
            at_least(fact, by.turned(), constant)
        }
        Truth::Compare(fact @ Term::Fact(_), by, Term::Constant(constant)) => at_least(fact, *by, constant),
        Truth::Within(
            Term::Constant(AttributeValue::Text(text)),
            Term::Fact(Fact::Agent(AgentFact::Languages)),
        ) => Language::new(text).ok().map(Index::Language),
        _ => None,
    }
}

fn at_least(fact: &Term, by: Comparison, constant: &AttributeValue) -> Option<Index> {
    let (Term::Fact(Fact::Agent(AgentFact::Skill(skill))), AttributeValue::Number(number)) = (fact, constant)
    else {
        return None;
    };
    let holds_at = |level: u8| {
        let level = f64::from(level);
        match by {
            Comparison::AtLeast => level >= number.get(),
            Comparison::More => level > number.get(),
            _ => false,
        }
    };
    if !matches!(by, Comparison::AtLeast | Comparison::More) {
        return None;
    }
    if holds_at(0) {
        return Some(Index::Always);
    }
    let level = (1..=5).find(|level| holds_at(*level)).and_then(|level| Level::new(level).ok())?;
    Some(Index::Skill(SkillRequirement { skill: skill.clone(), level }))
}

/// Puts the task's facts in and works out what does not depend on the agent. A fact of the task that is
/// left is one that is not known.
fn fold(truth: &Truth, value: &impl Fn(&TaskFact) -> Option<AttributeValue>) -> Truth {
    match truth {
        Truth::Constant(_) => truth.clone(),
        Truth::Not(inner) => match fold(inner, value) {
            Truth::Constant(truth) => Truth::Constant(!truth),
            other => Truth::Not(Box::new(other)),
        },
        Truth::All(all) => chain(all, false, value),
        Truth::Any(any) => chain(any, true, value),
        Truth::Choice(three) => match fold(&three[0], value) {
            Truth::Constant(true) => fold(&three[1], value),
            Truth::Constant(false) => fold(&three[2], value),
            other => Truth::Choice(Box::new([other, fold(&three[1], value), fold(&three[2], value)])),
        },
        Truth::Compare(left, by, right) => {
            settled(Truth::Compare(put_in(left, value), *by, put_in(right, value)))
        }
        Truth::Within(item, list) => settled(Truth::Within(put_in(item, value), put_in(list, value))),
        Truth::Text(whole, by, part) => settled(Truth::Text(put_in(whole, value), *by, put_in(part, value))),
        Truth::Is(Fact::Task(fact)) => match value(fact) {
            Some(AttributeValue::Truth(truth)) => Truth::Constant(truth),
            _ => truth.clone(),
        },
        Truth::Known(Fact::Task(fact)) => Truth::Constant(value(fact).is_some()),
        Truth::Is(Fact::Agent(_)) | Truth::Known(Fact::Agent(_)) => truth.clone(),
    }
}

/// A chain of `&&` (which false decides) or `||` (which true decides).
fn chain(parts: &[Truth], deciding: bool, value: &impl Fn(&TaskFact) -> Option<AttributeValue>) -> Truth {
    let mut left = Vec::new();
    for part in parts {
        match fold(part, value) {
            Truth::Constant(truth) if truth == deciding => return Truth::Constant(deciding),
            Truth::Constant(_) => {}
            Truth::All(all) if !deciding => left.extend(all),
            Truth::Any(any) if deciding => left.extend(any),
            other => left.push(other),
        }
    }
    match (left.pop(), left.is_empty()) {
        (None, _) => Truth::Constant(!deciding),
        (Some(only), true) => only,
        (Some(last), false) => {
            left.push(last);
            if deciding { Truth::Any(left) } else { Truth::All(left) }
        }
    }
}

fn put_in(term: &Term, value: &impl Fn(&TaskFact) -> Option<AttributeValue>) -> Term {
    match term {
        Term::Fact(Fact::Task(fact)) => value(fact).map_or_else(|| term.clone(), Term::Constant),
        _ => term.clone(),
    }
}

/// Knows nothing.
struct Nothing;

impl Facts for Nothing {
    fn value(&self, _: &Fact) -> Option<Seen<'_>> {
        None
    }
}

/// A condition on constants is one.
fn settled(truth: Truth) -> Truth {
    truth.evaluate(&Nothing).map_or(truth, Truth::Constant)
}

impl Seen<'_> {
    /// The value by itself.
    pub fn owned(self) -> AttributeValue {
        match self {
            Self::Text(text) => AttributeValue::Text(text.into()),
            Self::Number(number) => {
                Number::new(number).map_or(AttributeValue::Truth(false), AttributeValue::Number)
            }
            Self::Truth(truth) => AttributeValue::Truth(truth),
            Self::Texts(texts) => AttributeValue::Texts(texts.to_vec()),
            Self::Languages(languages) => {
                AttributeValue::Texts(languages.iter().map(|language| language.as_str().into()).collect())
            }
        }
    }
}
