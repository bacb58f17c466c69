//! Where the log, the blobs and generated secrets are kept.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The data folder, made if it is not there. Relative to the working directory.
    pub folder: PathBuf,
    /// Most requests one group commit writes; each is the events of one session that happened together.
    pub writer_batch: usize,
    /// Most requests that wait for the writer; past it appends hear `Busy`.
    pub writer_queue: usize,
    /// How long the router's recorded inputs are kept for replay, in whole recordings from start to start.
    #[serde(with = "crate::configuration::duration")]
    pub keep_routing: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            folder: "data".into(),
            writer_batch: 512,
            writer_queue: 8_192,
            keep_routing: Duration::from_secs(30 * 86_400),
        }
    }
}
