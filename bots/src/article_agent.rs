//! The virtual agent that answers from articles, collects declared facts and knows when to hand over.
//!
//! All it knows of a conversation comes with the turn, so nothing is lost by a restart.

use std::sync::Arc;

use async_trait::async_trait;
use model::task::TransferReason;
use model::{FactName, Intent, Language};

use crate::configuration::{ConfigurationError, VirtualAgentConfiguration};
use crate::facts::FactReader;
use crate::intent::IntentClassifier;
use crate::knowledge::{Knowledge, Threshold};
use crate::lines::{LineSet, Lines};
use crate::phrases;
use crate::turn::{Action, Progress, Purpose, Speaker, Turn, Utterance};
use crate::virtual_agent::{VirtualAgent, VirtualAgentError};

/// Characters of the customer's last question in a summary.
const QUESTION_IN_SUMMARY: usize = 300;

pub struct ArticleAgent {
    configuration: VirtualAgentConfiguration,
    knowledge: Arc<Knowledge>,
    classifier: Option<Arc<dyn IntentClassifier>>,
    threshold: Threshold,
    facts: FactReader,
    lines: LineSet,
}

impl ArticleAgent {
    /// `threshold` is the calibrated one, 0 to 1; the configuration's own goes before it.
    pub fn new(
        configuration: VirtualAgentConfiguration,
        knowledge: Arc<Knowledge>,
        classifier: Option<Arc<dyn IntentClassifier>>,
        threshold: Threshold,
    ) -> Result<Self, ConfigurationError> {
        configuration.validate()?;
        if !(0.0..=1.0).contains(&threshold.0) {
            let (low, high) = ("0", "1");
            return Err(ConfigurationError::OutOfRange { field: "the calibrated threshold", low, high });
        }
        let facts = FactReader::new(&configuration.facts)?;
        let lines = LineSet::new(&configuration.lines);
        let threshold = configuration.answer_threshold.map_or(threshold, Threshold);
        Ok(Self { configuration, knowledge, classifier, threshold, facts, lines })
    }

    /// What to do in a turn. Pure.
    pub fn decide(&self, turn: &Turn) -> Vec<Action> {
        let language = self.language(turn);
        let lines = self.lines.of(&language);
        let mut actions = Vec::new();
        let said_hello = turn.progress.greeted;
        if turn.text.trim().is_empty() && !turn.customer_asked_for_person {
            if !said_hello {
                actions.push(say(&lines.greeting, Purpose::Greet));
            }
            return actions;
        }
        let collected = self.collect(turn, &mut actions);
        let intent = self.intent(turn, &mut actions);
        if turn.customer_asked_for_person || phrases::asks_for_person(&turn.text) {
            self.hand_over(TransferReason::CustomerRequest, turn, &collected, intent, lines, &mut actions);
            return actions;
        }
        let accepts_offer = turn.progress.offered_person && phrases::says_yes(&turn.text);
        if accepts_offer {
            self.hand_over(TransferReason::CustomerRequest, turn, &collected, intent, lines, &mut actions);
            return actions;
        }
        if phrases::says_done(&turn.text) && said_hello {
            actions.push(say(&lines.farewell, Purpose::Close));
            actions.push(Action::Resolve);
            return actions;
        }
        self.respond(turn, &language, lines, &collected, intent, &mut actions);
        actions
    }

    fn respond(
        &self,
        turn: &Turn,
        language: &Language,
        lines: &Lines,
        collected: &[(FactName, String)],
        intent: Option<Intent>,
        actions: &mut Vec<Action>,
    ) {
        let length = self.configuration.answer_length;
        let gave_pending =
            turn.progress.pending.as_ref().is_some_and(|pending| knows(turn, collected, pending));
        let for_people =
            intent.as_ref().is_some_and(|intent| self.configuration.intents_for_people.contains(intent));
        let answer = self.knowledge.answer(&turn.text, language, self.threshold, length);
        let is_known = answer.as_ref().is_some_and(|answer| just_said(turn, &answer.text));
        if let Some(answer) = answer.filter(|_| !gave_pending && !for_people && !is_known) {
            let citations = vec![answer.citation];
            actions.push(Action::Say { text: answer.text, citations, purpose: Purpose::Answer });
            return;
        }
        if let Some((fact, question)) = self.missing_fact(turn, collected, intent.as_ref(), language) {
            actions.push(say(&question, Purpose::Ask { fact }));
            return;
        }
        if for_people || gave_pending {
            self.hand_over(TransferReason::LowConfidence, turn, collected, intent, lines, actions);
            return;
        }
        if turn.progress.misses + 1 >= self.configuration.misses_before_hand_over {
            self.hand_over(TransferReason::LowConfidence, turn, collected, intent, lines, actions);
            return;
        }
        if is_known {
            actions.push(say(&lines.repeated, Purpose::Repeated));
        } else {
            actions.push(say(&lines.unsure, Purpose::Unsure));
        }
    }

    fn language(&self, turn: &Turn) -> Language {
        let detected = crate::detect_language(&turn.text).filter(|language| self.lines.speaks(language));
        let chosen =
            detected.or_else(|| turn.language.clone()).filter(|language| self.lines.speaks(language));
        chosen.unwrap_or_else(|| self.configuration.default_language.clone())
    }

    /// Takes every declared fact the customer has told.
    fn collect(&self, turn: &Turn, actions: &mut Vec<Action>) -> Vec<(FactName, String)> {
        let told = self.facts.read(&turn.text);
        for (name, value) in &told {
            if turn.facts.get(name) != Some(value) {
                actions.push(Action::CollectFact { name: name.clone(), value: value.clone() });
            }
        }
        told
    }

    fn intent(&self, turn: &Turn, actions: &mut Vec<Action>) -> Option<Intent> {
        let known = turn.intent.as_ref().map(|guess| guess.intent.clone());
        // No words say nothing: a button was pressed.
        let classifier = self.classifier.as_ref().filter(|_| !turn.text.trim().is_empty());
        let Some(classified) = classifier.map(|classifier| classifier.classify(&turn.text)) else {
            return known;
        };
        let least = self.configuration.intent_threshold.unwrap_or(0.0);
        let accepted = classified.accepted.filter(|_| classified.confidence >= least);
        let Some(intent) = accepted else { return known };
        let surer = turn.intent.as_ref().is_none_or(|guess| classified.confidence > guess.confidence);
        if !surer {
            return known;
        }
        if known.as_ref() != Some(&intent) {
            actions.push(Action::SetIntent { intent: intent.clone(), confidence: classified.confidence });
        }
        Some(intent)
    }

    /// The first fact the intent needs that nobody knows or has asked for.
    fn missing_fact(
        &self,
        turn: &Turn,
        collected: &[(FactName, String)],
        intent: Option<&Intent>,
        language: &Language,
    ) -> Option<(FactName, String)> {
        let fallback = &self.configuration.default_language;
        let mut needed = self.facts.needed_for(intent?);
        let missing = needed.find(|declared| {
            !knows(turn, collected, &declared.name) && !turn.progress.asked.contains(&declared.name)
        })?;
        let ask = missing.ask.get(language).or_else(|| missing.ask.get(fallback));
        let ask = ask.or_else(|| missing.ask.values().next())?;
        Some((missing.name.clone(), ask.clone()))
    }

    fn hand_over(
        &self,
        reason: TransferReason,
        turn: &Turn,
        collected: &[(FactName, String)],
        intent: Option<Intent>,
        lines: &Lines,
        actions: &mut Vec<Action>,
    ) {
        actions.push(say(&lines.hand_over, Purpose::Close));
        let summary = summary(turn, collected, intent.as_ref());
        actions.push(Action::HandOver { reason, summary, intent });
    }
}

#[async_trait]
impl VirtualAgent for ArticleAgent {
    async fn next(&self, turn: Turn) -> Result<Vec<Action>, VirtualAgentError> {
        Ok(self.decide(&turn))
    }

    /// Its own messages tell what they were for: cited ones answer, known lines and questions speak
    /// for themselves.
    fn recall(&self, transcript: &[Utterance]) -> Progress {
        let mut progress = Progress::default();
        for utterance in transcript.iter().filter(|utterance| utterance.speaker == Speaker::Myself) {
            progress.greeted = true;
            if let Some(purpose) = self.purpose(utterance) {
                progress.say(&purpose);
            }
        }
        progress
    }
}

impl ArticleAgent {
    fn purpose(&self, utterance: &Utterance) -> Option<Purpose> {
        if !utterance.citations.is_empty() {
            return Some(Purpose::Answer);
        }
        let asked =
            self.facts.declarations().find(|fact| fact.ask.values().any(|ask| *ask == utterance.text));
        if let Some(fact) = asked {
            return Some(Purpose::Ask { fact: fact.name.clone() });
        }
        let is_line =
            |line: fn(&Lines) -> &String| self.lines.all().any(|lines| *line(lines) == utterance.text);
        if is_line(|lines| &lines.unsure) {
            return Some(Purpose::Unsure);
        }
        is_line(|lines| &lines.repeated).then_some(Purpose::Repeated)
    }
}

fn say(text: &str, purpose: Purpose) -> Action {
    Action::Say { text: text.to_owned(), citations: Vec::new(), purpose }
}

/// Whether the last thing this agent said is the same, whatever the customer said since.
fn just_said(turn: &Turn, answer: &str) -> bool {
    let mut own = turn.recent.iter().rev().filter(|utterance| utterance.speaker == Speaker::Myself);
    own.next().is_some_and(|utterance| utterance.text == answer)
}

/// What the customer said last, in this turn or before it.
fn last_said(turn: &Turn) -> Option<&str> {
    let before = turn.recent.iter().rev().filter(|utterance| utterance.speaker == Speaker::Customer);
    let texts = std::iter::once(turn.text.as_str()).chain(before.map(|utterance| utterance.text.as_str()));
    texts.map(str::trim).find(|text| !text.is_empty())
}

fn knows(turn: &Turn, collected: &[(FactName, String)], name: &FactName) -> bool {
    turn.facts.contains_key(name) || collected.iter().any(|(told, _)| told == name)
}

/// What the next agent reads first.
fn summary(turn: &Turn, collected: &[(FactName, String)], intent: Option<&Intent>) -> String {
    let mut facts = turn.facts.clone();
    facts.extend(collected.iter().cloned());
    let mut lines = Vec::new();
    lines.extend(intent.map(|intent| format!("Intent: {intent}")));
    lines.extend(facts.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(last_said(turn).map(|text| {
        let question: String = text.chars().take(QUESTION_IN_SUMMARY).collect();
        format!("Last said: {question}")
    }));
    let summary = lines.join("\n");
    summary.chars().take(1_900).collect()
}
