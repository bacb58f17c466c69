//! Queues closed and opened by hand.

use std::time::Duration;

use model::{QueueId, Timestamp};

use super::Router;
use crate::closing::{Closing, Span, open_between};
use crate::queues::QueueIndex;

impl Router {
    /// Closes a queue, or all, or opens what was closed so; its waiting tasks are judged anew.
    pub(super) fn close(&mut self, queue: Option<&QueueId>, closing: Option<Closing>) {
        match queue {
            Some(id) => {
                let queue = self.queues.find_or_add(id);
                self.queues[queue].closing = closing;
                self.look_at_queue(queue);
            }
            None => {
                self.closing = closing;
                for queue in self.queues.indices() {
                    self.look_at_queue(queue);
                }
            }
        }
    }

    /// A closing that was over before a restart: restored tasks have not aged in it.
    pub(super) fn remember_closing(&mut self, queue: Option<&QueueId>, span: Span) {
        match queue {
            Some(id) => {
                let queue = self.queues.find_or_add(id);
                self.queues[queue].was_closed.push(span);
            }
            None => self.was_closed.push(span),
        }
    }

    /// How long the queue was open from then until now, by its hours and by hand.
    pub(super) fn open_since(&self, queue: QueueIndex, since: Timestamp) -> Duration {
        let queue = &self.queues[queue];
        let holding = queue.closings(self.closing.as_ref(), self.now);
        let holding = holding.map(|closing| Span { since: closing.since, until: self.now });
        let past = queue.was_closed.iter().chain(&self.was_closed).copied();
        let open = open_between(since, self.now, past.chain(holding).collect());
        open.map(|Span { since, until }| match queue.hours() {
            Some(hours) => hours.open_between(since, until),
            None => until.since(since),
        })
        .sum()
    }

    /// The queue may have opened or closed: if so its own waiting tasks are judged anew.
    pub(super) fn look_at_queue(&mut self, queue: QueueIndex) {
        let was_open = self.queues[queue].is_open;
        self.queues[queue].look_at_clock(self.now, self.closing.as_ref());
        self.set_hours_deadline(queue);
        if self.queues[queue].is_open != was_open {
            self.judge_queue_anew(queue);
        }
    }
}
