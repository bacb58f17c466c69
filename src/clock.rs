//! The time as everybody in this process has it: the wall clock's, without its jumps.
//!
//! Ring times, steps and deadlines are reckoned in it, so it must go as time goes. A wall clock may
//! jump: somebody sets it, or a time server does after it was wrong for long. Then ours goes on as
//! before, and comes to agree with the wall clock little by little. A machine that slept is no jump:
//! what time has really passed is told by a clock that goes on meanwhile.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// A wall clock that goes wrong by more than this between two looks has jumped.
const JUMP_MS: i64 = 1_000;
/// Past this no smoothing makes sense, as when a machine comes back from a picture of itself: we follow
/// at once.
const FOLLOWED_MS: i64 = 4 * 3_600_000;
/// We come nearer to the wall clock by one part in so many of the time that passes: an offer of 20 s
/// rings a second longer or shorter at most.
const APPROACH: i64 = 20;

/// Milliseconds since 1970.
pub fn now() -> Timestamp {
    static CLOCK: Mutex<Option<Clock>> = Mutex::new(None);
    let (passed, wall) = (passed(), wall());
    let mut clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let (at, noticed) = clock.get_or_insert_with(|| Clock::starting(passed, wall)).look(passed, wall);
    drop(clock);
    if let Some(Noticed { jumped_ms, followed }) = noticed {
        tracing::warn!(jumped_ms, followed, "the system's clock jumped");
        metrics::counter!("clock_jumps_total").increment(1);
    }
    at
}

/// How far the wall clock is ahead of ours, in milliseconds.
pub fn behind_wall_ms() -> i64 {
    wall().saturating_sub(now().as_millis())
}

/// Since the machine started, sleep included.
fn passed() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What a look at the wall clock showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Noticed {
    jumped_ms: i64,
    /// We took its time at once.
    followed: bool,
}

/// Pure: told how much time has really passed and what the wall says.
#[derive(Debug)]
struct Clock {
    /// At the last look.
    passed: Duration,
    wall: i64,
    /// What the wall is ahead of us; grows by jumps alone.
    ahead: i64,
    /// Of `ahead`, what is approached but less than a millisecond yet, in parts of [`APPROACH`].
    rest: i64,
    latest: Timestamp,
}

impl Clock {
    fn starting(passed: Duration, wall: i64) -> Self {
        Self { passed, wall, ahead: 0, rest: 0, latest: Timestamp(wall) }
    }

    /// The time now. Never earlier than the last one it gave.
    fn look(&mut self, passed: Duration, wall: i64) -> (Timestamp, Option<Noticed>) {
        let really = i64::try_from(passed.saturating_sub(self.passed).as_millis()).unwrap_or(i64::MAX);
        let jumped_ms = wall.saturating_sub(self.wall).saturating_sub(really);
        // A look that comes within the same millisecond must not lose it.
        if really > 0 || jumped_ms != 0 {
            self.passed += Duration::from_millis(u64::try_from(really).unwrap_or(0));
            self.wall = wall;
        }
        let noticed = self.take_jump(jumped_ms);
        self.approach(really);
        self.latest = self.latest.max(Timestamp(wall.saturating_sub(self.ahead)));
        (self.latest, noticed)
    }

    fn take_jump(&mut self, jumped_ms: i64) -> Option<Noticed> {
        if jumped_ms.abs() <= JUMP_MS {
            return None;
        }
        self.ahead = self.ahead.saturating_add(jumped_ms);
        let followed = self.ahead.abs() > FOLLOWED_MS;
        if followed {
            // Back in time we do not go: ours stands until the wall clock is there.
            self.ahead = 0;
        }
        Some(Noticed { jumped_ms, followed })
    }

    fn approach(&mut self, really: i64) {
        let parts = self.rest + really;
        let nearer = (parts / APPROACH).min(self.ahead.abs());
        self.rest = if self.ahead == 0 { 0 } else { parts % APPROACH };
        self.ahead -= nearer * self.ahead.signum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_700_000_000_000;
    const HOUR: i64 = 3_600_000;

    /// Looks every `every` milliseconds for `long`, with the wall ahead by `ahead`; the last time seen.
    fn run(clock: &mut Clock, from: i64, long: i64, every: usize, ahead: i64) -> Timestamp {
        let looks = (from..=from + long).step_by(every);
        let millis = |passed| Duration::from_millis(u64::try_from(passed).unwrap());
        looks.map(|passed| clock.look(millis(passed), START + passed + ahead).0).last().unwrap()
    }

    fn clock() -> Clock {
        Clock::starting(Duration::ZERO, START)
    }

    #[test]
    fn without_jumps_it_is_the_wall_clock() {
        let mut clock = clock();
        assert_eq!(run(&mut clock, 0, 60_000, 7, 0), Timestamp(START + 59_997));
        // As time servers do it: a little at a time.
        for step in 0..1_000 {
            let seen = clock.look(
                Duration::from_millis(60_000 + step * 10),
                START + 60_000 + 11 * i64::try_from(step).unwrap(),
            );
            assert_eq!(seen, (Timestamp(START + 60_000 + 11 * i64::try_from(step).unwrap()), None));
        }
    }

    #[test]
    fn a_jump_of_an_hour_either_way_moves_no_timer_by_more_than_a_twentieth() {
        for jump in [HOUR, -HOUR] {
            let mut clock = clock();
            run(&mut clock, 0, 1_000, 10, 0);
            let before = run(&mut clock, 1_000, 0, 1, 0);
            let at_once = run(&mut clock, 1_010, 0, 1, jump);
            assert!((0..=11).contains(&(at_once.0 - before.0)), "{jump}: {}", at_once.0 - before.0);
            let later = run(&mut clock, 1_020, 20_000, 10, jump);
            let passed = later.0 - at_once.0;
            assert!((18_990..=21_030).contains(&passed), "{jump}: {passed}");
        }
    }

    #[test]
    fn it_comes_to_agree_with_the_wall_clock() {
        for jump in [60_000, -60_000] {
            let mut clock = clock();
            run(&mut clock, 0, 10, 10, 0);
            let end = run(&mut clock, 20, 61_000 * APPROACH, 10, jump);
            assert_eq!(end.0, START + 20 + 61_000 * APPROACH + jump);
        }
    }

    #[test]
    fn it_never_goes_back_and_follows_what_is_far_off() {
        let mut clock = clock();
        let day = 24 * HOUR;
        assert_eq!(run(&mut clock, 10, 0, 1, day), Timestamp(START + 10 + day));
        assert_eq!(run(&mut clock, 20, 0, 1, -day), Timestamp(START + 10 + day));
        assert_eq!(run(&mut clock, 2 * day + 100, 0, 1, -day), Timestamp(START + day + 100));
    }

    #[test]
    fn a_machine_that_slept_has_the_time_it_is() {
        let mut clock = clock();
        assert_eq!(run(&mut clock, 8 * HOUR, 0, 1, 0), Timestamp(START + 8 * HOUR));
    }
}
