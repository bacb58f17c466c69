//! An expression in our own language of expressions, the Common Expression Language.

use super::attributes::{is_languages, is_skills, language, own, path_of_level};
use super::expression::{Comparison, Expression, Operand, Operator};
use super::levels::compared;
use super::names::plain;
use super::translation::Translation;
use routing::AttributeKind;

/// Whose attributes bare names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Worker,
    Task,
}

type Translated = Result<String, String>;

/// Or why there is no counterpart.
pub(super) fn cel(expression: &Expression, subject: Subject, translation: &Translation) -> Translated {
    let context = Context { subject, translation };
    context.whole(expression)
}

#[derive(Clone, Copy)]
struct Context<'a> {
    subject: Subject,
    translation: &'a Translation,
}

impl Context<'_> {
    fn whole(self, expression: &Expression) -> Translated {
        match expression {
            Expression::All(parts) => self.joined(parts, " && "),
            Expression::Any(parts) => self.joined(parts, " || "),
            Expression::Not(inner) => self.refuted(inner),
            Expression::Compare(comparison) => self.comparison(comparison),
        }
    }

    fn joined(self, parts: &[Expression], sign: &str) -> Translated {
        let parts: Vec<_> = parts.iter().map(|part| self.whole(part)).collect::<Result<_, _>>()?;
        Ok(chained(&parts, sign))
    }

    /// That it does not hold. What is not known holds there for every negation, and here for none: so
    /// the negation goes inwards to the comparisons, and each of them says so.
    fn refuted(self, expression: &Expression) -> Translated {
        let all = |parts: &[Expression]| -> Result<Vec<_>, String> {
            parts.iter().map(|part| self.refuted(part)).collect()
        };
        Ok(match expression {
            Expression::All(parts) => chained(&all(parts)?, " || "),
            Expression::Any(parts) => chained(&all(parts)?, " && "),
            Expression::Not(inner) => self.whole(inner)?,
            Expression::Compare(comparison) => match comparison.operator.denied() {
                Some(plain) => self.comparison(&Comparison { operator: plain, ..comparison.clone() })?,
                None => self.denied(comparison)?,
            },
        })
    }

    fn comparison(self, comparison: &Comparison) -> Translated {
        let Comparison { left, operator, right } = comparison;
        if let Some(plain) = operator.denied() {
            return self.denied(&Comparison { left: left.clone(), operator: plain, right: right.clone() });
        }
        if let Some(translated) = self.level(comparison).or_else(|| self.membership(comparison)) {
            return translated;
        }
        if *operator == Operator::Equal {
            if let Some(path) = beside_null(left, right) {
                return Ok(format!("!has({})", self.fact(path)?));
            }
            if let Some(translated) = self.language_of_task(left, right) {
                return Ok(translated);
            }
        }
        let (one, other) = (self.operand(left)?, self.operand(right)?);
        Ok(match operator {
            Operator::Equal => format!("{one} == {other}"),
            Operator::Less => format!("{one} < {other}"),
            Operator::LessOrEqual => format!("{one} <= {other}"),
            Operator::Greater => format!("{one} > {other}"),
            Operator::GreaterOrEqual => format!("{one} >= {other}"),
            Operator::In => format!("{one} in {other}"),
            Operator::Has => format!("{other} in {one}"),
            Operator::Contains if self.is_list(left) => format!("{other} in {one}"),
            Operator::Contains => format!("{one}.contains({other})"),
            other => return Err(format!("{other} has no counterpart")),
        })
    }

    /// The negation of a comparison: also where what it asks about is not known.
    fn denied(self, plain: &Comparison) -> Translated {
        let Comparison { left, operator, right } = plain;
        if *operator == Operator::Equal
            && let Some(path) = beside_null(left, right)
        {
            return Ok(format!("has({})", self.fact(path)?));
        }
        let translated = self.comparison(plain)?;
        let turned = match translated.split_once(" == ") {
            Some((one, other)) if *operator == Operator::Equal && !translated.contains(" && ") => {
                format!("{one} != {other}")
            }
            _ => format!("!({translated})"),
        };
        let mut parts = Vec::new();
        for fact in [left, right].into_iter().filter_map(|operand| self.may_be_unknown(operand)) {
            if translated.contains(&fact) {
                parts.push(format!("!has({fact})"));
            }
        }
        parts.push(turned);
        Ok(parts.join(" || "))
    }

    /// The fact an operand stands for, if it may be unknown.
    fn may_be_unknown(self, operand: &Operand) -> Option<String> {
        let Operand::Path(path) = operand else { return None };
        if self.is_language_of_task(path) {
            return Some("task.language".to_owned());
        }
        self.fact(path).ok().filter(|fact| fact.contains(".attributes."))
    }

    fn is_list(self, operand: &Operand) -> bool {
        let Operand::Path(path) = operand else { return matches!(operand, Operand::List(_)) };
        let kinds = &self.translation.kinds;
        let is = |kinds: &std::collections::BTreeMap<model::Name, AttributeKind>, name: &str| {
            kinds.iter().any(|(known, kind)| known.as_str() == name && *kind == AttributeKind::Texts)
        };
        let Ok(fact) = self.fact(path) else { return false };
        match (fact.strip_prefix("agent.attributes."), fact.strip_prefix("task.attributes.")) {
            (Some(name), _) => is(&kinds.agents, name),
            (_, Some(name)) => is(&kinds.tasks, name),
            _ => fact == "agent.languages",
        }
    }

    fn is_language_of_task(self, path: &[String]) -> bool {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        path == ["task", "language"] || (self.subject == Subject::Task && path == ["language"])
    }

    /// A customer's language is known by its code.
    fn language_of_task(self, left: &Operand, right: &Operand) -> Option<String> {
        let (path, name) = match (left, right) {
            (Operand::Path(path), Operand::Text(name)) | (Operand::Text(name), Operand::Path(path)) => {
                (path, name)
            }
            _ => return None,
        };
        let code = language(name).filter(|_| self.is_language_of_task(path))?;
        Some(format!("task.language == \"{code}\""))
    }

    /// Levels have others numbers with us.
    fn level(self, comparison: &Comparison) -> Option<Translated> {
        let is_task = matches!(&comparison.left, Operand::Path(path) if path[0] == "task");
        if self.subject == Subject::Task || is_task {
            return None;
        }
        let (skill, operator, level) = compared(comparison)?;
        let Some(name) = self.translation.skill(skill) else { return Some(Err(nobody(skill))) };
        let at_least = |level: f64| {
            format!("agent.skills.{name} >= {}", self.translation.levels.at_least(skill, level).get())
        };
        Some(Ok(match operator {
            Operator::GreaterOrEqual => at_least(level),
            Operator::Greater => at_least(level.next_up()),
            Operator::Less => format!("!({})", at_least(level)),
            Operator::LessOrEqual => format!("!({})", at_least(level.next_up())),
            Operator::Equal => format!("{} && !({})", at_least(level), at_least(level.next_up())),
            _ => return Some(Err(format!("{operator} of a level has no counterpart"))),
        }))
    }

    /// Of skills and languages.
    fn membership(self, comparison: &Comparison) -> Option<Translated> {
        let (list, one) = match comparison.operator {
            Operator::Has => (&comparison.left, &comparison.right),
            Operator::In => (&comparison.right, &comparison.left),
            _ => return None,
        };
        let Operand::Path(path) = list else { return None };
        if self.subject == Subject::Task && path[0] != "worker" {
            return None;
        }
        let found = match one {
            Operand::Text(skill) if is_skills(path) => match self.translation.skill(skill) {
                Some(name) => format!("agent.skills.{name} >= 1"),
                None => return Some(Err(nobody(skill))),
            },
            _ if is_skills(path) => {
                return Some(Err(
                    "which skill is asked for is said by a task's attribute that names a skill: \
                    let routes ask for skills"
                        .to_owned(),
                ));
            }
            Operand::Text(name) if is_languages(path) => match language(name) {
                Some(code) => format!("\"{code}\" in agent.languages"),
                None => return Some(Err(format!("{name:?} is no language that is known"))),
            },
            _ => return None,
        };
        Some(Ok(found))
    }

    fn operand(self, operand: &Operand) -> Translated {
        Ok(match operand {
            Operand::Text(text) => quoted(text),
            Operand::Number(number) => number.to_string(),
            Operand::Truth(truth) => truth.to_string(),
            Operand::Null => return Err("null has no counterpart here".to_owned()),
            Operand::List(values) => {
                let values: Vec<_> = values.iter().map(|one| self.operand(one)).collect::<Result<_, _>>()?;
                format!("[{}]", values.join(", "))
            }
            Operand::Path(path) => self.fact(path)?,
        })
    }

    fn fact(self, path: &[String]) -> Translated {
        let (subject, rest) = match path[0].as_str() {
            "worker" => (Subject::Worker, own(path)),
            "task" => (Subject::Task, path[1..].iter().map(String::as_str).collect()),
            _ => (self.subject, path.iter().map(String::as_str).collect()),
        };
        if rest.is_empty() {
            return Err(format!("{:?} alone is no value", path[0]));
        }
        if subject == Subject::Task {
            return Ok(format!("task.attributes.{}", attribute(&rest)));
        }
        if self.subject == Subject::Task {
            return Err("no agent is chosen yet where a task's queue is decided".to_owned());
        }
        match rest[..] {
            ["activity_name" | "activity_sid" | "available"] => {
                Err("an agent's presence decides whether anything is offered, not what".to_owned())
            }
            ["sid" | "friendly_name" | "name"] => {
                Err("agents are chosen by what they can do, not by name".to_owned())
            }
            ["channel", ..] => Err("how full an agent is decides the capacity".to_owned()),
            _ if path_of_level(path).is_some() || is_skills(path) => {
                Err("skills are compared with numbers and names only".to_owned())
            }
            _ if is_languages(path) => Ok("agent.languages".to_owned()),
            _ => Ok(format!("agent.attributes.{}", attribute(&rest))),
        }
    }
}

/// Parts that are chains themselves stand in brackets.
fn chained(parts: &[String], sign: &str) -> String {
    let is_chain = |part: &String| part.contains(" && ") || part.contains(" || ");
    let part = |part: &String| {
        if parts.len() > 1 && is_chain(part) { format!("({part})") } else { part.clone() }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(sign)
}

fn beside_null<'a>(left: &'a Operand, right: &'a Operand) -> Option<&'a [String]> {
    match (left, right) {
        (Operand::Path(path), Operand::Null) | (Operand::Null, Operand::Path(path)) => Some(path),
        _ => None,
    }
}

fn nobody(skill: &str) -> String {
    format!("nobody has the skill {skill:?}")
}

/// The name of an attribute that was nested.
pub(super) fn attribute(path: &[&str]) -> String {
    let name = plain(&path.join("_"));
    if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        format!("a_{name}")
    } else {
        name
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
