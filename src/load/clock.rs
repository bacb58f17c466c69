//! One clock for those who send and those who see, carried in the text of messages.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

const MARK: &str = "load@";
const DIGITS: usize = 16;
/// So that a message is as long as people write them.
const WORDS: &str = "my parcel has not arrived yet, can you please look where it is?";

/// Nanoseconds since this process began to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(u64);

impl Stamp {
    pub fn now() -> Self {
        Self::at(Instant::now())
    }

    pub fn at(instant: Instant) -> Self {
        let since = instant.saturating_duration_since(*START).as_nanos();
        Self(u64::try_from(since).unwrap_or(u64::MAX))
    }

    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(Self::now().0.saturating_sub(self.0))
    }
}

/// A message's text: when it was due and whose it is.
pub fn text(due: Stamp, customer: u32) -> String {
    format!("{MARK}{:0DIGITS$} c{customer} {WORDS}", due.0)
}

/// When the message in this frame was due; none if there is none.
pub fn due(frame: &str) -> Option<Stamp> {
    let digits = after_mark(frame)?.get(..DIGITS)?;
    digits.parse().ok().map(Stamp)
}

/// Whose message this text is.
pub fn customer(text: &str) -> Option<u32> {
    let word = after_mark(text)?.get(DIGITS..)?.strip_prefix(" c")?;
    word.split(' ').next()?.parse().ok()
}

fn after_mark(text: &str) -> Option<&str> {
    text.find(MARK).map(|found| &text[found + MARK.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_when_and_whose() {
        let stamp = Stamp(1_234_567);
        let frame = format!("{{\"text\":\"{}\"}}", text(stamp, 42));
        assert_eq!(due(&frame), Some(stamp));
        assert_eq!(customer(&frame), Some(42));
        assert_eq!(due("load@12"), None);
        assert_eq!(customer("hello"), None);
    }
}
