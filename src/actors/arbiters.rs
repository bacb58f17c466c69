//! The threads that actors live on: one arbiter a core, apart from the runtime of sockets and HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix::ArbiterHandle;

/// Longest lag that is waited for.
const MOST_LAG: Duration = Duration::from_secs(10);

/// Hands out arbiters in turn. Dropping it ends them and the actors on them.
pub struct Arbiters {
    handles: Vec<ArbiterHandle>,
    next: AtomicUsize,
    /// Dropped with this, it ends the system's thread.
    _running: tokio::sync::oneshot::Sender<()>,
}

impl Arbiters {
    /// Starts `count` arbiters under an actor system on a thread of its own.
    pub fn start(count: usize) -> std::io::Result<Self> {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (running, ended) = tokio::sync::oneshot::channel();
        std::thread::Builder::new().name("actors".into()).spawn(move || {
            let system = actix::System::new();
            system.block_on(async move {
                let arbiters: Vec<_> = (0..count.max(1)).map(|_| actix::Arbiter::new()).collect();
                let handles: Vec<_> = arbiters.iter().map(actix::Arbiter::handle).collect();
                // If nobody waits for them any more there is nothing to do.
                let _ = sender.send(handles);
                // An error is what it waits for: the sender is gone.
                let _ = ended.await;
            });
        })?;
        let handles = receiver.recv().map_err(std::io::Error::other)?;
        Ok(Self { handles, next: AtomicUsize::new(0), _running: running })
    }

    /// How long it takes until each arbiter comes to what it is asked now; a flooded one is cut short
    /// at [`MOST_LAG`].
    pub async fn lags(&self) -> Vec<Duration> {
        let mut lags = Vec::with_capacity(self.handles.len());
        for arbiter in &self.handles {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            let asked = Instant::now();
            arbiter.spawn_fn(move || {
                // Nobody waits for it any more after MOST_LAG.
                let _ = sender.send(asked.elapsed());
            });
            let answered = tokio::time::timeout(MOST_LAG, receiver).await;
            lags.push(answered.ok().and_then(Result::ok).unwrap_or(MOST_LAG));
        }
        lags
    }

    pub fn next(&self) -> &ArbiterHandle {
        &self.handles[self.next.fetch_add(1, Ordering::Relaxed) % self.handles.len()]
    }
}

impl Drop for Arbiters {
    fn drop(&mut self) {
        for arbiter in &self.handles {
            arbiter.stop();
        }
    }
}
