//! Whose turn it is: by the order of each queue, and by how queues share agents.

use super::*;

impl Checker {
    /// Whether one task is certainly to be served before the other. By weight it depends on what was
    /// served before, so that only tasks of one queue are compared.
    pub(super) fn comes_before(&self, one: &SeenTask, other: &SeenTask) -> bool {
        let same_queue = one.request.queue == other.request.queue;
        let is_known = same_queue || self.configuration.share != Share::Weighted;
        is_known && (self.turn(one), self.place(one)) < (self.turn(other), self.place(other))
    }

    /// Whose queue is next, or whose wait costs most: the lower first.
    fn turn(&self, task: &SeenTask) -> (i64, i128) {
        let stake = self.settings(&task.request.queue).stake;
        match self.configuration.share {
            Share::InOrder | Share::Weighted => (0, 0),
            Share::Strict => (i64::from(stake.rank), 0),
            Share::ServiceLevel => {
                let (priority, place, _) = self.place(task);
                let cost = i128::from((self.now.0 - place).max(0)) * i128::from(stake.cost.get());
                let millis = |time: Duration| i128::try_from(time.as_millis()).unwrap();
                // Picoseconds of it: as fine as the router's.
                let cost = cost * 1_000_000_000_000 / millis(stake.target) / millis(stake.handling);
                (priority, -cost)
            }
        }
    }

    /// The lower first.
    fn place(&self, task: &SeenTask) -> (i64, i64, TaskId) {
        let request = &task.request;
        let (points, since) = (i64::from(request.priority.0), request.waiting_since.0);
        match self.settings(&request.queue).order {
            WaitingOrder::Priority => (-points, since, request.id),
            WaitingOrder::LastInFirst => (-points, -since, request.id),
            WaitingOrder::Score { points_a_minute } => {
                (0, since - points * 60_000 / i64::from(points_a_minute.get()), request.id)
            }
        }
    }
}
