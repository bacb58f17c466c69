//! The example organisation's virtual agent: what it answers, asks, and hands over.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::path::Path;
use std::sync::Arc;

use bots::intent::{LinearIntentClassifier, TrainingOptions};
use bots::knowledge::{self, Knowledge, calibration};
use bots::{
    Action, ArticleAgent, ConfigurationError, FactDeclaration, IntentClassifier, Purpose, Speaker, Turn,
    Utterance, VirtualAgent, VirtualAgentConfiguration,
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
    agent_with(|_| {}).unwrap()
}

fn agent_with(
    change: impl FnOnce(&mut VirtualAgentConfiguration),
) -> Result<ArticleAgent, ConfigurationError> {
    let examples = bots::intent::examples::load(&config("intents")).unwrap();
    let classifier = LinearIntentClassifier::train(&examples, &TrainingOptions::default()).unwrap();
    let questions = calibration::load(&config("calibration.toml")).unwrap();
    let library = library();
    let threshold = knowledge::calibrate(&library, &questions, 0.05).threshold;
    let order_number = FactDeclaration {
        name: FactName::new("order_number").unwrap(),
        ask: [(language("en"), "What is your order number?".to_owned())].into(),
        pattern: Some(r"\bTO-?[0-9]{6}\b".to_owned()),
        kind: None,
        for_intents: vec![Intent::new("refund").unwrap()],
    };
    let mut configuration = VirtualAgentConfiguration { facts: vec![order_number], ..Default::default() };
    change(&mut configuration);
    let classifier: Arc<dyn IntentClassifier> = Arc::new(classifier);
    ArticleAgent::new(configuration, Arc::new(library), Some(classifier), threshold)
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

/// What the agent is told when the customer says `text` after `said`.
fn later(agent: &ArticleAgent, said: &[(Speaker, &Action)], text: &str) -> Turn {
    let mut next = turn(text);
    for (speaker, action) in said {
        let Action::Say { text, citations, .. } = action else { panic!("{action:?} says nothing") };
        let mut utterance = Utterance::new(*speaker, text.clone());
        utterance.citations.clone_from(citations);
        next.recent.push(utterance);
    }
    next.progress = agent.recall(&next.recent);
    next
}

const REFUND: &str = "You promised me my money back weeks ago, nothing was paid back to me";

#[test]
fn a_declared_fact_is_asked_for_once() {
    let agent = agent();
    let wants = FactName::new("order_number").unwrap();
    let asks = |actions: &[Action]| said(actions).contains(&&Purpose::Ask { fact: wants.clone() });
    let asked = agent.decide(&turn(REFUND));
    assert!(asks(&asked), "{asked:?}");
    let mut known = turn(REFUND);
    known.facts.insert(wants.clone(), "TO-123456".into());
    assert!(!asks(&agent.decide(&known)), "what is known is not asked for");
    let question = asked.last().unwrap();
    let again = agent.decide(&later(&agent, &[(Speaker::Myself, question)], REFUND));
    assert!(!asks(&again), "what was asked for is not asked for again: {again:?}");
}

#[test]
fn a_text_that_is_no_order_number_is_not_taken_for_one() {
    let agent = agent();
    let asked = agent.decide(&turn(REFUND));
    let next = later(&agent, &[(Speaker::Myself, asked.last().unwrap())], "I do not have it here");
    let actions = agent.decide(&next);
    assert!(!actions.iter().any(|action| matches!(action, Action::CollectFact { .. })), "{actions:?}");
}

#[test]
fn it_greets_when_nothing_was_said_and_only_then() {
    let agent = agent();
    let greeted = agent.decide(&turn("  "));
    assert_eq!(said(&greeted), [&Purpose::Greet]);
    let spoken = agent.decide(&turn("How long does standard delivery take?"));
    assert!(!said(&spoken).contains(&&Purpose::Greet), "{spoken:?}");
    let again = agent.decide(&later(&agent, &[(Speaker::Myself, &greeted[0])], ""));
    assert!(again.is_empty(), "nobody is greeted twice: {again:?}");
}

#[test]
fn the_same_answer_is_not_given_twice_in_a_row() {
    let agent = agent();
    let question = "How long does standard delivery take?";
    let first = agent.decide(&turn(question));
    let answer = first.iter().find(|action| matches!(action, Action::Say { .. })).unwrap();
    let second = agent.decide(&later(&agent, &[(Speaker::Myself, answer)], question));
    assert_eq!(said(&second), [&Purpose::Repeated], "{second:?}");
    let offer = second.last().unwrap();
    let Action::Say { text, .. } = offer else { panic!("{offer:?}") };
    assert!(text.contains("person"), "it offers a person: {text}");
    let so_far = [(Speaker::Myself, answer), (Speaker::Myself, offer)];
    let accepted = agent.decide(&later(&agent, &so_far, "yes please"));
    let Some(Action::HandOver { reason, .. }) = accepted.last() else { panic!("{accepted:?}") };
    assert_eq!(*reason, TransferReason::CustomerRequest);
    let other = agent.decide(&later(&agent, &so_far, "Which payment methods do you take?"));
    assert_eq!(said(&other), [&Purpose::Answer], "another question is answered: {other:?}");
}

#[test]
fn the_hand_over_after_a_button_says_what_the_customer_said_before_it() {
    let agent = agent();
    let mut pressed = turn("");
    pressed.recent = vec![
        Utterance::new(Speaker::Customer, "My tent leaks since Monday"),
        Utterance::new(Speaker::Myself, "Let me see"),
    ];
    pressed.facts.insert(FactName::new("order_number").unwrap(), "TO-123456".into());
    pressed.intent = Some(bots::IntentGuess { intent: Intent::new("warranty").unwrap(), confidence: 0.9 });
    pressed.customer_asked_for_person = true;
    let actions = agent.decide(&pressed);
    let Some(Action::HandOver { summary, intent, .. }) = actions.last() else { panic!("{actions:?}") };
    for part in ["warranty", "TO-123456", "My tent leaks since Monday"] {
        assert!(summary.contains(part), "{part} is missing in {summary}");
    }
    assert_eq!(intent.as_ref().map(Intent::as_str), Some("warranty"));
}

#[test]
fn it_hands_over_in_the_customers_language() {
    let actions = agent().decide(&turn("Ich möchte bitte mit einem Menschen sprechen"));
    let Some(Action::Say { text, .. }) = actions.iter().find(|action| matches!(action, Action::Say { .. }))
    else {
        panic!("{actions:?}")
    };
    assert!(text.starts_with("Ich verbinde Sie"), "{text}");
}

#[test]
fn a_configuration_out_of_range_is_refused() {
    let refused = |change: fn(&mut VirtualAgentConfiguration)| match agent_with(change) {
        Err(ConfigurationError::OutOfRange { field, .. }) => field,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is taken"),
    };
    assert_eq!(refused(|it| it.answer_threshold = Some(1.01)), "answer_threshold");
    assert_eq!(refused(|it| it.answer_threshold = Some(f64::NAN)), "answer_threshold");
    assert_eq!(refused(|it| it.intent_threshold = Some(-0.1)), "intent_threshold");
    assert_eq!(refused(|it| it.misses_before_hand_over = 0), "misses_before_hand_over");
    assert_eq!(refused(|it| it.answer_length = 99), "answer_length");
    assert!(agent_with(|it| it.answer_threshold = Some(1.0)).is_ok());
}

#[test]
fn the_threshold_holds_on_questions_that_had_no_part_in_it() {
    let questions = calibration::load(&config("calibration.toml")).unwrap();
    let unseen = knowledge::leave_one_out(&library(), &questions, 0.05);
    println!("{unseen:?}, coverage {:.3}, precision {:.3}", unseen.coverage(), unseen.precision());
    assert!(unseen.precision() >= 0.9, "precision {}", unseen.precision());
    assert!(unseen.coverage() >= 0.55, "coverage {}", unseen.coverage());
}
