//! Which part of a recording is meant, and where replaying has to begin for it.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::{Event, Recorded, Sequence, Timestamp};
use store::{Store, StoreError};

use super::PAGE;
use crate::recording;

/// A place in the recording: the number of a record, a day or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Sequence(Sequence),
    Day(Date),
    Time(Timestamp),
}

/// The text says no place in a recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no number of a record, no day (2026-03-01) and no time (2026-03-01T09:30, 2026-03-01T08:30:00Z)"
)]
pub struct NoMoment(String);

impl FromStr for Moment {
    type Err = NoMoment;

    /// A time without a zone is the machine's (`TZ`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_moment = || NoMoment(text.chars().take(40).collect());
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(|number| Self::Sequence(Sequence(number))).map_err(|_| no_moment());
        }
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::Time(Timestamp(time.as_millisecond())));
        }
        if !text.contains([':', 'T', 't', ' ']) {
            return text.parse().map(Self::Day).map_err(|_| no_moment());
        }
        let here: DateTime = text.parse().map_err(|_| no_moment())?;
        let time = TimeZone::system().to_timestamp(here).map_err(|_| no_moment())?;
        Ok(Self::Time(Timestamp(time.as_millisecond())))
    }
}

/// From here, included, until there. A day is whole on both sides; a record or time that it goes until
/// is the last one in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    pub from: Option<Moment>,
    pub to: Option<Moment>,
}

impl Window {
    /// Everything up to a moment.
    pub fn until(moment: Option<Moment>) -> Self {
        Self { from: None, to: moment }
    }

    pub(super) fn has_begun(&self, sequence: Sequence, at: Timestamp) -> bool {
        match self.from {
            None => true,
            Some(Moment::Sequence(from)) => from <= sequence,
            Some(moment) => moment.begin() <= at,
        }
    }

    pub(super) fn is_over(&self, sequence: Sequence, at: Timestamp) -> bool {
        match self.to {
            None => false,
            Some(Moment::Sequence(to)) => to < sequence,
            Some(Moment::Time(to)) => to < at,
            Some(Moment::Day(day)) => day_end(day) <= at,
        }
    }
}

impl Moment {
    fn begin(self) -> Timestamp {
        match self {
            Self::Sequence(_) => Timestamp(i64::MIN),
            Self::Time(at) => at,
            Self::Day(day) => midnight(day),
        }
    }

    /// The last millisecond in it; none for a record, whose time is its own.
    pub fn end(self) -> Option<Timestamp> {
        match self {
            Self::Sequence(_) => None,
            Self::Time(at) => Some(at),
            Self::Day(day) => Some(Timestamp(day_end(day).0 - 1)),
        }
    }
}

fn day_end(day: Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, midnight)
}

fn midnight(day: Date) -> Timestamp {
    let time = TimeZone::system().to_timestamp(day.at(0, 0, 0, 0));
    time.map_or(Timestamp(i64::MIN), |time| Timestamp(time.as_millisecond()))
}

/// The first record that is kept.
async fn first_kept(store: &Store) -> Result<Option<Recorded<Event>>, StoreError> {
    Ok(store.load(&recording::stream(), Sequence::START, 1).await?.into_iter().next())
}

/// What was recorded before, if anything was, is kept no more; none for a moment that is.
pub(super) async fn cut(store: &Store, window: Window) -> Result<Option<Timestamp>, StoreError> {
    let Some(first) = first_kept(store).await?.filter(|first| first.sequence > Sequence(1)) else {
        return Ok(None);
    };
    let is_cut = |moment: Moment| match moment {
        Moment::Sequence(sequence) => sequence < first.sequence,
        moment => moment.begin() < first.at,
    };
    Ok([window.from, window.to].into_iter().flatten().any(is_cut).then_some(first.at))
}

/// After which record to begin: the one before the last start of a router that is not after `from`.
/// Records are looked at by halves of the stream, so that a day in a long one is found at once.
pub(super) async fn begin(store: &Store, from: Option<Moment>) -> Result<Sequence, StoreError> {
    let first = match from {
        None => return Ok(Sequence::START),
        Some(Moment::Sequence(from)) => from,
        // A start after the moment is not the one of the router that lived in it.
        Some(moment) => Sequence(first_since(store, moment.begin()).await?.0 - 1),
    };
    last_start(store, first).await
}

/// How many records there are from where replaying begins to about where it ends.
pub(super) async fn length(store: &Store, window: Window) -> Result<u64, StoreError> {
    let last = store.last(&recording::stream()).await?;
    let end = match window.to {
        None => last,
        Some(Moment::Sequence(to)) => to.min(last),
        Some(Moment::Time(at)) => first_since(store, at).await?,
        Some(Moment::Day(day)) => first_since(store, day_end(day)).await?,
    };
    Ok(end.0.saturating_sub(begin(store, window.from).await?.0))
}

/// The first record written at or after a time. Records are written after they are made, in their order.
async fn first_since(store: &Store, at: Timestamp) -> Result<Sequence, StoreError> {
    let stream = recording::stream();
    let kept = first_kept(store).await?.map_or(1, |first| first.sequence.0);
    let (mut before, mut after) = (kept - 1, store.last(&stream).await?.0 + 1);
    while before + 1 < after {
        let middle = before + (after - before) / 2;
        let record = store.load(&stream, Sequence(middle - 1), 1).await?;
        match record.first() {
            Some(record) if record.at < at => before = middle,
            _ => after = middle,
        }
    }
    Ok(Sequence(after))
}

async fn last_start(store: &Store, first: Sequence) -> Result<Sequence, StoreError> {
    let kept = first_kept(store).await?.map_or(1, |first| first.sequence.0);
    let mut end = first.0;
    while end >= kept {
        let begin = end.saturating_sub(PAGE as u64).max(kept - 1);
        let wanted = usize::try_from(end - begin).unwrap_or(PAGE);
        let page = store.load(&recording::stream(), Sequence(begin), wanted).await?;
        let starts = |event: &Event| matches!(event, Event::Routing(record) if record["record"] == "started");
        if let Some(start) = page.iter().rev().find(|recorded| starts(&recorded.event)) {
            return Ok(Sequence(start.sequence.0 - 1));
        }
        end = begin;
    }
    Ok(Sequence::START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_record_a_day_or_a_time() {
        assert_eq!("17".parse(), Ok(Moment::Sequence(Sequence(17))));
        assert_eq!("2026-03-01".parse(), Ok(Moment::Day(Date::constant(2026, 3, 1))));
        let time = Moment::Time(Timestamp(1_772_354_096_789));
        assert_eq!("2026-03-01T08:34:56.789Z".parse(), Ok(time));
        assert!(matches!("2026-03-01T09:30".parse(), Ok(Moment::Time(_))));
        for text in ["", "yesterday", "2026-13-01", "99999999999999999999", "2026-03-01T25:00"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_is_whole_and_a_last_record_is_in() {
        let day: Moment = "2026-03-01".parse().unwrap();
        let window = Window { from: Some(day), to: Some(day) };
        let (first, last) = (day.begin(), day.end().unwrap());
        assert!(
            window.has_begun(Sequence(1), first) && !window.has_begun(Sequence(1), Timestamp(first.0 - 1))
        );
        assert!(!window.is_over(Sequence(1), last) && window.is_over(Sequence(1), Timestamp(last.0 + 1)));
        let five = Window::until(Some(Moment::Sequence(Sequence(5))));
        assert!(!five.is_over(Sequence(5), last) && five.is_over(Sequence(6), first));
    }
}
