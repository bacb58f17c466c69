//! What is done from time to time: idle sessions closed, expired documents swept.

use std::sync::Arc;
use std::time::Duration;

use model::event::CloseReason;
use model::session::Command;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;

const EVERY: Duration = Duration::from_secs(60);

pub fn start(engine: &Arc<Engine>, stop: &CancellationToken) {
    let (engine, stop) = (Arc::downgrade(engine), stop.clone());
    tokio::spawn(async move {
        let mut every = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            let Some(engine) = engine.upgrade() else { return };
            close_quiet_sessions(&engine).await;
            if let Err(error) = engine.foundation.store.sweep_documents(engine.foundation.now()).await {
                tracing::warn!(%error, "cannot sweep expired documents");
            }
        }
    });
}

async fn close_quiet_sessions(engine: &Engine) {
    let organisation = engine.foundation.organisation();
    let now = engine.foundation.now();
    let by_default = engine.foundation.settings.sessions.close_after;
    let quiet = engine.directory.quiet(|card| {
        let site = organisation.site(&card.site);
        let close_after = site.and_then(|site| site.close_after).unwrap_or(by_default);
        !card.present && now.since(card.last_at) >= close_after
    });
    for session in quiet {
        if let Err(error) = engine.deliver(session, vec![Command::Close { reason: CloseReason::Idle }]).await
        {
            tracing::debug!(%session, %error, "a quiet session is not closed");
        }
    }
}
