//! Cross-validates the built-in intent classifier on a folder with a `train.csv` of `text,category`:
//!
//! `cargo run --release -p bots --example intents -- FOLDER [pieces=within|across] [cost=0.5]
//! [words=2] [word_weight=1.0] [minimum_documents=1]`
//!
//! Prints accuracy by fold, their mean, how far confidence is from accuracy, training time, and the
//! time a classification takes. The same folder and options give the same accuracy.

use std::path::Path;
use std::time::{Duration, Instant};

use bots::intent::features::Pieces;
use bots::intent::svm::Random;
use bots::intent::{Example, TrainingOptions};
use bots::{IntentClassifier, LinearIntentClassifier};
use model::Intent;

const FOLDS: usize = 5;
const SEED: u64 = 20_260_101;
/// Confidences are compared with accuracy in this many bands.
const BANDS: usize = 10;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder that holds train.csv")?;
    let mut options = TrainingOptions::default();
    for argument in arguments {
        set(&mut options, &argument)?;
    }
    let mut examples = read(&Path::new(&folder).join("train.csv"))?;
    Random(SEED).shuffle(&mut examples);
    println!("{} examples, {options:?}", examples.len());
    let mut outcomes = Vec::new();
    let mut accuracies = Vec::new();
    for fold in 0..FOLDS {
        let found = run(&examples, fold, &options)?;
        accuracies.push(accuracy(&found));
        outcomes.extend(found);
    }
    report(&outcomes, &accuracies);
    Ok(())
}

/// One classification of an example that was not trained on.
struct Outcome {
    right: bool,
    confidence: f64,
    accepted: bool,
    took: Duration,
}

fn run(examples: &[Example], fold: usize, options: &TrainingOptions) -> Result<Vec<Outcome>, Failure> {
    let part = |held_out: bool| -> Vec<Example> {
        let numbered = examples.iter().enumerate();
        numbered
            .filter(|(place, _)| (place % FOLDS == fold) == held_out)
            .map(|(_, one)| one.clone())
            .collect()
    };
    let started = Instant::now();
    let classifier = LinearIntentClassifier::train(&part(false), options)?;
    let trained = started.elapsed();
    let outcomes: Vec<Outcome> = part(true).iter().map(|example| classify(&classifier, example)).collect();
    println!("fold {}: accuracy {:.4}, trained in {trained:.1?}", fold + 1, accuracy(&outcomes));
    Ok(outcomes)
}

fn classify(classifier: &LinearIntentClassifier, example: &Example) -> Outcome {
    let started = Instant::now();
    let found = classifier.classify(&example.text);
    let took = started.elapsed();
    let right = found.ranked.first().is_some_and(|best| best.intent == example.intent);
    Outcome { right, confidence: found.confidence, accepted: found.accepted.is_some(), took }
}

fn report(outcomes: &[Outcome], accuracies: &[f64]) {
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("mean accuracy {mean:.4}");
    let accepted: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.accepted).collect();
    let right = accepted.iter().filter(|outcome| outcome.right).count();
    println!(
        "accepted {:.4} of all, of these {:.4} right; mean gap between confidence and accuracy {:.4}",
        accepted.len() as f64 / outcomes.len() as f64,
        right as f64 / accepted.len().max(1) as f64,
        calibration_error(outcomes)
    );
    let mut times: Vec<Duration> = outcomes.iter().map(|outcome| outcome.took).collect();
    times.sort_unstable();
    println!("classify p50 {:.1?}, p99 {:.1?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

fn accuracy(outcomes: &[Outcome]) -> f64 {
    outcomes.iter().filter(|outcome| outcome.right).count() as f64 / outcomes.len().max(1) as f64
}

/// Expected calibration error: the gap of each band, weighed by how many fall into it.
fn calibration_error(outcomes: &[Outcome]) -> f64 {
    let gap = |band: usize| {
        let (low, high) = (band as f64 / BANDS as f64, (band + 1) as f64 / BANDS as f64);
        let inside = outcomes
            .iter()
            .filter(|outcome| outcome.confidence >= low && (outcome.confidence < high || band + 1 == BANDS));
        inside.map(|outcome| f64::from(u8::from(outcome.right)) - outcome.confidence).sum::<f64>().abs()
    };
    (0..BANDS).map(gap).sum::<f64>() / outcomes.len().max(1) as f64
}

fn set(options: &mut TrainingOptions, argument: &str) -> Result<(), Failure> {
    let (key, value) = argument.split_once('=').ok_or("options are key=value")?;
    match (key, value) {
        ("pieces", "within") => options.features.pieces = Pieces::WithinWords,
        ("pieces", "across") => options.features.pieces = Pieces::AcrossWords,
        ("cost", _) => options.svm.cost = value.parse()?,
        ("words", _) => options.features.words = value.parse()?,
        ("word_weight", _) => options.word_weight = value.parse()?,
        ("minimum_documents", _) => options.minimum_documents = value.parse()?,
        _ => return Err(format!("no such option: {argument}").into()),
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Example>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows = rows(&text).into_iter().skip(1);
    rows.map(|row| match row.as_slice() {
        [text, category] => Ok(Example::new(text.clone(), Intent::new(&plain(category))?)),
        other => Err(format!("a row of {} fields", other.len()).into()),
    })
    .collect()
}

/// Some categories carry marks that a name may not.
fn plain(category: &str) -> String {
    category.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '_').collect()
}

/// Comma-separated values with quotes, as RFC 4180 has them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quoted) {
            ('"', true) if characters.next_if_eq(&'"').is_some() => field.push('"'),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (other, _) => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}
