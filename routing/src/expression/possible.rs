//! Whether an agent can meet an expression at all, whatever the task is.
//!
//! Each part has the outcomes it could have for some task. Parts are taken as if they did not depend on
//! each other, so what cannot hold here never does; what can may still ask two things of one task.

use std::collections::{BTreeMap, BTreeSet};

use model::task::Level;
use model::{Attributes, Language, Skill};

use super::Expression;
use super::evaluate::{Facts, Seen};
use super::truth::{AgentFact, Fact, Term, Truth};
use crate::input::AgentKind;

/// An agent as expressions see it.
#[derive(Debug, Clone, Copy)]
pub struct AgentView<'a> {
    pub kind: AgentKind,
    pub skills: &'a BTreeMap<Skill, Level>,
    pub languages: &'a BTreeSet<Language>,
    pub attributes: &'a Attributes,
}

impl Expression {
    /// Whether there could be a task for which the agent meets it.
    pub fn can_hold_for(&self, agent: &AgentView<'_>) -> bool {
        self.parts.iter().all(|part| outcomes(part, agent).holds)
    }
}

impl Facts for AgentView<'_> {
    fn value(&self, fact: &Fact) -> Option<Seen<'_>> {
        Some(match fact {
            Fact::Task(_) => return None,
            Fact::Agent(AgentFact::Kind) => Seen::Text(self.kind.as_str()),
            Fact::Agent(AgentFact::Languages) => Seen::Languages(self.languages),
            Fact::Agent(AgentFact::Skill(skill)) => {
                Seen::Number(self.skills.get(skill).map_or(0.0, |level| f64::from(level.get())))
            }
            Fact::Agent(AgentFact::Attribute(name)) => Seen::from(self.attributes.get(name)?),
        })
    }
}

/// What can come of a part, over all tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcomes {
    holds: bool,
    fails: bool,
    unknown: bool,
}

impl Outcomes {
    const ANY: Self = Self { holds: true, fails: true, unknown: true };

    fn turned(self) -> Self {
        Self { holds: self.fails, fails: self.holds, unknown: self.unknown }
    }

    fn or(self, other: Self) -> Self {
        Self {
            holds: self.holds || other.holds,
            fails: self.fails || other.fails,
            unknown: self.unknown || other.unknown,
        }
    }
}

fn outcomes(truth: &Truth, agent: &AgentView<'_>) -> Outcomes {
    match truth {
        Truth::Not(inner) => outcomes(inner, agent).turned(),
        Truth::All(all) => every(all.iter().map(|part| outcomes(part, agent))),
        // One of them holds where not all of them fail.
        Truth::Any(any) => every(any.iter().map(|part| outcomes(part, agent).turned())).turned(),
        Truth::Choice(three) => {
            let [condition, then, otherwise] = [0, 1, 2].map(|place| outcomes(&three[place], agent));
            let none = Outcomes { holds: false, fails: false, unknown: condition.unknown };
            let of_then = if condition.holds { none.or(then) } else { none };
            if condition.fails { of_then.or(otherwise) } else { of_then }
        }
        Truth::Known(Fact::Task(_)) => Outcomes { unknown: false, ..Outcomes::ANY },
        Truth::Is(Fact::Task(_)) => Outcomes::ANY,
        Truth::Compare(one, _, other) | Truth::Within(one, other) | Truth::Text(one, _, other)
            if is_of_task(one) || is_of_task(other) =>
        {
            let is_missing = |term: &Term| matches!(term, Term::Fact(fact @ Fact::Agent(_)) if agent.value(fact).is_none());
            if is_missing(one) || is_missing(other) {
                return Outcomes { holds: false, fails: false, unknown: true };
            }
            Outcomes::ANY
        }
        about_the_agent => match about_the_agent.evaluate(agent) {
            Ok(holds) => Outcomes { holds, fails: !holds, unknown: false },
            Err(_) => Outcomes { holds: false, fails: false, unknown: true },
        },
    }
}

/// Of a chain of `&&`.
fn every(parts: impl Iterator<Item = Outcomes>) -> Outcomes {
    let whole = Outcomes { holds: true, fails: false, unknown: false };
    parts.fold(whole, |whole, part| Outcomes {
        holds: whole.holds && part.holds,
        fails: whole.fails || part.fails,
        unknown: whole.unknown || part.unknown,
    })
}

fn is_of_task(term: &Term) -> bool {
    matches!(term, Term::Fact(Fact::Task(_)))
}

#[cfg(test)]
mod tests {
    use model::{AttributeValue, Name};

    use super::*;
    use crate::Scope;

    #[test]
    fn what_no_task_could_make_true_cannot_hold() {
        let skills = [(Skill::new("french").unwrap(), Level::new(3).unwrap())].into();
        let languages = [Language::new("fr").unwrap()].into();
        let team = (Name::new("team").unwrap(), AttributeValue::Text("north".into()));
        let attributes = Attributes::new([team]).unwrap();
        let agent = AgentView {
            kind: AgentKind::Person,
            skills: &skills,
            languages: &languages,
            attributes: &attributes,
        };
        for (text, expected) in [
            ("agent.attributes.team == 'north' && agent.skills.french >= 3", true),
            ("agent.attributes.team == 'south'", false),
            ("agent.attributes.floor == 'top'", false),
            ("!(agent.attributes.floor == 'top')", false),
            ("!has(agent.attributes.floor)", true),
            ("agent.attributes.floor == task.attributes.floor", false),
            ("agent.attributes.team == task.attributes.team", true),
            ("task.intent == 'refund' && agent.skills.french >= 4", false),
            ("task.intent == 'refund' || agent.skills.french >= 4", true),
            ("task.attributes.vip ? agent.kind == 'virtual' : agent.skills.german >= 1", false),
            ("task.attributes.vip ? agent.kind == 'virtual' : agent.skills.french >= 1", true),
            ("'fr' in agent.languages", true),
            ("'de' in agent.languages", false),
            ("!has(task.attributes.vip) && !task.attributes.urgent", true),
            ("false", false),
        ] {
            let expression = Expression::read(text, Scope::TaskAndAgent).unwrap();
            assert_eq!(expression.can_hold_for(&agent), expected, "{text}");
        }
    }
}
