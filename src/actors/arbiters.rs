//! The threads that actors live on: one arbiter a core, apart from the runtime of sockets and HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix::ArbiterHandle;

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
