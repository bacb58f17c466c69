//! Example utterances of an intent, as an organisation writes them: one file an intent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::{Intent, Language};
use serde::Deserialize;

/// Bytes of one file; a bigger one is refused.
const MAXIMUM_FILE: u64 = 1_000_000;
/// Files of a folder.
const MAXIMUM_FILES: usize = 1_000;

/// A text known to be of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub text: String,
    pub intent: Intent,
}

impl Example {
    pub fn new(text: impl Into<String>, intent: Intent) -> Self {
        Self { text: text.into(), intent }
    }
}

/// Why examples cannot be read. Retrying is safe once the file is mended.
#[derive(Debug, thiserror::Error)]
pub enum ExamplesError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot understand {path}: {reason}")]
    Malformed { path: PathBuf, reason: String },
}

/// One file: `intent = "refund"`, then utterances by language under `[examples]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntentFile {
    intent: Intent,
    examples: BTreeMap<Language, Vec<String>>,
}

/// Reads one intent file's text; the error is a reason without the file's name.
pub fn parse(text: &str) -> Result<Vec<Example>, String> {
    let file: IntentFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let examples = file.examples.into_values().flatten();
    Ok(examples.map(|text| Example::new(text, file.intent.clone())).collect())
}

/// Reads every `*.toml` file of a folder, in the order of their names.
pub fn load(folder: &Path) -> Result<Vec<Example>, ExamplesError> {
    let mut examples = Vec::new();
    for path in crate::knowledge::files(folder, "toml", MAXIMUM_FILES)
        .map_err(|(path, source)| ExamplesError::Read { path, source })?
    {
        let text = crate::knowledge::read_bounded(&path, MAXIMUM_FILE)
            .map_err(|source| ExamplesError::Read { path: path.clone(), source })?;
        examples
            .extend(parse(&text).map_err(|reason| ExamplesError::Malformed { path: path.clone(), reason })?);
    }
    Ok(examples)
}
