//! The example organisation's intents, in each of its languages, on utterances that were not trained
//! on; and what is about none of them.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;
use std::path::Path;

use bots::intent::{Example, TrainingOptions};
use bots::{IntentClassifier, LinearIntentClassifier};
use model::{Intent, Language};

const FOLDS: usize = 5;

#[derive(serde::Deserialize)]
struct File {
    intent: Intent,
    examples: BTreeMap<Language, Vec<String>>,
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/intents");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// Every utterance with its language; each intent and language evenly over the folds.
fn utterances() -> Vec<(Language, usize, Example)> {
    let mut all = Vec::new();
    for file in files() {
        for (language, texts) in file.examples {
            for (place, text) in texts.into_iter().enumerate() {
                all.push((language.clone(), place % FOLDS, Example::new(text, file.intent.clone())));
            }
        }
    }
    all
}

fn train(examples: &[Example]) -> LinearIntentClassifier {
    LinearIntentClassifier::train(examples, &TrainingOptions::default()).unwrap()
}

#[test]
fn every_intent_has_utterances_in_every_language_of_the_site() {
    for file in files() {
        for language in ["en", "de"] {
            let texts = file.examples.get(&Language::new(language).unwrap()).map_or(0, Vec::len);
            assert!(texts >= 20, "{} has {texts} in {language}", file.intent);
        }
    }
}

#[test]
fn intents_are_told_apart_in_each_language_on_unseen_utterances() {
    let all = utterances();
    // Asked, best guess right, accepted, accepted and right.
    let mut counts: BTreeMap<Language, [u32; 4]> = BTreeMap::new();
    for fold in 0..FOLDS {
        let rest: Vec<_> =
            all.iter().filter(|(_, of, _)| *of != fold).map(|(_, _, example)| example.clone()).collect();
        let classifier = train(&rest);
        for (language, _, asked) in all.iter().filter(|(_, of, _)| *of == fold) {
            let found = classifier.classify(&asked.text);
            let right = found.ranked.first().is_some_and(|best| best.intent == asked.intent);
            let accepted = found.accepted.is_some();
            let counted = counts.entry(language.clone()).or_default();
            for (count, is_so) in counted.iter_mut().zip([true, right, accepted, accepted && right]) {
                *count += u32::from(is_so);
            }
        }
    }
    for (language, [asked, right, accepted, accepted_right]) in counts {
        let share = |part: u32, of: u32| f64::from(part) / f64::from(of.max(1));
        println!(
            "{language}: {asked} utterances, best guess right {:.3}, accepted {:.3}, right of these {:.3}",
            share(right, asked),
            share(accepted, asked),
            share(accepted_right, accepted)
        );
        assert!(share(right, asked) >= 0.65, "{language}: too few are right");
        assert!(share(accepted_right, accepted) >= 0.8, "{language}: too many of the accepted are wrong");
    }
}

#[test]
fn what_is_about_none_of_the_intents_is_mostly_rejected() {
    let examples: Vec<_> = utterances().into_iter().map(|(_, _, example)| example).collect();
    let classifier = train(&examples);
    let strange = [
        "what is the capital of Peru",
        "tell me a joke",
        "who won the football world cup",
        "how do I cook rice",
        "what time is it in Tokyo",
        "translate good morning into French",
        "do you like music",
        "how old are you",
        "recommend a film for tonight",
        "what is the square root of two",
        "wie wird das Wetter morgen",
        "erzähl mir einen Witz",
        "wer hat das Telefon erfunden",
        "wie spät ist es in New York",
        "was ist die Hauptstadt von Peru",
        "kannst du singen",
        "wie backe ich Brot",
        "welcher Film läuft heute im Kino",
        "quién ganó el partido de ayer",
        "quelle heure est-il",
    ];
    let rejected: Vec<_> =
        strange.iter().filter(|text| classifier.classify(text).accepted.is_none()).collect();
    println!("{} of {} rejected", rejected.len(), strange.len());
    assert!(rejected.len() >= 14, "only {} of {} are rejected", rejected.len(), strange.len());
}
