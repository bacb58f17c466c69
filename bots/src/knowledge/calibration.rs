//! The confidence from which a passage counts as an answer, found on questions with known answers.

use std::path::Path;

use model::Language;
use serde::Deserialize;

use super::{Knowledge, KnowledgeError, Threshold, read_bounded};

const MAXIMUM_FILE: u64 = 1_000_000;

/// A question and the article that answers it, if one does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationQuestion {
    pub question: String,
    pub language: Language,
    #[serde(default)]
    pub article: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    questions: Vec<CalibrationQuestion>,
}

/// What a threshold does on the questions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    pub threshold: Threshold,
    /// Of the questions that an article answers, the share answered by it.
    pub coverage: f64,
    /// Of the answers given, the share that is right.
    pub precision: f64,
}

/// What calibrated thresholds do on questions that had no part in choosing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutOfSample {
    /// Questions that an article answers, and others.
    pub answerable: u32,
    pub unanswerable: u32,
    /// Answers that are right; answers by another article, or where none answers; questions that an
    /// article answers and that were left to a person.
    pub right: u32,
    pub wrong: u32,
    pub missed: u32,
}

impl OutOfSample {
    /// Of the questions that an article answers, the share answered by it.
    pub fn coverage(&self) -> f64 {
        f64::from(self.right) / f64::from(self.answerable.max(1))
    }

    /// Of the answers given, the share that is right; 1 if none was given.
    pub fn precision(&self) -> f64 {
        let given = self.right + self.wrong;
        if given == 0 { 1.0 } else { f64::from(self.right) / f64::from(given) }
    }
}

/// Reads the questions of a file with `[[questions]]`.
pub fn load(path: &Path) -> Result<Vec<CalibrationQuestion>, KnowledgeError> {
    let text = read_bounded(path, MAXIMUM_FILE)
        .map_err(|source| KnowledgeError::Read { path: path.to_owned(), source })?;
    let file: File = toml::from_str(&text)
        .map_err(|error| KnowledgeError::Malformed { path: path.to_owned(), reason: error.to_string() })?;
    Ok(file.questions)
}

/// The lowest threshold at which at most `wrong_share` of the answers given are wrong.
pub fn calibrate(knowledge: &Knowledge, questions: &[CalibrationQuestion], wrong_share: f64) -> Calibration {
    let outcomes: Vec<Outcome> = questions.iter().map(|asked| ask(knowledge, asked)).collect();
    choose(outcomes.iter(), wrong_share)
}

/// Leaves out each question in turn, calibrates on the others and asks it: what to expect of questions
/// that nobody has written down, as far as the written ones are like them.
pub fn leave_one_out(
    knowledge: &Knowledge,
    questions: &[CalibrationQuestion],
    wrong_share: f64,
) -> OutOfSample {
    let outcomes: Vec<Outcome> = questions.iter().map(|asked| ask(knowledge, asked)).collect();
    let mut sum = OutOfSample::default();
    for (place, left_out) in outcomes.iter().enumerate() {
        let others = outcomes.iter().enumerate().filter(|(other, _)| *other != place);
        let threshold = choose(others.map(|(_, outcome)| outcome), wrong_share).threshold;
        let found = left_out.found.filter(|(confidence, _)| *confidence >= threshold.0);
        *if left_out.is_answerable { &mut sum.answerable } else { &mut sum.unanswerable } += 1;
        match found {
            Some((_, true)) => sum.right += 1,
            Some((_, false)) => sum.wrong += 1,
            None => sum.missed += u32::from(left_out.is_answerable),
        }
    }
    sum
}

/// What came of asking one question, whatever the threshold.
struct Outcome {
    is_answerable: bool,
    /// Of the best passage: its confidence, and whether it is of the right article.
    found: Option<(f64, bool)>,
}

fn ask(knowledge: &Knowledge, asked: &CalibrationQuestion) -> Outcome {
    let best = knowledge.search(&asked.question, &asked.language).into_iter().next();
    let found = best.map(|best| (best.confidence, asked.article.as_ref() == Some(&best.citation.article)));
    Outcome { is_answerable: asked.article.is_some(), found }
}

fn choose<'a>(all: impl Iterator<Item = &'a Outcome> + Clone, wrong_share: f64) -> Calibration {
    let mut outcomes: Vec<(f64, bool)> = all.clone().filter_map(|outcome| outcome.found).collect();
    outcomes.sort_by(|one, other| other.0.total_cmp(&one.0));
    let answerable = all.filter(|outcome| outcome.is_answerable).count().max(1);
    let mut chosen = Calibration { threshold: Threshold(1.0), coverage: 0.0, precision: 1.0 };
    let mut right = 0_u32;
    let mut given = 0_u32;
    for (place, (confidence, is_right)) in outcomes.iter().enumerate() {
        given += 1;
        right += u32::from(*is_right);
        let ends_tie = outcomes.get(place + 1).is_none_or(|next| next.0 < *confidence);
        let precision = f64::from(right) / f64::from(given);
        if ends_tie && 1.0 - precision <= wrong_share {
            let answerable = u32::try_from(answerable).map_or(f64::INFINITY, f64::from);
            chosen = Calibration {
                threshold: Threshold(*confidence),
                coverage: f64::from(right) / answerable,
                precision,
            };
        }
    }
    chosen
}
