//! Expressions of the rules: what an agent must meet for a task, and which tasks are whose.
//!
//! They are written in a part of the Common Expression Language, and the crate `cel` reads them. Facts,
//! constants, comparisons, `in`, `has`, `&&`, `||`, `!` and `? :` are all there is: no arithmetic, no
//! loops, no time. So an expression is checked before it runs, costs at most its own length, and decides
//! the same on every day it is replayed.
//!
//! ```
//! use routing::{Expression, Scope};
//!
//! let text = "agent.skills.french >= 4 && agent.attributes.team == 'north'";
//! assert!(Expression::read(text, Scope::TaskAndAgent).is_ok());
//! let flaw = Expression::read("agent.skils.french >= 4", Scope::TaskAndAgent).unwrap_err();
//! assert_eq!(flaw.to_string(), "at column 1: there is no fact of agents \"skils\" (did you mean \"skills\"?)");
//! ```

mod bounds;
mod conditions;
mod evaluate;
mod facts;
mod flaw;
mod lower;
mod parse;
mod possible;
mod specialise;
mod truth;
mod vocabulary;

pub use evaluate::TaskView;
pub use flaw::ExpressionFlaw;
pub use possible::AgentView;
pub use vocabulary::{AttributeKind, Scope, Vocabulary};

pub(crate) use conditions::Conditions;
pub(crate) use evaluate::Unknown;
pub(crate) use specialise::Specialised;
pub(crate) use truth::{TaskFact, Truth};

/// An expression that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// All of them must hold.
    pub(crate) parts: Vec<Truth>,
}

impl Expression {
    /// In bytes.
    pub const MAX_LENGTH: usize = model::task::Condition::MAX_LENGTH;

    /// Reads an expression; any skill, queue and attribute counts as known.
    pub fn read(text: &str, scope: Scope) -> Result<Self, ExpressionFlaw> {
        Self::lower(text, scope, None)
    }

    /// The same, and refuses names that are not in the vocabulary and comparisons of different kinds.
    pub fn check(text: &str, scope: Scope, vocabulary: &Vocabulary) -> Result<Self, ExpressionFlaw> {
        Self::lower(text, scope, Some(vocabulary))
    }

    fn lower(text: &str, scope: Scope, vocabulary: Option<&Vocabulary>) -> Result<Self, ExpressionFlaw> {
        if text.trim().is_empty() || text.len() > Self::MAX_LENGTH {
            let reason = format!("an expression has 1 to {} bytes", Self::MAX_LENGTH);
            return Err(ExpressionFlaw::new(0, reason));
        }
        let parsed = parse::parse(text)?;
        let truth = lower::Lowering { parsed: &parsed, scope, vocabulary }.truth(&parsed.root)?;
        Ok(Self { parts: truth.conjuncts() })
    }

    /// Whether it holds for a task, whoever handles it. What is not known does not hold.
    pub fn holds_for(&self, task: &TaskView<'_>) -> bool {
        self.parts.iter().all(|part| part.evaluate(task) == Ok(true))
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.parts[..] {
            [only] => only.fmt(f),
            parts => Truth::All(parts.to_vec()).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
