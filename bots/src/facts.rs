//! Declared facts, read from what customers write.

use model::{FactName, Intent};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::configuration::{ConfigurationError, FactDeclaration};

/// Bytes of a pattern.
const MAXIMUM_PATTERN: usize = 200;
/// Bytes of memory a compiled pattern may take; matching is linear in the text, whatever the pattern.
const MAXIMUM_COMPILED: usize = 200_000;
/// Bytes of a value.
const MAXIMUM_VALUE: usize = 200;

/// What a fact looks like that many organisations ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// An email address.
    Email,
    /// A telephone number of 7 to 15 digits, with or without a country's prefix.
    Phone,
    /// A number of 1 to 18 digits.
    Number,
    /// A date in figures: 2026-11-24, 24.11.2026 or 11/24/2026.
    Date,
}

impl FactKind {
    fn pattern(self) -> &'static str {
        match self {
            Self::Email => r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+",
            Self::Phone => r"(?:\+|\b)[0-9](?:[ ./()-]{0,2}[0-9]){6,14}\b",
            Self::Number => r"\b[0-9]{1,18}\b",
            Self::Date => r"\b(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})\b",
        }
    }
}

/// Finds the values of declared facts in free text.
#[derive(Debug, Clone)]
pub struct FactReader {
    declared: Vec<(FactDeclaration, Regex)>,
}

impl FactReader {
    pub fn new(declarations: &[FactDeclaration]) -> Result<Self, ConfigurationError> {
        let mut declared: Vec<(FactDeclaration, Regex)> = Vec::new();
        for declaration in declarations {
            if declared.iter().any(|(other, _)| other.name == declaration.name) {
                return Err(ConfigurationError::DuplicateFact(declaration.name.clone()));
            }
            if declaration.ask.values().all(|text| text.trim().is_empty()) {
                return Err(ConfigurationError::NothingToAsk(declaration.name.clone()));
            }
            declared.push((declaration.clone(), compile(declaration)?));
        }
        Ok(Self { declared })
    }

    pub fn declarations(&self) -> impl Iterator<Item = &FactDeclaration> {
        self.declared.iter().map(|(declaration, _)| declaration)
    }

    pub fn declaration(&self, name: &FactName) -> Option<&FactDeclaration> {
        self.declarations().find(|declaration| declaration.name == *name)
    }

    /// The facts needed with an intent, in the order of their declaration.
    pub fn needed_for<'a>(&'a self, intent: &'a Intent) -> impl Iterator<Item = &'a FactDeclaration> {
        self.declarations().filter(move |declaration| {
            declaration.for_intents.is_empty() || declaration.for_intents.contains(intent)
        })
    }

    /// Every declared fact that `text` states, each at most once: the first value that fits.
    pub fn read(&self, text: &str) -> Vec<(FactName, String)> {
        self.declared
            .iter()
            .filter_map(|(declaration, pattern)| Some((declaration.name.clone(), value(pattern, text)?)))
            .collect()
    }
}

fn compile(declaration: &FactDeclaration) -> Result<Regex, ConfigurationError> {
    let refuse = |reason: String| ConfigurationError::Pattern { fact: declaration.name.clone(), reason };
    let pattern = match (&declaration.pattern, declaration.kind) {
        (Some(pattern), None) => pattern.as_str(),
        (None, Some(kind)) => kind.pattern(),
        (None, None) => return Err(ConfigurationError::NoPattern(declaration.name.clone())),
        (Some(_), Some(_)) => return Err(ConfigurationError::PatternAndKind(declaration.name.clone())),
    };
    if pattern.len() > MAXIMUM_PATTERN {
        return Err(refuse(format!("longer than {MAXIMUM_PATTERN} bytes")));
    }
    let pattern = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(MAXIMUM_COMPILED)
        .dfa_size_limit(MAXIMUM_COMPILED)
        .build()
        .map_err(|error| refuse(error.to_string()))?;
    if pattern.is_match("") {
        return Err(refuse("it fits an empty text".into()));
    }
    Ok(pattern)
}

fn value(pattern: &Regex, text: &str) -> Option<String> {
    let found = pattern.captures(text)?;
    let value = found.get(1).or_else(|| found.get(0))?.as_str().trim();
    (!value.is_empty() && value.len() <= MAXIMUM_VALUE).then(|| value.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test panics where it fails")]
mod tests {
    use super::*;

    fn declared(pattern: Option<&str>, kind: Option<FactKind>) -> FactDeclaration {
        FactDeclaration {
            name: FactName::new("fact").unwrap(),
            ask: [(model::Language::new("en").unwrap(), "Which?".to_owned())].into(),
            pattern: pattern.map(str::to_owned),
            kind,
            for_intents: Vec::new(),
        }
    }

    fn read(kind: FactKind, text: &str) -> Option<String> {
        let reader = FactReader::new(&[declared(None, Some(kind))]).unwrap();
        reader.read(text).pop().map(|(_, value)| value)
    }

    #[test]
    fn a_fact_without_a_pattern_or_a_kind_is_refused() {
        let name = FactName::new("fact").unwrap();
        let refused = |pattern, kind| FactReader::new(&[declared(pattern, kind)]).unwrap_err();
        assert_eq!(refused(None, None), ConfigurationError::NoPattern(name.clone()));
        assert_eq!(refused(Some("x"), Some(FactKind::Date)), ConfigurationError::PatternAndKind(name));
        for bad in ["(", "x*", &"x".repeat(201)] {
            assert!(matches!(refused(Some(bad), None), ConfigurationError::Pattern { .. }), "{bad}");
        }
    }

    #[test]
    fn a_kind_finds_its_values_and_nothing_else() {
        let found = |kind, text: &str| read(kind, text).unwrap_or_default();
        assert_eq!(found(FactKind::Email, "write to Ana@Example.org, please"), "Ana@Example.org");
        assert_eq!(found(FactKind::Phone, "call +49 (30) 123456-78 today"), "+49 (30) 123456-78");
        assert_eq!(found(FactKind::Number, "it is 4711."), "4711");
        assert_eq!(found(FactKind::Date, "on 24.11.2026 or so"), "24.11.2026");
        assert_eq!(found(FactKind::Date, "on 2026-11-24"), "2026-11-24");
        for (kind, text) in [
            (FactKind::Email, "I have none @ all"),
            (FactKind::Phone, "order 12345"),
            (FactKind::Number, "none, sorry"),
            (FactKind::Date, "in 3.5 weeks"),
        ] {
            assert_eq!(read(kind, text), None, "{kind:?} in {text:?}");
        }
    }

    #[test]
    fn a_fact_for_no_intent_in_particular_is_needed_with_every_one() {
        let reader = FactReader::new(&[declared(Some("x"), None)]).unwrap();
        assert_eq!(reader.needed_for(&Intent::new("refund").unwrap()).count(), 1);
    }
}
