//! This node's inbox: letters of other nodes, each handled at least once.
//!
//! A letter is handed out, handled, and acknowledged. One that is not acknowledged in time, or whose
//! reader died, is handed out again; after three tries it is laid aside as dead.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use super::call::{Answer, Call, Letter, LetterKind, Placed};
use super::error::ClusterError;
use super::member::{Member, Shared, unexpected};
use super::names::NodeId;
use super::ownership::done;
use super::standing::Standing;

/// Largest letter, in bytes.
pub const MAX_LETTER: usize = 256 * 1024;
/// After so many tries a letter is dead.
const TRIES: u32 = 3;
/// Letters read at a time.
const PAGE: usize = 128;
/// How long one read waits for letters.
const WAIT: Duration = Duration::from_millis(500);
/// How long to stay away after a read that failed.
const PAUSE: Duration = Duration::from_millis(200);

/// A command or a question of another node, to be acknowledged with [`Member::done`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    pub from: NodeId,
    pub bytes: Bytes,
    place: String,
    kind: LetterKind,
}

/// What nobody could handle. Of each inbox the newest thousand are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub id: Uuid,
    pub from: NodeId,
    pub bytes: Bytes,
}

impl Delivery {
    /// Whether the sender waits for [`Member::reply`].
    pub fn wants_reply(&self) -> bool {
        self.kind == LetterKind::Question
    }
}

impl Member {
    /// Puts a command of at most [`MAX_LETTER`] bytes into a node's inbox. Sending the same id again
    /// within the window changes nothing.
    pub async fn send(&self, to: NodeId, id: Uuid, bytes: Bytes) -> Result<(), ClusterError> {
        self.post(to, id, LetterKind::Command, bytes).await
    }

    /// The next letter; None once the node has left. Letters come in order, but for those handed out
    /// again.
    pub async fn next(&self) -> Option<Delivery> {
        self.shared.commands.lock().await.recv().await
    }

    /// A letter has been handled and is not handed out again.
    pub async fn done(&self, delivery: &Delivery) -> Result<(), ClusterError> {
        acknowledge(&self.shared, vec![delivery.place.clone()]).await
    }

    /// Answers a question and acknowledges it. Answering twice is harmless.
    pub async fn reply(&self, delivery: &Delivery, bytes: Bytes) -> Result<(), ClusterError> {
        self.post(delivery.from.clone(), delivery.id, LetterKind::Reply, bytes).await?;
        self.done(delivery).await
    }

    /// Letters to this node that were handed out three times in vain, oldest first, at most `most`.
    pub async fn dead_letters(&self, most: usize) -> Result<Vec<DeadLetter>, ClusterError> {
        let Answer::Letters { letters, .. } = self.call(Call::Dead { node: self.id().clone(), most }).await?
        else {
            return Err(unexpected());
        };
        let dead = letters
            .into_iter()
            .map(|Placed { letter: Letter { id, from, bytes, .. }, .. }| DeadLetter { id, from, bytes });
        Ok(dead.collect())
    }

    pub(super) async fn post(
        &self,
        to: NodeId,
        id: Uuid,
        kind: LetterKind,
        bytes: Bytes,
    ) -> Result<(), ClusterError> {
        if bytes.len() > MAX_LETTER {
            return Err(ClusterError::TooLarge { bytes: bytes.len(), most: MAX_LETTER });
        }
        let letter = Letter { id, from: self.id().clone(), kind, bytes };
        let bound = self.options().inbox;
        // A reply has its question's id, and asking oneself is allowed.
        let window = if kind == LetterKind::Reply { Duration::ZERO } else { self.options().window };
        match self.call(Call::Send { to, letter, bound, window }).await? {
            Answer::Done | Answer::Known => Ok(()),
            Answer::Full => Err(ClusterError::Busy),
            _ => Err(unexpected()),
        }
    }
}

/// Empties the inbox into `commands` until the node leaves: first what an earlier incarnation left.
pub(super) async fn empty(shared: Arc<Shared>, commands: mpsc::Sender<Delivery>) {
    let mut idle = Duration::ZERO;
    let mut recovered = Instant::now();
    while *shared.standing.borrow() != Standing::Left {
        let Some(by) = shared.incarnation() else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let node = shared.options.id.clone();
        let due = idle.is_zero() || recovered.elapsed() >= shared.options.redeliver_after / 2;
        let call = if due {
            Call::Recover { node, by, idle, tries: TRIES, most: PAGE }
        } else {
            Call::Fetch { node, by, most: PAGE, wait: WAIT }
        };
        let Ok(Answer::Letters { letters, dead }) = shared.cluster.call(call).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if due {
            (idle, recovered) = (shared.options.redeliver_after, Instant::now());
        }
        if dead > 0 {
            tracing::error!(dead, "letters were handed out three times in vain and are laid aside");
        }
        hand_out(&shared, &commands, letters).await;
    }
}

async fn hand_out(shared: &Shared, commands: &mpsc::Sender<Delivery>, letters: Vec<Placed>) {
    let mut replies = Vec::new();
    for Placed { place, letter } in letters {
        if letter.kind == LetterKind::Reply {
            let asked = shared.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&letter.id);
            // Nobody waits any more: the asker gave up.
            let _ = asked.map(|asker| asker.send(letter.bytes));
            replies.push(place);
            continue;
        }
        let Letter { id, from, kind, bytes } = letter;
        // Full: it stays handed out, unacknowledged, and comes again.
        let _ = commands.try_send(Delivery { id, from, bytes, place, kind });
    }
    if !replies.is_empty() && acknowledge(shared, replies).await.is_err() {
        tracing::debug!("replies stay in the inbox until they are read again");
    }
}

async fn acknowledge(shared: &Shared, places: Vec<String>) -> Result<(), ClusterError> {
    let node = shared.options.id.clone();
    done(shared.cluster.call(Call::Acknowledge { node, places }).await?)
}
