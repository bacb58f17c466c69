//! What the customer wants: intents, and the classifiers that find them.

pub mod calibration;
pub mod classifier;
pub mod examples;
pub mod features;
pub mod svm;
pub mod vectorizer;

use model::Intent;
use serde::{Deserialize, Serialize};

pub use classifier::{LinearIntentClassifier, TrainingError, TrainingOptions};
pub use examples::{Example, ExamplesError};

/// Characters of a text that are read; what follows is ignored.
pub const MAXIMUM_CHARACTERS: usize = 2_000;

/// An intent with how sure it is, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentGuess {
    pub intent: Intent,
    pub confidence: f64,
}

/// What a classifier makes of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// The best intent, or none when it is below the reject threshold: out of scope.
    pub accepted: Option<Intent>,
    /// Of the best intent, accepted or not, 0 to 1: of such guesses, about this share is right.
    pub confidence: f64,
    /// The most probable intents, best first, at most five.
    pub ranked: Vec<IntentGuess>,
}

impl Classification {
    /// Nothing is known about a text without words.
    pub fn unknown() -> Self {
        Self { accepted: None, confidence: 0.0, ranked: Vec::new() }
    }
}

/// Finds the intent of a text. Pure and synchronous; a call takes well under a millisecond.
pub trait IntentClassifier: Send + Sync {
    /// Reads the first [`MAXIMUM_CHARACTERS`] of `text`.
    fn classify(&self, text: &str) -> Classification;
}
