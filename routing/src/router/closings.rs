//! Queues closed and opened by hand.

use model::QueueId;

use super::Router;
use crate::closing::Closing;
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
