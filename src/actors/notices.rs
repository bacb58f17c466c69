//! How a session's notices reach a follower: a bounded queue from one to one, which costs next to
//! nothing while it is empty. There are two for each live session, and they are empty nearly always;
//! tokio's channel keeps room for 32 all the time.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Notice;

/// Room that is kept after a rush.
const KEPT: usize = 4;

/// A queue for at most `most` notices that wait.
pub fn channel(most: usize) -> (Sender, Receiver) {
    let queue = Queue { waiting: VecDeque::new(), reader: None, ends: Ends::Both };
    let shared = Arc::new(Mutex::new(queue));
    (Sender { shared: shared.clone(), most }, Receiver { shared })
}

/// The session's end. Dropped: the follower hears what waits, and then that it is over.
pub struct Sender {
    shared: Arc<Mutex<Queue>>,
    most: usize,
}

/// The follower's end.
pub struct Receiver {
    shared: Arc<Mutex<Queue>>,
}

/// The follower is gone, or so slow that the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken;

struct Queue {
    waiting: VecDeque<Notice>,
    reader: Option<Waker>,
    ends: Ends,
}

/// Which ends there still are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Both,
    Receiver,
    Sender,
}

impl Sender {
    pub fn send(&self, notice: Notice) -> Result<(), NotTaken> {
        let mut queue = lock(&self.shared);
        if queue.ends != Ends::Both || queue.waiting.len() >= self.most {
            return Err(NotTaken);
        }
        queue.waiting.push_back(notice);
        wake(queue);
        Ok(())
    }

    /// Whether nobody will hear any more.
    pub fn is_closed(&self) -> bool {
        lock(&self.shared).ends != Ends::Both
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared);
        queue.ends = Ends::Receiver;
        wake(queue);
    }
}

impl Receiver {
    /// The next notice; none once the session has let go of this follower. Nothing is lost if the
    /// future is dropped.
    pub async fn recv(&mut self) -> Option<Notice> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<Notice>> {
        let mut queue = lock(&self.shared);
        if let Some(notice) = queue.waiting.pop_front() {
            if queue.waiting.is_empty() && queue.waiting.capacity() > KEPT {
                queue.waiting.shrink_to(KEPT);
            }
            return Poll::Ready(Some(notice));
        }
        if queue.ends != Ends::Both {
            return Poll::Ready(None);
        }
        queue.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared);
        queue.ends = Ends::Sender;
        queue.reader = None;
        queue.waiting = VecDeque::new();
    }
}

fn lock(shared: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes the reader after the lock is let go, so that it need not wait for it.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let reader = queue.reader.take();
    drop(queue);
    if let Some(reader) = reader {
        reader.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typing(name: &str) -> Notice {
        Notice::Typing { name: name.into(), customer: true }
    }

    fn name(notice: Option<Notice>) -> String {
        match notice {
            Some(Notice::Typing { name, .. }) => name.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn notices_come_in_order_and_then_the_end() {
        let (sender, mut receiver) = channel(2);
        let reader = tokio::spawn(async move {
            let heard = (name(receiver.recv().await), name(receiver.recv().await));
            (heard, receiver.recv().await.is_none())
        });
        tokio::task::yield_now().await;
        sender.send(typing("a")).unwrap();
        sender.send(typing("b")).unwrap();
        drop(sender);
        assert_eq!(reader.await.unwrap(), (("a".into(), "b".into()), true));
    }

    #[tokio::test]
    async fn a_slow_reader_is_not_waited_for_and_still_hears_what_was_taken() {
        let (sender, mut receiver) = channel(1);
        sender.send(typing("a")).unwrap();
        assert_eq!(sender.send(typing("b")), Err(NotTaken));
        drop(sender);
        assert_eq!(name(receiver.recv().await), "a");
        assert!(receiver.recv().await.is_none());
    }

    #[test]
    fn a_sender_sees_that_the_reader_is_gone() {
        let (sender, receiver) = channel(1);
        assert!(!sender.is_closed());
        drop(receiver);
        assert!(sender.is_closed());
        assert_eq!(sender.send(typing("a")), Err(NotTaken));
    }
}
