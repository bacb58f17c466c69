//! How sessions' notices reach a follower: a bounded queue, which costs next to nothing while it is
//! empty. There are two followers for each live session, and they have nothing to read nearly always;
//! tokio's channel keeps room for 32 all the time. Who follows many sessions, as a console does, hears
//! all of them from one queue and needs no task for each.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Notice;

/// Room that is kept after a rush.
const KEPT: usize = 4;

/// Which of the followed sessions a notice comes from. A session that is followed anew has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(u32);

/// The session's end. Dropped: the follower hears what waits, and then that it is over.
pub struct Sender {
    shared: Arc<Mutex<Queue>>,
    source: Source,
}

/// The follower's end.
pub struct Receiver {
    shared: Arc<Mutex<Queue>>,
}

/// The follower is gone or has left, or it is so slow that the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken;

struct Queue {
    /// No notice: the source has ended.
    waiting: VecDeque<(Source, Option<Notice>)>,
    /// Notices that may wait. That a source has ended is told beyond it, once a source.
    most: usize,
    /// The sources that are heard.
    heard: Vec<Source>,
    next: u32,
    reader: Option<Waker>,
}

impl Sender {
    pub fn send(&self, notice: Notice) -> Result<(), NotTaken> {
        let mut queue = lock(&self.shared);
        if !queue.heard.contains(&self.source) || queue.waiting.len() >= queue.most {
            return Err(NotTaken);
        }
        queue.waiting.push_back((self.source, Some(notice)));
        wake(queue);
        Ok(())
    }

    /// Whether nobody will hear any more.
    pub fn is_closed(&self) -> bool {
        !lock(&self.shared).heard.contains(&self.source)
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared);
        if queue.stop_hearing(self.source) {
            queue.waiting.push_back((self.source, None));
            wake(queue);
        }
    }
}

impl Queue {
    /// Whether it was heard before.
    fn stop_hearing(&mut self, source: Source) -> bool {
        let place = self.heard.iter().position(|heard| *heard == source);
        place.map(|place| self.heard.swap_remove(place)).is_some()
    }
}

impl Receiver {
    /// A queue for at most `most` notices that wait; nothing is followed yet.
    pub fn new(most: usize) -> Self {
        let (waiting, heard) = (VecDeque::new(), Vec::new());
        let queue = Queue { waiting, most, heard, next: 0, reader: None };
        Self { shared: Arc::new(Mutex::new(queue)) }
    }

    /// The end for one more session.
    pub fn sender(&self) -> (Source, Sender) {
        let mut queue = lock(&self.shared);
        let source = Source(queue.next);
        queue.next = queue.next.wrapping_add(1);
        queue.heard.reserve_exact(1);
        queue.heard.push(source);
        drop(queue);
        (source, Sender { shared: self.shared.clone(), source })
    }

    /// Nothing is heard from this source any more, not even what waits.
    pub fn leave(&self, source: Source) {
        let mut queue = lock(&self.shared);
        queue.stop_hearing(source);
        queue.waiting.retain(|(from, _)| *from != source);
    }

    /// The next notice; none as the last of a source, which its session has let go of. Nothing is lost
    /// if the future is dropped.
    pub async fn recv(&mut self) -> (Source, Option<Notice>) {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<(Source, Option<Notice>)> {
        let mut queue = lock(&self.shared);
        let Some(notice) = queue.waiting.pop_front() else {
            queue.reader = Some(context.waker().clone());
            return Poll::Pending;
        };
        if queue.waiting.is_empty() && queue.waiting.capacity() > KEPT {
            queue.waiting = VecDeque::new();
        }
        Poll::Ready(notice)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared);
        queue.heard = Vec::new();
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

    async fn name(receiver: &mut Receiver) -> (Source, Option<String>) {
        match receiver.recv().await {
            (source, Some(Notice::Typing { name, .. })) => (source, Some(name.to_string())),
            (source, None) => (source, None),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn notices_come_in_order_and_then_the_end() {
        let mut receiver = Receiver::new(2);
        let (source, sender) = receiver.sender();
        let reader = tokio::spawn(async move {
            [name(&mut receiver).await, name(&mut receiver).await, name(&mut receiver).await]
        });
        tokio::task::yield_now().await;
        sender.send(typing("a")).unwrap();
        sender.send(typing("b")).unwrap();
        drop(sender);
        let heard = reader.await.unwrap();
        assert_eq!(heard, [(source, Some("a".into())), (source, Some("b".into())), (source, None)]);
    }

    #[tokio::test]
    async fn a_slow_reader_is_not_waited_for_and_still_hears_what_was_taken() {
        let mut receiver = Receiver::new(1);
        let (source, sender) = receiver.sender();
        sender.send(typing("a")).unwrap();
        assert_eq!(sender.send(typing("b")), Err(NotTaken));
        drop(sender);
        assert_eq!(name(&mut receiver).await, (source, Some("a".into())));
        assert_eq!(name(&mut receiver).await, (source, None));
    }

    #[tokio::test]
    async fn many_sessions_are_told_apart_and_one_that_was_left_is_heard_no_more() {
        let mut receiver = Receiver::new(9);
        let (first, one) = receiver.sender();
        let (second, two) = receiver.sender();
        one.send(typing("a")).unwrap();
        two.send(typing("b")).unwrap();
        receiver.leave(first);
        assert!(one.is_closed() && !two.is_closed());
        assert_eq!(one.send(typing("c")), Err(NotTaken));
        let (anew, again) = receiver.sender();
        drop(one);
        again.send(typing("d")).unwrap();
        assert_eq!(name(&mut receiver).await, (second, Some("b".into())));
        assert_eq!(name(&mut receiver).await, (anew, Some("d".into())));
        assert_ne!(first, anew);
    }

    #[test]
    fn a_sender_sees_that_the_reader_is_gone() {
        let receiver = Receiver::new(1);
        let (_, sender) = receiver.sender();
        assert!(!sender.is_closed());
        drop(receiver);
        assert!(sender.is_closed());
        assert_eq!(sender.send(typing("a")), Err(NotTaken));
    }
}
