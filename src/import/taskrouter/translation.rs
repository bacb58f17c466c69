//! What the translation of expressions goes by: our names for their skills, our levels for theirs.

use std::collections::BTreeMap;

use model::Skill;

use super::levels::Levels;
use super::names::Names;

#[derive(Debug, Default)]
pub(super) struct Translation {
    pub skills: BTreeMap<String, Skill>,
    pub levels: Levels,
}

impl Translation {
    /// Of all skills that anybody has.
    pub fn new<'a>(skills: impl Iterator<Item = &'a str>, levels: Levels) -> Self {
        let mut names = Names::default();
        let mut known = BTreeMap::new();
        for skill in skills {
            if !known.contains_key(skill) {
                let plain = super::cel::attribute(&[skill]);
                known.insert(skill.to_owned(), Skill(names.give(&plain, "skill")));
            }
        }
        Self { skills: known, levels }
    }

    /// None if nobody has it.
    pub fn skill(&self, theirs: &str) -> Option<Skill> {
        self.skills.get(theirs).cloned()
    }

    #[cfg(test)]
    pub fn for_tests(
        skills: &[&str],
        expression: &super::expression::Expression,
        report: &mut crate::import::report::Report,
    ) -> Self {
        let levels = Levels::of(std::iter::empty(), std::iter::once(expression), report);
        Self::new(skills.iter().copied(), levels)
    }
}
