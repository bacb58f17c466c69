//! What is counted of waits and of agents, in all and by interval.

use std::time::Duration;

use model::{QueueId, TaskId, Timestamp};

use super::{Calls, Happening, Play, WaitEnd};
use crate::simulator::tally::{Ended, Keeps};

impl Play<'_> {
    pub(super) fn interval_ends(&mut self) {
        let counts = self.now > self.counts_from;
        for (busy, occupancy) in self.busy.iter_mut().zip(self.floor.occupancies(self.now)) {
            busy.intervals.push(occupancy);
            if counts {
                busy.total.merge(&occupancy);
            }
        }
        if self.now < self.scenario.ends {
            let next = (self.now + self.scenario.interval).min(self.scenario.ends);
            self.agenda.set(next, Happening::IntervalEnds);
        }
    }

    pub(super) fn wait_ends(&mut self, task: TaskId, end: WaitEnd) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(task) else { return };
        // Who is to be called back was counted when choosing it.
        if contact.calls != Calls::None {
            return;
        }
        let (began, was_delayed, told) = (contact.began_waiting, contact.was_delayed, contact.told);
        let queue = contact.wait().queue.clone();
        self.count(&queue, began, end, now.since(began), was_delayed, told);
    }

    pub(super) fn count(
        &mut self,
        queue: &QueueId,
        began: Timestamp,
        end: WaitEnd,
        wait: Duration,
        was_delayed: bool,
        told: Option<Duration>,
    ) {
        let Some(line) = self.queues.get_mut(queue) else { return };
        let ended = Ended {
            end,
            wait,
            was_delayed,
            threshold: line.threshold,
            cost_a_minute: line.cost_a_minute,
            told,
        };
        let passed =
            began.since(self.scenario.begins).as_millis() / self.scenario.interval.as_millis().max(1);
        let place = usize::try_from(passed).unwrap_or(0);
        let intervals = &mut line.counted.intervals;
        if place >= intervals.len() {
            intervals.resize(place + 1, Default::default());
        }
        intervals[place].add(&ended, Keeps::Sums);
        if began >= self.counts_from {
            line.counted.total.add(&ended, Keeps::Waits);
        }
    }
}
