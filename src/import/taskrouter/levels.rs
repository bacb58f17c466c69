//! TaskRouter's levels are any numbers, ours are 1 to 5. What expressions ask decides where one of ours
//! ends and the next begins, so that who met a requirement meets it still.

use std::collections::BTreeMap;

use model::task::Level;
use serde_json::Value;

use super::attributes::{LEVELS, level_of, path_of_level};
use super::expression::{Comparison, Expression, Operand, Operator};
use crate::import::report::Report;

/// Bounds between five levels.
const BOUNDS: usize = 4;

/// How the levels of each skill are carried over.
#[derive(Debug, Default)]
pub(super) struct Levels {
    skills: BTreeMap<String, Scale>,
}

#[derive(Debug, Clone, PartialEq)]
enum Scale {
    /// Theirs are 1 to 5 already.
    Same,
    /// A level of ours begins at each; below the first is 1.
    Bounds(Vec<f64>),
}

/// What is known of a skill's levels.
#[derive(Debug, Default)]
struct Seen {
    values: Vec<f64>,
    /// Where expressions draw a line: at or above it, or below.
    lines: Vec<f64>,
}

impl Levels {
    /// From all workers' attributes and all expressions.
    pub fn of<'a>(
        workers: impl Iterator<Item = &'a Value>,
        expressions: impl Iterator<Item = &'a Expression>,
        report: &mut Report,
    ) -> Self {
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        for attributes in workers {
            for levels in LEVELS.iter().filter_map(|path| super::attributes::object(attributes, path)) {
                for (skill, level) in levels {
                    let values = &mut seen.entry(skill.clone()).or_default().values;
                    values.extend(level.as_f64());
                }
            }
        }
        for expression in expressions {
            lines(expression, &mut |skill, line| seen.entry(skill.to_owned()).or_default().lines.push(line));
        }
        let skills = seen.into_iter().map(|(skill, seen)| {
            let scale = seen.scale(&skill, report);
            (skill, scale)
        });
        Self { skills: skills.collect() }
    }

    /// Of a worker who has the skill; without a level of its own it is the lowest that no requirement of a
    /// level meets, and the middle where levels play no part.
    pub fn of_worker(&self, skill: &str, attributes: &Value) -> Level {
        let level = match (self.skills.get(skill), level_of(attributes, skill)) {
            (Some(scale), Some(level)) => scale.level(level),
            (Some(_), None) => 1,
            (None, _) => 3,
        };
        Level::new(level).expect("1 to 5")
    }

    /// What a requirement of at least this is with us.
    pub fn at_least(&self, skill: &str, level: f64) -> Level {
        let level = self.skills.get(skill).map_or(1, |scale| scale.level(level));
        Level::new(level).expect("1 to 5")
    }
}

impl Seen {
    fn scale(mut self, skill: &str, report: &mut Report) -> Scale {
        let is_ours = |level: &f64| level.fract() == 0.0 && (1.0..=5.0).contains(level);
        // "More than 4" is "at least 5"; there is nothing above that.
        let lines_are_ours = self.lines.iter().all(|line| is_ours(&line.ceil()));
        if self.values.iter().all(is_ours) && lines_are_ours {
            return Scale::Same;
        }
        sort(&mut self.values);
        sort(&mut self.lines);
        let least = self.values.first().or(self.lines.first()).copied().unwrap_or(1.0);
        let most = self.values.last().or(self.lines.last()).copied().unwrap_or(5.0);
        let parts = (1..=4).map(|part| least + (most - least) * f64::from(part) / 5.0);
        let place = format!("levels.{skill}");
        let is_exact = self.lines.len() <= BOUNDS;
        let mut bounds = if is_exact { self.lines } else { Vec::new() };
        for part in parts {
            let is_new = bounds.iter().all(|bound| (bound - part).abs() > f64::EPSILON);
            if bounds.len() < BOUNDS && is_new && part > least {
                bounds.push(part);
            }
        }
        sort(&mut bounds);
        let shown: Vec<_> = bounds.iter().map(|bound| format!("{bound:.3}")).collect();
        let shown: Vec<_> =
            shown.iter().map(|bound| bound.trim_end_matches('0').trim_end_matches('.')).collect();
        let how = format!("{least} to {most} become 1 to 5; 2, 3, … begin at {}", shown.join(", "));
        if is_exact {
            report.changed(place, how);
        } else {
            let more = "expressions draw more lines than five levels have, so some requirements move";
            report.changed(place, format!("{how}; {more}"));
        }
        Scale::Bounds(bounds)
    }
}

impl Scale {
    fn level(&self, level: f64) -> u8 {
        let below = match self {
            Self::Same => (1..5u8).filter(|below| f64::from(*below) < level).count(),
            Self::Bounds(bounds) => bounds.iter().filter(|bound| **bound <= level).count(),
        };
        u8::try_from(below).unwrap_or(u8::MAX).saturating_add(1).min(5)
    }
}

fn sort(numbers: &mut Vec<f64>) {
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
}

/// Where an expression draws lines between levels.
fn lines(expression: &Expression, note: &mut impl FnMut(&str, f64)) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| lines(part, note)),
        Expression::Not(inner) => lines(inner, note),
        Expression::Compare(comparison) => {
            let Some((skill, operator, level)) = compared(comparison) else { return };
            match operator {
                Operator::GreaterOrEqual | Operator::Less => note(skill, level),
                Operator::Greater | Operator::LessOrEqual => note(skill, level.next_up()),
                Operator::Equal | Operator::NotEqual => {
                    note(skill, level);
                    note(skill, level.next_up());
                }
                _ => {}
            }
        }
    }
}

/// `levels.french >= 3` and `3 <= levels.french` as skill, comparison, level.
pub(super) fn compared(comparison: &Comparison) -> Option<(&str, Operator, f64)> {
    match (&comparison.left, &comparison.right) {
        (Operand::Path(path), Operand::Number(level)) => {
            Some((path_of_level(path)?, comparison.operator, *level))
        }
        (Operand::Number(level), Operand::Path(path)) => {
            Some((path_of_level(path)?, turned(comparison.operator), *level))
        }
        _ => None,
    }
}

fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn levels(values: &[f64], asked: &[&str]) -> (Levels, Report) {
        let workers: Vec<_> =
            values.iter().map(|level| json!({ "routing": { "levels": { "french": level } } })).collect();
        let expressions: Vec<_> = asked.iter().map(|text| Expression::parse(text).unwrap()).collect();
        let mut report = Report::default();
        (Levels::of(workers.iter(), expressions.iter(), &mut report), report)
    }

    fn of(levels: &Levels, level: f64) -> u8 {
        levels.of_worker("french", &json!({ "routing": { "levels": { "french": level } } })).get()
    }

    #[test]
    fn levels_from_one_to_five_stay() {
        let (levels, report) = levels(&[1.0, 5.0], &["routing.levels.french > 2"]);
        let found: Vec<_> = [1.0, 2.0, 3.0, 4.0, 5.0].map(|level| of(&levels, level)).into();
        assert_eq!(found, [1, 2, 3, 4, 5]);
        assert_eq!(levels.at_least("french", 2.0_f64.next_up()).get(), 3);
        assert!(report.lines().is_empty());
    }

    #[test]
    fn whoever_met_a_requirement_meets_it_and_nobody_else() {
        let asked =
            ["routing.levels.french >= 60", "routing.levels.french > 85 OR worker.levels.french < 10"];
        let values: Vec<_> = (0..=100).map(f64::from).collect();
        let (levels, report) = levels(&values, &asked);
        for line in [60.0, 85.0_f64.next_up(), 10.0] {
            let asked = levels.at_least("french", line);
            for level in &values {
                assert_eq!(*level >= line, of(&levels, *level) >= asked.get(), "{level} for {line}");
            }
        }
        assert_eq!(report.lines().len(), 1, "the mapping is reported");
    }

    #[test]
    fn more_lines_than_levels_are_reported_and_the_order_is_kept() {
        let asked: Vec<_> = (1..=7).map(|line| format!("routing.levels.french >= {}", line * 10)).collect();
        let asked: Vec<_> = asked.iter().map(String::as_str).collect();
        let values: Vec<_> = (0..=100).map(f64::from).collect();
        let (levels, report) = levels(&values, &asked);
        assert!(values.windows(2).all(|pair| of(&levels, pair[0]) <= of(&levels, pair[1])));
        assert!(report.lines()[0].reason.contains("some requirements move"));
    }

    #[test]
    fn who_has_a_skill_without_a_level_meets_no_requirement_of_one() {
        let (levels, _) = levels(&[20.0, 80.0], &["routing.levels.french >= 50"]);
        assert_eq!(levels.of_worker("french", &json!({})).get(), 1);
        assert!(levels.at_least("french", 50.0).get() > 1);
        assert_eq!(levels.of_worker("cooking", &json!({})).get(), 3);
    }
}
