//! Virtual agents, and what they understand with: intents, languages, knowledge.
//!
//! A virtual agent is asked for its next [`Action`]s with a [`Turn`] that holds all it may know; it
//! keeps no state of its own between turns, so a restart or another machine changes nothing.
//! Actions are structured: nothing here, and nothing that calls it, reads meaning out of wording.
//! Everything but [`VirtualAgent`] is synchronous and uses the processor: call it on a blocking
//! thread. There is no network here.

pub mod article_agent;
pub mod configuration;
pub mod facts;
pub mod intent;
pub mod knowledge;
pub mod language;
pub mod lines;
pub mod phrases;
pub mod turn;
pub mod virtual_agent;

pub use article_agent::ArticleAgent;
pub use configuration::{ConfigurationError, FactDeclaration, VirtualAgentConfiguration};
pub use facts::FactKind;
pub use intent::{Classification, IntentClassifier, IntentGuess, LinearIntentClassifier};
pub use knowledge::{Answer, Article, Knowledge, Passage, Threshold};
pub use language::detect_language;
pub use lines::{LineSet, Lines};
pub use turn::{Action, Progress, Purpose, Speaker, Turn, Utterance};
pub use virtual_agent::{VirtualAgent, VirtualAgentError};
