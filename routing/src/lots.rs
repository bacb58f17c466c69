//! Lots for the queues that choose by lot: pseudo-random numbers from the router's seed, the same for
//! the same inputs.

use model::TaskId;

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(crate) struct Lots {
    seed: u64,
    drawn: u64,
}

impl Lots {
    pub fn new(seed: u128) -> Self {
        Self { seed: folded(seed), drawn: 0 }
    }

    /// The next number for an agent to stand by.
    pub fn draw(&mut self) -> i64 {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.seed ^ self.drawn).cast_signed()
    }

    /// The number that is drawn for a task when so many offers have been made.
    pub fn for_task(&self, task: TaskId, offers: i64) -> u64 {
        mixed(self.seed ^ mixed(folded(task.0.as_u128()) ^ offers.cast_unsigned()))
    }
}

fn folded(number: u128) -> u64 {
    let [low, high] = [number, number >> 64].map(|half| u64::try_from(half & u128::from(u64::MAX)));
    low.unwrap_or_default() ^ high.unwrap_or_default().rotate_left(32)
}

fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
