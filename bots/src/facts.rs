//! Declared facts, read from what customers write.

use model::{FactName, Intent};
use regex::{Regex, RegexBuilder};

use crate::configuration::{ConfigurationError, FactDeclaration};

/// Bytes of a pattern.
const MAXIMUM_PATTERN: usize = 200;
/// Bytes of memory a compiled pattern may take; matching is linear in the text, whatever the pattern.
const MAXIMUM_COMPILED: usize = 200_000;
/// Bytes of a value.
const MAXIMUM_VALUE: usize = 200;

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
        self.declarations().filter(move |declaration| declaration.for_intents.contains(intent))
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
    if declaration.pattern.len() > MAXIMUM_PATTERN {
        return Err(refuse(format!("longer than {MAXIMUM_PATTERN} bytes")));
    }
    let pattern = RegexBuilder::new(&declaration.pattern)
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
