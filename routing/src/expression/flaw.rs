//! What is wrong with an expression, and where.

use std::fmt;

/// Why an expression is refused. Retrying with the same text is pointless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionFlaw {
    /// So many characters of the text come before it.
    pub at: usize,
    pub reason: String,
    /// The nearest known name, if one is near.
    pub nearest: Option<String>,
}

impl ExpressionFlaw {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into(), nearest: None }
    }

    /// A name that is not known, among those that are.
    pub(super) fn unknown<'a>(
        at: usize,
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let nearest = nearest(name, known);
        Self { at, reason: format!("there is no {kind} {name:?}"), nearest }
    }
}

impl fmt::Display for ExpressionFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at column {}: {}", self.at + 1, self.reason)?;
        match &self.nearest {
            Some(nearest) => write!(f, " (did you mean {nearest:?}?)"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExpressionFlaw {}

/// The candidate near enough to be what was meant: a third of the letters is otherwise, or one.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = (name.chars().count() / 3).max(1);
    let near = known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, known)| known.to_owned())
}
