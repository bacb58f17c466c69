//! What is imported at first start and by `tandem apply`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Paths are relative to the working directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Import {
    /// The folder with the organisation's TOML files.
    pub organisation: PathBuf,
    /// The folder with Markdown articles.
    pub knowledge: PathBuf,
    /// The folder with example utterances of each intent.
    pub intents: PathBuf,
    /// Questions on which the answers' confidence threshold is calibrated.
    pub calibration: PathBuf,
}

impl Default for Import {
    fn default() -> Self {
        Self {
            organisation: "config/organisation".into(),
            knowledge: "config/knowledge".into(),
            intents: "config/intents".into(),
            calibration: "config/calibration.toml".into(),
        }
    }
}
