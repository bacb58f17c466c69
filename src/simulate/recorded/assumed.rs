//! What a recording cannot show: the patience of those who were answered, the handling of those who
//! left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::QueueId;
use routing::simulator::{Distribution, RecordedContact, RecordedPatience, RecordedSegment, RecordedTime};

use super::task::{Task, Wait};

/// What is drawn where the recording shows nothing.
pub(super) struct Assumed {
    /// Mean patience in seconds by queue; none where nobody left.
    pub leaving: BTreeMap<QueueId, Option<f64>>,
    pub handling: BTreeMap<QueueId, Arc<[f64]>>,
    pub wrap_up: BTreeMap<QueueId, Arc<[f64]>>,
    pub anywhere: Arc<[f64]>,
    pub censored: usize,
    pub unhandled: usize,
}

impl Assumed {
    pub fn of(tasks: &[Task]) -> Self {
        let mut waited = BTreeMap::<QueueId, (f64, u32)>::new();
        let mut handling = BTreeMap::<QueueId, Vec<f64>>::new();
        let mut wrap_up = BTreeMap::<QueueId, Vec<f64>>::new();
        let (mut censored, mut unhandled) = (0, 0);
        for wait in tasks.iter().flat_map(|task| &task.waits) {
            let sums = waited.entry(wait.queue.clone()).or_default();
            sums.0 += wait.waited().as_secs_f64();
            sums.1 += u32::from(wait.was_abandoned());
            censored += usize::from(!wait.was_abandoned());
            match wait.handling() {
                Some(time) => {
                    handling.entry(wait.queue.clone()).or_default().push(time.as_secs_f64());
                    wrap_up.entry(wait.queue.clone()).or_default().push(wait.wrap_up().as_secs_f64());
                }
                None => unhandled += 1,
            }
        }
        let mean = |(time, left): (f64, u32)| (left > 0 && time > 0.0).then(|| time / f64::from(left));
        let all: Vec<f64> = handling.values().flatten().copied().collect();
        let seen = |times: BTreeMap<QueueId, Vec<f64>>| {
            times.into_iter().map(|(queue, times)| (queue, times.into()))
        };
        Self {
            leaving: waited.into_iter().map(|(queue, sums)| (queue, mean(sums))).collect(),
            anywhere: if all.is_empty() { Arc::from([0.0]) } else { all.into() },
            handling: seen(handling).collect(),
            wrap_up: seen(wrap_up).collect(),
            censored,
            unhandled,
        }
    }

    pub fn contact(&self, task: &Task) -> RecordedContact {
        let segment = |wait: &Wait| RecordedSegment {
            queue: wait.queue.clone(),
            requirements: wait.requirements.clone(),
            facts: wait.facts.clone(),
            patience: if wait.was_abandoned() {
                RecordedPatience::Left(wait.waited())
            } else {
                let longer = self.leaving.get(&wait.queue).copied().flatten();
                RecordedPatience::AtLeast(
                    wait.waited(),
                    longer.map(|mean| Distribution::Exponential { mean }),
                )
            },
            handling: wait.handling().map_or_else(|| self.drawn(&self.handling, wait), RecordedTime::Known),
            wrap_up: match wait.handling() {
                Some(_) => RecordedTime::Known(wait.wrap_up()),
                None if self.wrap_up.contains_key(&wait.queue) => self.drawn(&self.wrap_up, wait),
                None => RecordedTime::Known(Duration::ZERO),
            },
        };
        RecordedContact {
            at: task.came,
            channel: task.channel,
            priority: task.priority,
            segments: task.waits.iter().map(segment).collect(),
        }
    }

    fn drawn(&self, times: &BTreeMap<QueueId, Arc<[f64]>>, wait: &Wait) -> RecordedTime {
        let seen = times.get(&wait.queue).unwrap_or(&self.anywhere);
        RecordedTime::Assumed(Distribution::Seen(seen.clone()))
    }
}
