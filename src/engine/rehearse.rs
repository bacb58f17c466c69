//! Recorded days played again while the engine works: one at a time, on a thread of its own.

use std::time::Duration;

use super::Engine;
use crate::replay::PastError;
use crate::simulate::rehearsal::{Rehearsal, RehearsalError};
use crate::simulate::report::Report;

/// Shorter than a request may take.
const AT_MOST: Duration = Duration::from_secs(25);

impl Engine {
    /// Plays a recorded day. Who asks while another is played hears `Busy`.
    pub async fn rehearse(&self, rehearsal: Rehearsal) -> Result<Report, RehearsalError> {
        let busy = || RehearsalError::Past(PastError::Busy);
        let permit = self.rehearsing.clone().try_acquire_owned().map_err(|_| busy())?;
        let (store, organisation) = (self.foundation.store.clone(), self.foundation.organisation());
        let runtime = tokio::runtime::Handle::current();
        let played = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            rehearsal.play(&store, &runtime, &organisation, AT_MOST)
        });
        played.await.unwrap_or_else(|_| Err(busy()))
    }
}
