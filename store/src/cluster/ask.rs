//! Asking another node and waiting for its answer.

use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::time::timeout;
use uuid::Uuid;

use super::call::LetterKind;
use super::error::AskError;
use super::member::Member;
use super::names::NodeId;

/// Forgets the question however asking ends.
struct Waiting<'a>(&'a Member, Uuid);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Member {
    /// Sends a question and waits at most `within` for the reply. The other node may handle it after
    /// the time is over, and an `ask` repeated is handled again: commands in it carry their own ids.
    pub async fn ask(&self, to: NodeId, bytes: Bytes, within: Duration) -> Result<Bytes, AskError> {
        let (sender, answer) = oneshot::channel();
        let id = Uuid::now_v7();
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let _waiting = Waiting(self, id);
        let exchange = async {
            self.post(to, id, LetterKind::Question, bytes).await?;
            answer.await.map_err(|_| AskError::TimedOut)
        };
        timeout(within, exchange).await.unwrap_or(Err(AskError::TimedOut))
    }
}
