//! What every part of the engine stands on: settings, the organisation, the store, the clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use model::Timestamp;
use store::{Blobs, Store};

use crate::configuration::{Organisation, Secrets, Settings};

/// Shared by all parts; cheap to clone as an `Arc`.
pub struct Foundation {
    pub settings: Settings,
    /// What relative paths in the settings are relative to.
    pub base: PathBuf,
    /// Replaced as a whole when the organisation changes.
    pub organisation: ArcSwap<Organisation>,
    pub store: Store,
    pub blobs: Blobs,
    pub secrets: Secrets,
}

impl Foundation {
    pub fn organisation(&self) -> Arc<Organisation> {
        self.organisation.load_full()
    }

    /// The wall clock. The pure machines never read it; their shells hand it in.
    pub fn now(&self) -> Timestamp {
        now()
    }
}

/// Milliseconds since 1970 by the system's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
