//! How well the intent classifier tells what it knows from what it does not:
//!
//! `cargo run --release -p bots --example out_of_scope -- FOLDER`
//!
//! `FOLDER` holds clinc150's `train_and_validation.json`. Trains on the questions of its training part
//! that are of an intent, then asks those of the validation part and the out-of-scope ones of both
//! parts; none of them was trained on. Prints, for reject thresholds of confidence and margin, how many
//! questions of an intent are accepted, how many of the accepted are right, and how many out-of-scope
//! ones are rejected. The same folder gives the same figures.

use std::path::Path;
use std::time::Instant;

use bots::intent::{Example, TrainingOptions};
use bots::{IntentClassifier, LinearIntentClassifier};
use model::Intent;
use serde::Deserialize;

const CONFIDENCES: [f64; 5] = [0.0, 0.3, 0.5, 0.6, 0.7];
const MARGINS: [f32; 7] = [-1.0, -0.6, -0.5, -0.4, -0.3, -0.2, 0.0];

type Failure = Box<dyn std::error::Error>;

/// A question and the name of its intent.
type Labelled = (String, String);

#[derive(Deserialize)]
struct Parts {
    train: Vec<Labelled>,
    val: Vec<Labelled>,
    oos_train: Vec<Labelled>,
    oos_val: Vec<Labelled>,
}

/// What came of a question.
struct Answer {
    confidence: f64,
    margin: f32,
    is_right: bool,
}

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("give the folder that holds train_and_validation.json")?;
    let text = std::fs::read_to_string(Path::new(&folder).join("train_and_validation.json"))?;
    let parts: Parts = serde_json::from_str(&text)?;
    let options = TrainingOptions::default();
    let examples: Vec<Example> = parts.train.iter().map(example).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    let classifier = LinearIntentClassifier::train(&examples, &options)?;
    println!(
        "{} examples of {} intents, trained in {:.1?}",
        examples.len(),
        classifier.intents().len(),
        begun.elapsed()
    );
    let known: Vec<Answer> = parts.val.iter().map(|asked| ask(&classifier, asked)).collect();
    let strange: Vec<Answer> =
        parts.oos_train.iter().chain(&parts.oos_val).map(|asked| ask(&classifier, asked)).collect();
    let right = known.iter().filter(|answer| answer.is_right).count();
    println!("{} questions of an intent, best guess right: {}", known.len(), percent(right, known.len()));
    println!("{} questions out of scope", strange.len());
    println!("confidence  margin  accepted  right of these  out of scope rejected");
    for confidence in CONFIDENCES {
        for margin in MARGINS {
            let accepts = |answer: &&Answer| answer.confidence >= confidence && answer.margin >= margin;
            let accepted: Vec<_> = known.iter().filter(accepts).collect();
            let right = accepted.iter().filter(|answer| answer.is_right).count();
            let rejected = strange.len() - strange.iter().filter(accepts).count();
            let is_default = confidence == options.reject_below && margin == options.reject_margin;
            println!(
                "{confidence:>10}  {margin:>6}  {:>8}  {:>14}  {:>21}{}",
                percent(accepted.len(), known.len()),
                percent(right, accepted.len()),
                percent(rejected, strange.len()),
                if is_default { "  (the default)" } else { "" }
            );
        }
    }
    Ok(())
}

fn example((text, intent): &Labelled) -> Result<Example, Failure> {
    Ok(Example::new(text.clone(), Intent::new(intent)?))
}

fn ask(classifier: &LinearIntentClassifier, (text, intent): &Labelled) -> Answer {
    let found = classifier.classify(text);
    let is_right = found.ranked.first().is_some_and(|best| best.intent.as_str() == intent);
    let margin = classifier.best_margin(text).unwrap_or(f32::NEG_INFINITY);
    Answer { confidence: found.confidence, margin, is_right }
}

fn percent(part: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / of.max(1) as f64)
}
