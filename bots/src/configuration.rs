//! What an organisation can set about a virtual agent.

use std::collections::BTreeMap;

use model::{FactName, Intent, Language};
use serde::{Deserialize, Serialize};

use crate::facts::FactKind;
use crate::lines::Lines;

/// Why a configuration is refused. Retrying with the same one is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    #[error("the pattern of fact {fact} is refused: {reason}")]
    Pattern { fact: FactName, reason: String },
    #[error(
        "fact {0} says neither by a pattern nor by a kind what it looks like, so that any text would be one"
    )]
    NoPattern(FactName),
    #[error("fact {0} has a pattern and a kind: one says what it looks like")]
    PatternAndKind(FactName),
    #[error("fact {0} is declared twice")]
    DuplicateFact(FactName),
    #[error("fact {0} cannot be asked for: it has no text in any language")]
    NothingToAsk(FactName),
    #[error("{field} must be between {low} and {high}")]
    OutOfRange { field: &'static str, low: &'static str, high: &'static str },
}

/// A fact a virtual agent is to learn, so that nobody asks for it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactDeclaration {
    pub name: FactName,
    /// How it asks, by language; a language without a text is asked in the default language.
    pub ask: BTreeMap<Language, String>,
    /// A regular expression of the value as customers write it, at most 200 bytes, without regard to
    /// case. If it has a group, the first group is the value. None: the kind says it.
    #[serde(default)]
    pub pattern: Option<String>,
    #[serde(default)]
    pub kind: Option<FactKind>,
    /// Asked for when one of these is the intent, or with every one if there are none here; volunteered
    /// facts are taken with any intent.
    #[serde(default)]
    pub for_intents: Vec<Intent>,
}

/// A virtual agent that answers from articles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VirtualAgentConfiguration {
    /// Spoken when the customer's language is not known or not spoken.
    pub default_language: Language,
    /// The confidence from which an article is an answer, 0 to 1; none means the calibrated one.
    pub answer_threshold: Option<f64>,
    /// The confidence from which an intent counts, 0 to 1; none means the classifier's own.
    pub intent_threshold: Option<f64>,
    /// Hands over when it is unsure this often in a row, 1 to 10.
    pub misses_before_hand_over: u32,
    /// Characters of an answer, 100 to 4,000.
    pub answer_length: usize,
    /// Intents that always go to people, once their facts are asked for.
    pub intents_for_people: Vec<Intent>,
    pub facts: Vec<FactDeclaration>,
    /// Lines in place of the built-in ones (`en`, `de`, `ar`, `es`, `fr`), or in further languages.
    pub lines: BTreeMap<Language, Lines>,
}

impl Default for VirtualAgentConfiguration {
    fn default() -> Self {
        Self {
            default_language: Language::new("en").expect("`en` is a name"),
            answer_threshold: None,
            intent_threshold: None,
            misses_before_hand_over: 2,
            answer_length: 700,
            intents_for_people: Vec::new(),
            facts: Vec::new(),
            lines: BTreeMap::new(),
        }
    }
}

impl VirtualAgentConfiguration {
    /// Whether all values are in range; patterns are checked by [`crate::facts::FactReader::new`].
    pub fn validate(&self) -> Result<(), ConfigurationError> {
        let share = |value: Option<f64>| value.is_none_or(|value| (0.0..=1.0).contains(&value));
        let out_of_range = |field, low, high| Err(ConfigurationError::OutOfRange { field, low, high });
        if !share(self.answer_threshold) {
            return out_of_range("answer_threshold", "0", "1");
        }
        if !share(self.intent_threshold) {
            return out_of_range("intent_threshold", "0", "1");
        }
        if !(1..=10).contains(&self.misses_before_hand_over) {
            return out_of_range("misses_before_hand_over", "1", "10");
        }
        if !(100..=4_000).contains(&self.answer_length) {
            return out_of_range("answer_length", "100", "4000");
        }
        Ok(())
    }
}
