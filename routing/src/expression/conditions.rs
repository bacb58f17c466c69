//! The conditions that requirements name, each read once; and what they ask for a task.

use model::task::{Condition, Requirements};
use rustc_hash::FxHashMap;

use super::{Expression, ExpressionFlaw, Scope, Specialised, TaskView, Truth};

/// Conditions kept. They come from an organisation's rules, which are few.
const KEPT: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Conditions(FxHashMap<Condition, Result<Expression, ExpressionFlaw>>);

impl Conditions {
    /// Reads those that have not been read before.
    pub fn learn(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            if !self.0.contains_key(condition) {
                if self.0.len() >= KEPT {
                    self.0.clear();
                }
                self.0.insert(condition.clone(), read(condition));
            }
        }
    }

    /// What the requirements ask of an agent once the task is known: needs for the indexes, and the rest.
    pub fn asked(&self, requirements: &Requirements, task: &TaskView<'_>) -> (Requirements, Vec<Truth>) {
        let mut needs = Requirements::new(requirements.skills.iter().cloned(), requirements.language.clone());
        let mut rest = Vec::new();
        for condition in &requirements.conditions {
            match self.specialised(condition, task, needs) {
                (more, Some(specialised)) => {
                    needs = more;
                    rest.extend(specialised.rest.into_iter().map(|(_, truth)| truth));
                }
                (same, None) => {
                    needs = same;
                    rest.push(Truth::Constant(false));
                }
            }
        }
        rest.sort_unstable_by_key(ToString::to_string);
        rest.dedup();
        (needs, rest)
    }

    /// The parts of a condition with the task's facts put in, after `needs` that hold besides; none for
    /// one that cannot be read, which nobody meets.
    pub fn specialised(
        &self,
        condition: &Condition,
        task: &TaskView<'_>,
        needs: Requirements,
    ) -> (Requirements, Option<Specialised>) {
        let read_now;
        let expression = match self.0.get(condition) {
            Some(known) => known,
            None => {
                read_now = read(condition);
                &read_now
            }
        };
        let Ok(expression) = expression else { return (needs, None) };
        let value = |fact: &super::TaskFact| task.get(fact).map(super::evaluate::Seen::owned);
        let mut specialised = Specialised::of(&expression.parts, needs, value);
        (std::mem::take(&mut specialised.needs), Some(specialised))
    }

    /// The parts of a condition as they are written.
    pub fn part(&self, condition: &Condition, place: usize) -> String {
        let part = |expression: &Expression| expression.parts.get(place).map(ToString::to_string);
        let known = match self.0.get(condition) {
            Some(Ok(expression)) => part(expression),
            Some(Err(_)) => None,
            None => read(condition).ok().as_ref().and_then(part),
        };
        known.unwrap_or_else(|| condition.as_str().to_owned())
    }
}

fn read(condition: &Condition) -> Result<Expression, ExpressionFlaw> {
    Expression::read(condition.as_str(), Scope::TaskAndAgent)
}
