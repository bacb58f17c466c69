//! Articles, and the answers found in them.

pub mod article;
pub mod calibration;
pub mod confidence;
pub mod index;
pub mod plain_text;
pub mod tokens;

use std::io::Read;
use std::path::{Path, PathBuf};

use model::event::Citation;
use serde::{Deserialize, Serialize};

pub use article::{Article, Section};
pub use calibration::{Calibration, CalibrationQuestion, OutOfSample, calibrate, leave_one_out};
pub use index::Knowledge;

/// Bytes of an article's file.
const MAXIMUM_FILE: u64 = 1_000_000;
/// Articles of a folder.
const MAXIMUM_ARTICLES: usize = 20_000;

/// Why knowledge cannot be loaded. Retrying is safe once the file is mended.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot understand {path}: {reason}")]
    Malformed { path: PathBuf, reason: String },
    #[error("article {0} is there twice")]
    Duplicate(String),
    #[error("cannot index the articles: {0}")]
    Index(String),
}

/// A section found for a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub citation: Citation,
    pub heading: String,
    /// Plain text.
    pub text: String,
    /// 0 to 1, comparable between questions; [`confidence`] says how.
    pub confidence: f64,
}

/// What an article says about a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub text: String,
    pub citation: Citation,
    pub confidence: f64,
}

/// The confidence from which a passage is an answer, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Threshold(pub f64);

impl Default for Threshold {
    /// About half of what the question says, weighed by rarity, is in the passage.
    fn default() -> Self {
        Self(0.5)
    }
}

/// Reads every `*.md` file of a folder as an article named by its file.
pub fn load(folder: &Path) -> Result<Vec<Article>, KnowledgeError> {
    let paths = files(folder, "md", MAXIMUM_ARTICLES)
        .map_err(|(path, source)| KnowledgeError::Read { path, source })?;
    paths.into_iter().map(|path| load_article(&path)).collect()
}

fn load_article(path: &Path) -> Result<Article, KnowledgeError> {
    let text = read_bounded(path, MAXIMUM_FILE)
        .map_err(|source| KnowledgeError::Read { path: path.to_owned(), source })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Article::parse(&name, &text)
        .map_err(|error| KnowledgeError::Malformed { path: path.to_owned(), reason: error.to_string() })
}

/// The files of a folder with an extension, sorted by name.
pub(crate) fn files(
    folder: &Path,
    extension: &str,
    most: usize,
) -> Result<Vec<PathBuf>, (PathBuf, std::io::Error)> {
    let at = |error| (folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.extension().is_some_and(|found| found == extension) && path.is_file() {
            paths.push(path);
        }
    }
    if paths.len() > most {
        return Err(at(std::io::Error::other(format!("more than {most} files"))));
    }
    paths.sort();
    Ok(paths)
}

/// The text of a file of at most `most` bytes.
pub(crate) fn read_bounded(path: &Path, most: u64) -> Result<String, std::io::Error> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(std::io::Error::other(format!("larger than {most} bytes")));
    }
    Ok(text)
}
