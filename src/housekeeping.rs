//! What is done from time to time: idle sessions closed, expired documents swept, old recordings cut,
//! files of erased sessions deleted.

use std::sync::Arc;
use std::time::Duration;

use model::event::CloseReason;
use model::session::Command;
use store::{Blobs, Store};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::retention;

const EVERY: Duration = Duration::from_secs(60);
/// Files of erased sessions listed at a time.
const FILES_AT_ONCE: usize = 500;

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
            cut_recordings(&engine).await;
            delete_erased_files(&engine.foundation.store, &engine.foundation.blobs).await;
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

async fn cut_recordings(engine: &Engine) {
    let keep = engine.foundation.settings.store.keep_routing;
    match retention::cut(&engine.foundation.store, keep, engine.foundation.now()).await {
        Ok(0) => {}
        Ok(records) => tracing::info!(records, "old inputs of the router are kept no more"),
        Err(error) => tracing::warn!(%error, "cannot cut the router's recording"),
    }
}

/// Deletes the files that only erased sessions named. What cannot be deleted now is tried again.
pub async fn delete_erased_files(store: &Store, blobs: &Blobs) {
    loop {
        let Ok(names) = store.erased_blobs(FILES_AT_ONCE).await else { return };
        if names.is_empty() {
            return;
        }
        for name in &names {
            if let Err(error) = blobs.delete(name).await {
                return tracing::warn!(%error, "the file of an erased session is not deleted");
            }
            if let Err(error) = store.blob_gone(name).await {
                return tracing::warn!(%error, "a deleted file is still listed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::{Author, Message};
    use model::{Channel, CustomerId, Epoch, Event, MessageId, Sequence, SessionEvent, SessionId, StreamId};
    use store::{Append, BlobError, SqliteOptions};
    use uuid::Uuid;

    #[tokio::test]
    async fn the_files_of_an_erased_session_are_deleted_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap();
        let blobs = Blobs::open_folder(&folder.path().join("blobs"), 1_000).unwrap();
        let erased = blobs.put("of the erased".into()).await.unwrap();
        let kept = blobs.put("of nobody yet".into()).await.unwrap();
        let session = SessionId(Uuid::from_u128(1));
        let message = Message {
            id: MessageId(Uuid::from_u128(2)),
            author: Author::Customer,
            channel: Channel::Email,
            leg: None,
            text: "see the mail".into(),
            visible: None,
            subject: None,
            attachments: Vec::new(),
            original: Some(erased.clone()),
            mail_id: None,
            inbox: None,
            citations: Vec::new(),
            automatic: false,
        };
        let events = [
            SessionEvent::Opened {
                session,
                customer: CustomerId(Uuid::from_u128(3)),
                site: model::SiteId::new("shop").unwrap(),
                language: None,
            },
            SessionEvent::MessagePosted { message },
            SessionEvent::Erased { by: model::AgentId::new("sam").unwrap() },
        ];
        let stream = StreamId::Session(session);
        let events = events.map(Event::Session).into();
        let append = Append::new(stream, Epoch::FIRST, Sequence::START, model::Timestamp(1), events);
        store.append(append).await.unwrap();
        delete_erased_files(&store, &blobs).await;
        assert!(matches!(blobs.get(&erased).await, Err(BlobError::NotFound)));
        assert_eq!(blobs.get(&kept).await.unwrap(), "of nobody yet");
        assert_eq!(store.erased_blobs(9).await.unwrap(), Vec::<String>::new());
    }
}
