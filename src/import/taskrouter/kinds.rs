//! What values of attributes are: those of workers as most of them have it, those of tasks as the
//! expressions compare them.

use std::collections::BTreeMap;

use model::{AttributeValue, Name, Number};
use routing::AttributeKind;
use serde_json::Value;

use super::attributes::{is_languages, is_skills, own, path_of_level};
use super::cel::{Subject, attribute};
use super::expression::{Comparison, Expression, Operand, Operator};

/// Attributes that are declared of agents, and of tasks. Further ones are left out.
const MOST: usize = 300;
/// Objects within each other.
const DEEPEST: usize = 4;

/// What other fields of ours say, or what says nothing of what a worker can do.
const SAID_ELSEWHERE: [&str; 12] = [
    "contact_uri",
    "disabled_skills",
    "email",
    "full_name",
    "image_url",
    "language",
    "languages",
    "levels",
    "name",
    "roles",
    "routing",
    "skills",
];

#[derive(Debug, Default)]
pub(super) struct Kinds {
    pub agents: BTreeMap<Name, AttributeKind>,
    pub tasks: BTreeMap<Name, AttributeKind>,
}

impl Kinds {
    /// Of all workers' attributes and all expressions, each with whose its bare names are.
    pub fn of<'a>(
        workers: impl Iterator<Item = &'a Value>,
        expressions: impl Iterator<Item = (&'a Expression, Subject)>,
    ) -> Self {
        let mut counts: BTreeMap<Name, BTreeMap<u8, (usize, AttributeKind)>> = BTreeMap::new();
        for (name, value) in workers.flat_map(values) {
            let Some(value) = converted(value) else { continue };
            if counts.len() < MOST || counts.contains_key(&name) {
                let kind = AttributeKind::of(&value);
                counts.entry(name).or_default().entry(kind as u8).or_insert((0, kind)).0 += 1;
            }
        }
        let most = |kinds: BTreeMap<u8, (usize, AttributeKind)>| {
            kinds.into_values().max_by_key(|(count, _)| *count).map(|(_, kind)| kind)
        };
        let agents = counts.into_iter().filter_map(|(name, kinds)| Some((name, most(kinds)?))).collect();
        let mut kinds = Self { agents, tasks: BTreeMap::new() };
        expressions.for_each(|(expression, subject)| kinds.note(expression, subject));
        kinds
    }

    fn note(&mut self, expression: &Expression, subject: Subject) {
        match expression {
            Expression::All(parts) | Expression::Any(parts) => {
                parts.iter().for_each(|part| self.note(part, subject));
            }
            Expression::Not(inner) => self.note(inner, subject),
            Expression::Compare(Comparison { left, operator, right }) => {
                let (of_left, of_right) = match operator {
                    Operator::Has | Operator::NotHas => {
                        (Some(AttributeKind::Texts), Some(AttributeKind::Text))
                    }
                    Operator::In | Operator::NotIn => (Some(AttributeKind::Text), Some(AttributeKind::Texts)),
                    Operator::Contains | Operator::NotContains => {
                        (Some(AttributeKind::Text), Some(AttributeKind::Text))
                    }
                    _ => (self.kind(right), self.kind(left)),
                };
                self.note_operand(left, of_left, subject);
                self.note_operand(right, of_right, subject);
            }
        }
    }

    fn note_operand(&mut self, operand: &Operand, kind: Option<AttributeKind>, subject: Subject) {
        let (Some(name), Some(kind)) = (task_attribute(operand, subject), kind) else { return };
        if self.tasks.len() < MOST {
            self.tasks.entry(name).or_insert(kind);
        }
    }

    /// Of a constant or a worker's attribute.
    fn kind(&self, operand: &Operand) -> Option<AttributeKind> {
        match operand {
            Operand::Text(_) => Some(AttributeKind::Text),
            Operand::Number(_) => Some(AttributeKind::Number),
            Operand::Truth(_) => Some(AttributeKind::Truth),
            Operand::List(_) => Some(AttributeKind::Texts),
            Operand::Null => None,
            Operand::Path(path) if path_of_level(path).is_some() => Some(AttributeKind::Number),
            Operand::Path(path) if is_skills(path) || is_languages(path) => Some(AttributeKind::Texts),
            Operand::Path(path) => self.agents.get(&Name::new(&attribute(&own(path))).ok()?).copied(),
        }
    }
}

fn task_attribute(operand: &Operand, subject: Subject) -> Option<Name> {
    let Operand::Path(path) = operand else { return None };
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let rest = match (path.first()?, subject) {
        (&"task", _) => &path[1..],
        (&"worker", _) | (_, Subject::Worker) => return None,
        (_, Subject::Task) => &path[..],
    };
    Name::new(&attribute(rest)).ok()
}

/// A worker's own attributes, objects taken apart.
pub(super) fn values(attributes: &Value) -> Vec<(Name, &Value)> {
    let mut found = Vec::new();
    for (name, value) in attributes.as_object().into_iter().flatten() {
        if !SAID_ELSEWHERE.contains(&name.as_str()) {
            gather(&mut vec![name.as_str()], value, &mut found);
        }
    }
    found
}

fn gather<'a>(path: &mut Vec<&'a str>, value: &'a Value, into: &mut Vec<(Name, &'a Value)>) {
    match value {
        Value::Object(inside) if path.len() < DEEPEST => {
            for (name, value) in inside {
                path.push(name);
                gather(path, value, into);
                path.pop();
            }
        }
        Value::Null => {}
        _ => into.extend(Name::new(&attribute(path)).ok().map(|name| (name, value))),
    }
}

/// None: it is no text, number, truth or list of texts.
pub(super) fn converted(value: &Value) -> Option<AttributeValue> {
    match value {
        Value::String(text) => Some(AttributeValue::Text(text.into())),
        Value::Bool(truth) => Some(AttributeValue::Truth(*truth)),
        Value::Number(number) => Number::new(number.as_f64()?).ok().map(AttributeValue::Number),
        Value::Array(entries) => {
            let texts = entries.iter().map(|entry| entry.as_str().map(Into::into));
            texts.collect::<Option<_>>().map(AttributeValue::Texts)
        }
        Value::Null | Value::Object(_) => None,
    }
}
