//! How the queues stood during the past hour, a reading a minute: what a board begins its lines with.
//! Begins anew with the process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

use crate::console::wire::{BoardFrame, BoardReading, QueueReading};

const EVERY: Duration = Duration::from_secs(60);
/// An hour of them.
const MOST: usize = 60;

/// Readings of the past hour, oldest first.
#[derive(Default)]
pub struct Trail(Mutex<VecDeque<BoardReading>>);

impl Trail {
    /// Takes a reading, unless the last is younger than a minute.
    pub fn note(&self, frame: &BoardFrame) {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if readings.back().is_some_and(|last| frame.at.since(last.at) < EVERY) {
            return;
        }
        if readings.len() == MOST {
            readings.pop_front();
        }
        readings.push_back(reading(frame));
    }

    /// What was read during the hour before `now`.
    pub fn hour(&self, now: Timestamp) -> Vec<BoardReading> {
        let readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = EVERY * u32::try_from(MOST).expect("sixty");
        readings.iter().filter(|reading| now.since(reading.at) <= hour).cloned().collect()
    }
}

fn reading(frame: &BoardFrame) -> BoardReading {
    let queues = frame.queues.iter().map(|figures| QueueReading {
        queue: figures.queue.clone(),
        waiting: figures.waiting,
        longest_since: figures.longest_since,
        percent: figures.service_level.percent,
        offered: figures.offered,
        abandoned: figures.abandoned,
    });
    BoardReading { at: frame.at, queues: queues.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(minutes: i64) -> BoardFrame {
        BoardFrame {
            at: Timestamp(minutes * 60_000),
            queues: Vec::new(),
            agents: Vec::new(),
            sessions: Vec::new(),
        }
    }

    #[test]
    fn a_reading_a_minute_is_kept_for_an_hour() {
        let trail = Trail::default();
        for minute in 0..100 {
            trail.note(&frame(minute));
            trail.note(&BoardFrame { at: Timestamp(minute * 60_000 + 5_000), ..frame(minute) });
        }
        let kept = trail.hour(frame(99).at);
        assert_eq!((kept.len(), kept[0].at, kept[59].at), (60, frame(40).at, frame(99).at));
    }

    #[test]
    fn what_is_older_than_an_hour_is_not_shown() {
        let trail = Trail::default();
        trail.note(&frame(0));
        assert_eq!(trail.hour(frame(60).at).len(), 1);
        assert_eq!(trail.hour(frame(61).at), []);
    }
}
