//! What every part of the engine stands on: settings, the organisation, the store, the clock.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use model::Timestamp;
use store::{Blobs, Store};

pub use crate::clock::now;
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

    /// The time. The pure machines never read it; their shells hand it in.
    pub fn now(&self) -> Timestamp {
        now()
    }
}
