//! From filters to routes.

use std::collections::BTreeSet;

use model::task::Condition;
use model::{Intent, QueueId};
use routing::Scope;

use super::cel::{Subject, cel};
use super::expression::{Comparison, Expression, Operand, Operator};
use super::filter::Filter;
use super::names::plain;
use super::translation::Translation;
use crate::configuration::organisation::Route;
use crate::import::report::Report;

#[derive(Debug, Default)]
pub(super) struct Routes {
    pub found: Vec<Route>,
    taken: BTreeSet<Intent>,
}

/// What is left for the filters after one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Takes {
    SomeTasks,
    EveryTask,
}

impl Routes {
    /// The first filter that a task meets is its own, as with TaskRouter.
    pub fn add(
        &mut self,
        filter: &Filter,
        queue: &QueueId,
        translation: &Translation,
        report: &mut Report,
    ) -> Takes {
        let place = format!("{}.expression", filter.place);
        let Some(expression) = &filter.expression else { return Takes::EveryTask };
        if is_always_true(expression) {
            return Takes::EveryTask;
        }
        let (values, rest) = taken_apart(expression);
        let when = match rest.is_empty() {
            true => Ok(None),
            false => cel(&Expression::All(rest), Subject::Task, translation)
                .and_then(|text| translation.condition(&text, Scope::Task))
                .map(Some),
        };
        match (when, values) {
            (Err(reason), _) => {
                let written = &filter.written;
                let nothing = format!("nothing leads to queue {queue} yet");
                report.lost(place, format!("{reason}; {nothing}: {written}"));
            }
            (Ok(when), Some((attribute, values))) => {
                self.by_intent(&attribute, &values, when.as_ref(), queue, &place, report);
            }
            (Ok(Some(when)), None) => self.add_route(None, Some(&when), queue),
            (Ok(None), None) => return Takes::EveryTask,
        }
        Takes::SomeTasks
    }

    fn by_intent(
        &mut self,
        attribute: &str,
        values: &[&str],
        when: Option<&Condition>,
        queue: &QueueId,
        place: &str,
        report: &mut Report,
    ) {
        for value in values {
            let Ok(intent) = Intent::new(&plain(value)) else {
                report.lost(place, format!("{value:?} makes no intent"));
                continue;
            };
            if self.taken.contains(&intent) {
                report.lost(place, format!("the intent {intent} has a route already"));
                continue;
            }
            if when.is_none() {
                self.taken.insert(intent.clone());
            }
            let how = format!("tasks whose {attribute} is {value:?} are those with the intent {intent}");
            report.changed(place, how);
            self.add_route(Some(&intent), when, queue);
        }
    }

    fn add_route(&mut self, intent: Option<&Intent>, when: Option<&Condition>, queue: &QueueId) {
        let mut route = serde_json::json!({ "queue": queue });
        if let Some(intent) = intent {
            route["intent"] = intent.as_str().into();
        }
        if let Some(when) = when {
            route["when"] = when.as_str().into();
        }
        self.found.push(serde_json::from_value(route).expect("a route has a queue, and says of which tasks"));
    }
}

/// Attributes that say what a customer wants, by a word in their name.
const SAY_WHAT_IS_WANTED: [&str; 6] = ["intent", "topic", "subject", "reason", "category", "issue"];

/// The values of the attribute that says what is wanted, and what is asked besides.
fn taken_apart(expression: &Expression) -> (Option<(String, Vec<&str>)>, Vec<Expression>) {
    let mut found = None;
    let mut rest = Vec::new();
    for part in expression.conjuncts() {
        let wanted = values(part).filter(|(attribute, _)| {
            let name = attribute.rsplit('.').next().unwrap_or_default().to_lowercase();
            SAY_WHAT_IS_WANTED.iter().any(|word| name.contains(word))
        });
        match wanted {
            Some(wanted) if found.is_none() => found = Some(wanted),
            _ => rest.push(part.clone()),
        }
    }
    (found, rest)
}

fn is_always_true(expression: &Expression) -> bool {
    let Expression::Compare(Comparison { left, operator: Operator::Equal, right }) = expression else {
        return false;
    };
    left == right && !matches!(left, Operand::Path(_))
}

/// `topic == 'refund'`, or several of them for one attribute.
fn values(expression: &Expression) -> Option<(String, Vec<&str>)> {
    match expression {
        Expression::Any(parts) => {
            let mut found: Option<(String, Vec<&str>)> = None;
            for part in parts {
                let (attribute, values) = self::values(part)?;
                match &mut found {
                    None => found = Some((attribute, values)),
                    Some((same, all)) if *same == attribute => all.extend(values),
                    Some(_) => return None,
                }
            }
            found
        }
        Expression::Compare(Comparison { left, operator, right }) => match (left, operator, right) {
            (Operand::Path(path), Operator::Equal, Operand::Text(value))
            | (Operand::Text(value), Operator::Equal, Operand::Path(path)) => {
                Some((path.join("."), vec![value]))
            }
            (Operand::Path(path), Operator::In, Operand::List(values)) => {
                Some((path.join("."), texts(values)?))
            }
            _ => None,
        },
        Expression::All(_) | Expression::Not(_) => None,
    }
}

fn texts(values: &[Operand]) -> Option<Vec<&str>> {
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        let Operand::Text(text) = value else { return None };
        texts.push(text.as_str());
    }
    Some(texts)
}
