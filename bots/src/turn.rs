//! What a virtual agent is told, and what it can do about it.

use std::collections::{BTreeMap, BTreeSet};

use model::event::Citation;
use model::task::TransferReason;
use model::{Channel, FactName, Intent, Language};
use serde::{Deserialize, Serialize};

use crate::intent::IntentGuess;

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Customer,
    /// The virtual agent whose turn it is.
    Myself,
    /// A person, or another virtual agent.
    OtherAgent,
    System,
}

/// One message of the conversation so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utterance {
    pub speaker: Speaker,
    pub text: String,
    /// As they were posted with the message.
    #[serde(default)]
    pub citations: Vec<Citation>,
}

impl Utterance {
    pub fn new(speaker: Speaker, text: impl Into<String>) -> Self {
        Self { speaker, text: text.into(), citations: Vec::new() }
    }
}

/// How far a virtual agent has come in a conversation. Derived from the transcript by
/// [`crate::VirtualAgent::recall`]; kept nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The customer has been greeted.
    pub greeted: bool,
    /// How often in a row it was unsure; an answer or a question of its own sets it to zero.
    pub misses: u32,
    /// Facts it has asked for at any time.
    pub asked: BTreeSet<FactName>,
    /// The fact its last message asked for.
    pub pending: Option<FactName>,
    /// How many answers it has given.
    pub answers: u32,
    /// Its last message offered a person.
    pub offered_person: bool,
}

impl Progress {
    /// The progress once `actions` are carried out.
    pub fn after(mut self, actions: &[Action]) -> Self {
        for action in actions {
            if let Action::Say { purpose, .. } = action {
                self.say(purpose);
            }
        }
        self
    }

    /// Takes account of one message of its own.
    pub fn say(&mut self, purpose: &Purpose) {
        self.offered_person = *purpose == Purpose::Repeated;
        match purpose {
            Purpose::Greet => self.greeted = true,
            Purpose::Answer => {
                self.misses = 0;
                self.pending = None;
                self.answers += 1;
            }
            Purpose::Ask { fact } => {
                self.misses = 0;
                self.pending = Some(fact.clone());
                self.asked.insert(fact.clone());
            }
            Purpose::Unsure | Purpose::Repeated => {
                self.misses += 1;
                self.pending = None;
            }
            Purpose::Close => self.pending = None,
        }
    }
}

/// All a virtual agent may know when it is its turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub channel: Channel,
    /// As detected or chosen; none when nobody knows yet.
    pub language: Option<Language>,
    /// What the customer said last, in plain text without quoted mail; empty when they have only
    /// just arrived. Anything past 2,000 characters is not read.
    pub text: String,
    /// The messages before `text`, oldest first. The last 50 are enough.
    pub recent: Vec<Utterance>,
    /// What is known of the contact, whoever learned it.
    pub facts: BTreeMap<FactName, String>,
    /// The session's intent so far.
    pub intent: Option<IntentGuess>,
    /// From [`crate::VirtualAgent::recall`].
    pub progress: Progress,
    /// A button or a flow said so: a structured signal, whatever the words are.
    pub customer_asked_for_person: bool,
}

impl Turn {
    /// A turn about `text` in a conversation that has only begun.
    pub fn new(channel: Channel, language: Option<Language>, text: impl Into<String>) -> Self {
        Self {
            channel,
            language,
            text: text.into(),
            recent: Vec::new(),
            facts: BTreeMap::new(),
            intent: None,
            progress: Progress::default(),
            customer_asked_for_person: false,
        }
    }
}

/// Why a virtual agent says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    Greet,
    /// It answers, with citations.
    Answer,
    /// It asks for a fact.
    Ask {
        fact: FactName,
    },
    /// It has no answer it is sure of: a miss.
    Unsure,
    /// Its answer would be the one it has just given: a miss as well, and it offers a person.
    Repeated,
    /// It takes leave: of a customer it hands over, or one it has helped.
    Close,
}

/// What a virtual agent wants done, in order. After `HandOver` or `Resolve` nothing follows.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Post `text` to the customer.
    Say { text: String, citations: Vec<Citation>, purpose: Purpose },
    /// The customer told it: `value` is at most 200 bytes.
    CollectFact { name: FactName, value: String },
    /// `confidence` is 0 to 1.
    SetIntent { intent: Intent, confidence: f64 },
    /// Transfer the task to people. `summary` is at most 2,000 bytes.
    HandOver { reason: TransferReason, summary: String, intent: Option<Intent> },
    /// The customer is helped: complete the task.
    Resolve,
}
