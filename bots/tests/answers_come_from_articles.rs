//! The example organisation's virtual agent: what it answers, asks, and hands over.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::path::Path;
use std::sync::Arc;

use bots::intent::{LinearIntentClassifier, TrainingOptions};
use bots::knowledge::{self, Knowledge, calibration};
use bots::{
    Action, ArticleAgent, FactDeclaration, IntentClassifier, Purpose, Speaker, Turn, Utterance, VirtualAgent,
    VirtualAgentConfiguration,
};
use model::task::TransferReason;
use model::{Channel, FactName, Intent, Language};

fn config(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(path)
}

fn library() -> Knowledge {
    Knowledge::build(knowledge::load(&config("knowledge")).unwrap()).unwrap()
}

fn agent() -> ArticleAgent {
    let examples = bots::intent::examples::load(&config("intents")).unwrap();
    let classifier = LinearIntentClassifier::train(&examples, &TrainingOptions::default()).unwrap();
    let questions = calibration::load(&config("calibration.toml")).unwrap();
    let library = library();
    let threshold = knowledge::calibrate(&library, &questions, 0.05).threshold;
    let order_number = FactDeclaration {
        name: FactName::new("order_number").unwrap(),
        ask: [(language("en"), "What is your order number?".to_owned())].into(),
        pattern: r"\bTO-?[0-9]{6}\b".to_owned(),
        for_intents: vec![Intent::new("refund").unwrap()],
    };
    let configuration = VirtualAgentConfiguration { facts: vec![order_number], ..Default::default() };
    let classifier: Arc<dyn IntentClassifier> = Arc::new(classifier);
    ArticleAgent::new(configuration, Arc::new(library), Some(classifier), threshold).unwrap()
}

fn language(subtag: &str) -> Language {
    Language::new(subtag).unwrap()
}

fn turn(text: &str) -> Turn {
    Turn::new(Channel::Chat, Some(language("en")), text)
}

fn said(actions: &[Action]) -> Vec<&Purpose> {
    let purposes = actions.iter().filter_map(|action| match action {
        Action::Say { purpose, .. } => Some(purpose),
        _ => None,
    });
    purposes.collect()
}

#[test]
fn at_most_one_answer_in_twenty_is_wrong_on_the_calibration_questions() {
    let questions = calibration::load(&config("calibration.toml")).unwrap();
    let found = knowledge::calibrate(&library(), &questions, 0.05);
    println!(
        "threshold {:.3}, coverage {:.3}, precision {:.3}",
        found.threshold.0, found.coverage, found.precision
    );
    assert!(found.precision >= 0.95, "precision {}", found.precision);
    assert!(found.coverage >= 0.6, "coverage {}", found.coverage);
}

#[test]
fn an_answer_cites_its_article() {
    let actions = agent().decide(&turn("How long does standard delivery take?"));
    let Some(Action::Say { citations, purpose: Purpose::Answer, .. }) =
        actions.iter().find(|action| matches!(action, Action::Say { .. }))
    else {
        panic!("no answer in {actions:?}");
    };
    assert_eq!(citations[0].article, "shipping");
}

#[test]
fn a_german_question_is_answered_from_a_german_article() {
    let mut asked = turn("Wie lange dauert die Lieferung bei Ihnen normalerweise?");
    asked.language = Some(language("de"));
    let actions = agent().decide(&asked);
    let cited = actions.iter().find_map(|action| match action {
        Action::Say { citations, .. } => citations.first(),
        _ => None,
    });
    assert_eq!(cited.map(|citation| citation.article.as_str()), Some("versand"), "{actions:?}");
}

#[test]
fn asking_for_a_person_hands_over_with_the_facts() {
    let actions = agent().decide(&turn("I want to talk to a human about order TO-441100"));
    let Some(Action::HandOver { reason, summary, .. }) = actions.last() else { panic!("{actions:?}") };
    assert_eq!(*reason, TransferReason::CustomerRequest);
    assert!(summary.contains("TO-441100"), "{summary}");
    assert!(
        actions
            .iter()
            .any(|action| matches!(action, Action::CollectFact { value, .. } if value == "TO-441100"))
    );
}

#[test]
fn a_button_that_asks_for_a_person_needs_no_words() {
    let mut pressed = turn("");
    pressed.customer_asked_for_person = true;
    let actions = agent().decide(&pressed);
    let Some(Action::HandOver { reason, .. }) = actions.last() else { panic!("{actions:?}") };
    assert_eq!(*reason, TransferReason::CustomerRequest);
}

#[test]
fn being_unsure_twice_in_a_row_hands_over() {
    let agent = agent();
    let first = agent.decide(&turn("What is the capital of Peru?"));
    let said_first = said(&first);
    assert_eq!(said_first, [&Purpose::Unsure], "{first:?}");
    let Some(Action::Say { text, .. }) = first.last() else { panic!() };
    let mut second = turn("And who won the football world cup?");
    second.recent = vec![Utterance::new(Speaker::Myself, text.clone())];
    second.progress = agent.recall(&second.recent);
    let actions = agent.decide(&second);
    let Some(Action::HandOver { reason, .. }) = actions.last() else { panic!("{actions:?}") };
    assert_eq!(*reason, TransferReason::LowConfidence);
}

#[test]
fn a_declared_fact_is_asked_for_once() {
    let agent = agent();
    let asked = agent.decide(&turn("You promised me my money back weeks ago, nothing was paid back to me"));
    let wants = FactName::new("order_number").unwrap();
    if let Some(Purpose::Ask { fact }) = said(&asked).first() {
        assert_eq!(*fact, wants);
    }
    let mut known = turn("You promised me my money back weeks ago, nothing was paid back to me");
    known.facts.insert(wants, "TO-123456".into());
    assert!(!said(&agent.decide(&known)).iter().any(|purpose| matches!(purpose, Purpose::Ask { .. })));
}
