//! What an expression asks of an agent, taken apart into what we have words for.

use std::collections::BTreeMap;

use model::Skill;
use model::task::{Condition, Level};

use super::attributes::{is_languages, is_skills};
use super::cel::{Subject, cel};
use super::expression::{Comparison, Expression, Operand, Operator};
use super::levels::compared;
use super::translation::Translation;

/// All of it must hold.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub skills: BTreeMap<Skill, Level>,
    /// The customer's language must be spoken.
    pub language: bool,
    /// What are no skills, in our own language of expressions.
    pub conditions: Vec<Condition>,
    /// What could not be carried over, each with its reason.
    pub lost: Vec<String>,
}

impl Asked {
    /// Of a task queue's or a target's expression: bare names are the worker's.
    pub fn of(expression: &Expression, translation: &Translation) -> Self {
        let mut asked = Self::default();
        for part in expression.conjuncts() {
            asked.add(part, translation);
        }
        asked
    }

    fn add(&mut self, part: &Expression, translation: &Translation) {
        if let Expression::Compare(comparison) = part {
            if is_always_true(comparison) {
                return;
            }
            if let Some((skill, level)) = skill(comparison, translation) {
                let least = self.skills.entry(skill).or_insert(level);
                *least = level.max(*least);
                return;
            }
            if is_customers_language(comparison) {
                self.language = true;
                return;
            }
        }
        let text = cel(part, Subject::Worker, translation);
        match text.and_then(|text| translation.condition(&text, routing::Scope::TaskAndAgent)) {
            Ok(condition) => self.conditions.push(condition),
            Err(reason) => self.lost.push(reason),
        }
    }
}

/// `1 == 1`, which TaskRouter writes for everybody.
fn is_always_true(comparison: &Comparison) -> bool {
    let constant = |operand: &Operand| !matches!(operand, Operand::Path(_));
    comparison.operator == Operator::Equal
        && comparison.left == comparison.right
        && constant(&comparison.left)
}

/// A skill at a level or above.
fn skill(comparison: &Comparison, translation: &Translation) -> Option<(Skill, Level)> {
    let Comparison { left, operator, right } = comparison;
    match (left, operator, right) {
        (Operand::Path(path), Operator::Has, Operand::Text(skill))
        | (Operand::Text(skill), Operator::In, Operand::Path(path))
            if is_skills(path) =>
        {
            Some((translation.skill(skill)?, Level::LOWEST))
        }
        _ => {
            let (skill, operator, level) = compared(comparison)?;
            let least = match operator {
                Operator::GreaterOrEqual => level,
                Operator::Greater => level.next_up(),
                _ => return None,
            };
            Some((translation.skill(skill)?, translation.levels.at_least(skill, least)))
        }
    }
}

/// `task.language IN worker.languages`, either way round.
fn is_customers_language(comparison: &Comparison) -> bool {
    let (list, one) = match comparison.operator {
        Operator::In => (&comparison.right, &comparison.left),
        Operator::Has => (&comparison.left, &comparison.right),
        Operator::Equal => match (&comparison.left, &comparison.right) {
            (Operand::Path(path), other) if path[0] == "task" => (other, &comparison.left),
            (other, one) => (other, one),
        },
        _ => return false,
    };
    let (Operand::Path(list), Operand::Path(one)) = (list, one) else { return false };
    let is_language = |name: &String| name.to_lowercase().contains("lang");
    is_languages(list) && one[0] == "task" && one.last().is_some_and(is_language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::report::Report;

    fn asked(text: &str) -> Asked {
        let expression = Expression::parse(text).unwrap();
        let skills = ["sales", "Tier 2", "french"];
        let translation = Translation::for_tests(&skills, &expression, &mut Report::default());
        Asked::of(&expression, &translation)
    }

    fn skills(asked: &Asked) -> Vec<(&str, u8)> {
        asked.skills.iter().map(|(skill, level)| (skill.as_str(), level.get())).collect()
    }

    #[test]
    fn skills_levels_and_the_customers_language_are_our_own() {
        let all = asked(
            "routing.skills HAS 'sales' AND worker.routing.levels.french > 3 AND 2 <= levels.sales
            AND 'Tier 2' IN skills AND task.language IN worker.languages AND 1==1",
        );
        assert_eq!(skills(&all), [("french", 4), ("sales", 2), ("tier_2", 1)]);
        assert!(all.language && all.conditions.is_empty() && all.lost.is_empty(), "{all:?}");
    }

    #[test]
    fn everything_else_is_a_condition() {
        for (text, condition) in [
            (
                "routing.skills HAS 'sales' OR team == 'north'",
                "agent.skills.sales >= 1 || agent.attributes.team == \"north\"",
            ),
            ("worker.team IN ['north', 'south']", "agent.attributes.team in [\"north\", \"south\"]"),
            ("worker.site == task.site_code", "agent.attributes.site == task.attributes.site_code"),
            ("NOT (senior == true)", "!has(agent.attributes.senior) || agent.attributes.senior != true"),
            ("NOT (a < 3)", "!has(agent.attributes.a) || !(agent.attributes.a < 3)"),
            (
                "NOT (senior == true OR a == 1)",
                "(!has(agent.attributes.senior) || agent.attributes.senior != true) && \
                 (!has(agent.attributes.a) || agent.attributes.a != 1)",
            ),
            ("team CONTAINS 'nor'", "agent.attributes.team.contains(\"nor\")"),
            ("floors CONTAINS 'top'", "\"top\" in agent.attributes.floors"),
            (
                "floors NOT HAS 'top'",
                "!has(agent.attributes.floors) || !(\"top\" in agent.attributes.floors)",
            ),
            ("languages HAS 'English'", "\"en\" in agent.languages"),
            ("routing.levels.french < 3", "!(agent.skills.french >= 3)"),
            ("a == 1 AND (b == 2 OR c.d != 3)", "agent.attributes.a == 1"),
        ] {
            let asked = asked(text);
            assert_eq!(asked.conditions[0].as_str(), condition, "{asked:?}");
            assert!(asked.lost.is_empty(), "{asked:?}");
        }
        let both = asked("a == 1 AND (b == 2 OR c.d != 3)");
        assert_eq!(
            both.conditions[1].as_str(),
            "agent.attributes.b == 2 || (!has(agent.attributes.c_d) || agent.attributes.c_d != 3)"
        );
    }

    #[test]
    fn what_has_no_counterpart_says_why() {
        for (text, reason) in [
            ("team > 3", "a text is compared with a number"),
            ("floor == 'top'", "attribute of agents \"floor\""),
            ("worker.activity_name == 'Lunch'", "presence"),
            ("routing.skills HAS 'nobody has it'", "nobody has the skill"),
            ("task.skill IN worker.routing.skills", "names a skill"),
        ] {
            let asked = asked(text);
            assert!(asked.lost.len() == 1 && asked.lost[0].contains(reason), "{asked:?}");
        }
    }
}
