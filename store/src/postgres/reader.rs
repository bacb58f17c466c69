//! Connections that read: each takes the next read whenever it is free.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Mutex, oneshot};

use super::erase::rebuild;
use super::failure::Failure;
use super::link::Link;
use super::session::Session;
use crate::error::StoreError;
use crate::sql::Query;

/// A read with its answer's way back inside.
pub(crate) trait Read: Send {
    /// Asks and answers, unless the connection broke: then a new one may do.
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), Failure>>;
    fn refuse(self: Box<Self>, error: StoreError);
    /// Whether only the server's own limits hold.
    fn is_long(&self) -> bool;
}

pub(crate) struct Ask<T> {
    pub query: Query<T>,
    pub reply: Option<oneshot::Sender<Result<Vec<T>, StoreError>>>,
}

impl<T: Send + 'static> Read for Ask<T> {
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), Failure>> {
        async {
            let answer = session.ask(&self.query).await?;
            // A waiter that has gone does not mind.
            self.reply.take().map(|reply| reply.send(Ok(answer)));
            Ok(())
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        self.reply.map(|reply| reply.send(Err(error)));
    }

    fn is_long(&self) -> bool {
        false
    }
}

/// Makes the projections anew. Not a writer's work: those wait for it at the streams' table.
pub(crate) struct Rebuild(pub Option<oneshot::Sender<Result<u64, StoreError>>>);

impl Read for Rebuild {
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), Failure>> {
        async {
            let events = rebuild(session).await?;
            self.0.take().map(|reply| reply.send(Ok(events)));
            Ok(())
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        self.0.map(|reply| reply.send(Err(error)));
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// Until every sender has gone.
pub(crate) async fn run(mut link: Link, reads: Arc<Mutex<Receiver<Box<dyn Read>>>>) {
    loop {
        let Some(mut read) = reads.lock().await.recv().await else { return };
        if let Err(failure) = attempt(&mut link, read.as_mut()).await {
            read.refuse(failure.into_store());
        }
    }
}

/// A read is tried once more on a new connection: the old one may have broken while nobody used it.
async fn attempt(link: &mut Link, read: &mut dyn Read) -> Result<(), Failure> {
    let mut outcome = once(link, read).await;
    if matches!(outcome, Err(Failure::Lost(_))) {
        outcome = once(link, read).await;
    }
    outcome
}

async fn once(link: &mut Link, read: &mut dyn Read) -> Result<(), Failure> {
    let limit = link.limit();
    let is_long = read.is_long();
    let session = link.session().await?;
    let asking = read.run(session);
    let outcome = if is_long {
        asking.await
    } else {
        let late = |_| Err(Failure::lost("PostgreSQL does not answer in time"));
        tokio::time::timeout(limit, asking).await.unwrap_or_else(late)
    };
    if let Err(failure @ Failure::Lost(_)) = &outcome {
        link.lose(failure);
    }
    outcome
}
