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
    let mut outcomes: Vec<(f64, bool)> = Vec::new();
    for asked in questions {
        let Some(best) = knowledge.search(&asked.question, &asked.language).into_iter().next() else {
            continue;
        };
        outcomes.push((best.confidence, asked.article.as_ref() == Some(&best.citation.article)));
    }
    outcomes.sort_by(|one, other| other.0.total_cmp(&one.0));
    let answerable = questions.iter().filter(|asked| asked.article.is_some()).count().max(1);
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
