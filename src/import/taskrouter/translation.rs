//! What the translation of expressions goes by: our names for their skills, our levels for theirs.

use std::collections::{BTreeMap, BTreeSet};

use model::task::Condition;
use model::{Language, Skill};
use routing::{Expression, Scope, Vocabulary};

use super::kinds::Kinds;
use super::levels::Levels;
use super::names::Names;

#[derive(Debug, Default)]
pub(super) struct Translation {
    pub skills: BTreeMap<String, Skill>,
    pub levels: Levels,
    pub kinds: Kinds,
    /// Spoken by anybody.
    pub languages: BTreeSet<Language>,
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
        Self { skills: known, levels, ..Self::default() }
    }

    /// The text as one of our conditions, or why it is none.
    pub fn condition(&self, text: &str, scope: Scope) -> Result<Condition, String> {
        let vocabulary = Vocabulary {
            task_attributes: self.kinds.tasks.clone(),
            agent_attributes: self.kinds.agents.clone(),
            skills: self.skills.values().map(|skill| skill.0.clone()).collect(),
            languages: self.languages.clone(),
            ..Vocabulary::default()
        };
        Expression::check(text, scope, &vocabulary).map_err(|flaw| format!("{text} is refused {flaw}"))?;
        Condition::new(text).map_err(|error| error.to_string())
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
        let worker = serde_json::json!({
            "team": "north", "site": "a", "senior": true, "a": 1, "b": 2, "c": { "d": 3 }, "floors": ["top"],
        });
        let expressions = std::iter::once((expression, super::cel::Subject::Worker));
        let kinds = Kinds::of(std::iter::once(&worker), expressions);
        let languages = [Language::new("en").expect("a language")].into();
        Self { kinds, languages, ..Self::new(skills.iter().copied(), levels) }
    }
}
