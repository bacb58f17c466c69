//! From filters to routes.

use std::collections::BTreeSet;

use model::{Intent, QueueId};

use super::expression::{Comparison, Expression, Operand, Operator};
use super::filter::Filter;
use super::names::plain;
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
    pub fn add(&mut self, filter: &Filter, queue: &QueueId, report: &mut Report) -> Takes {
        let place = format!("{}.expression", filter.place);
        let Some(expression) = &filter.expression else { return Takes::EveryTask };
        if is_always_true(expression) {
            return Takes::EveryTask;
        }
        match values(expression) {
            Some((attribute, values)) => self.by_intent(&attribute, &values, queue, &place, report),
            None => {
                let reason = format!("routes go by the intent of a task: nothing leads to queue {queue} yet");
                report.lost(place, reason);
            }
        }
        Takes::SomeTasks
    }

    fn by_intent(
        &mut self,
        attribute: &str,
        values: &[&str],
        queue: &QueueId,
        place: &str,
        report: &mut Report,
    ) {
        for value in values {
            let Ok(intent) = Intent::new(&plain(value)) else {
                report.lost(place, format!("{value:?} makes no intent"));
                continue;
            };
            if !self.taken.insert(intent.clone()) {
                report.lost(place, format!("the intent {intent} has a route already"));
                continue;
            }
            let how = format!("tasks whose {attribute} is {value:?} are those with the intent {intent}");
            report.changed(place, how);
            let route = serde_json::json!({ "intent": intent, "queue": queue });
            self.found.push(serde_json::from_value(route).expect("a route has an intent and a queue"));
        }
    }
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
