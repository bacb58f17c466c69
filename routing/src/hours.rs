//! Opening hours: several intervals a day, holidays, one time zone.
//!
//! Times are the wall clock's. A time that a clock change skips counts as the moment of the change's
//! end; one that comes twice counts at its first coming. Zone rules come with the program.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use model::Timestamp;
use serde::{Deserialize, Serialize};

const MINUTES_A_DAY: u16 = 24 * 60;
/// Looking further ahead finds nothing: a week has seven days, holidays are dates of a year or two.
const LOOK_AHEAD_DAYS: u16 = 800;
const MOST_HOLIDAYS: usize = 2_000;
const MOST_INTERVALS: usize = 24;

/// When a queue is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Hours {
    zone: TimeZone,
    zone_name: String,
    /// From Monday; each day's intervals in order, none overlapping.
    week: [Vec<Interval>; 7],
    /// Instead of the weekday's; an empty list is closed.
    holidays: BTreeMap<Date, Vec<Interval>>,
}

/// Why opening hours were refused. The text has to be changed; a retry is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    #[error("{0:?} is not an interval of a day, like 09:00-12:30")]
    Interval(String),
    #[error("intervals {0} and {1} overlap or are out of order")]
    Overlap(String, String),
    #[error("{0:?} is not the name of a time zone, like Europe/Berlin")]
    Zone(String),
    #[error("{0:?} is not a day: monday to sunday")]
    Day(String),
    #[error("{0:?} is not a date, like 2026-12-24")]
    Date(String),
    #[error("more than {MOST_HOLIDAYS} holidays or {MOST_INTERVALS} intervals a day")]
    TooMany,
}

/// Minutes after midnight, `to` excluded; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Interval {
    from: u16,
    to: u16,
}

/// As the organisation writes it: `{ zone = "Europe/Berlin", monday = ["09:00-12:00", "13:00-17:00"] }`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    zone: String,
    week: BTreeMap<String, Vec<String>>,
    holidays: BTreeMap<String, Vec<String>>,
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Hours {
    /// `week` maps `monday` to `sunday` to intervals like `09:00-12:30`; a day left out is closed.
    /// `holidays` maps dates like `2026-12-24` to the intervals of that day instead.
    ///
    /// # Errors
    /// Whatever of it does not read.
    pub fn new<'a>(
        zone: &str,
        week: impl IntoIterator<Item = (&'a str, Vec<&'a str>)>,
        holidays: impl IntoIterator<Item = (&'a str, Vec<&'a str>)>,
    ) -> Result<Self, InvalidHours> {
        let owned = |(key, intervals): (&str, Vec<&str>)| {
            (key.to_owned(), intervals.into_iter().map(str::to_owned).collect())
        };
        Written {
            zone: zone.to_owned(),
            week: week.into_iter().map(owned).collect(),
            holidays: holidays.into_iter().map(owned).collect(),
        }
        .try_into()
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        let Some(today) = self.date(at) else { return false };
        self.spans(today).any(|(from, to)| from <= at && at < to)
    }

    /// When it next opens or closes after `at`; none if it never does.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let open = self.is_open(at);
        let mut date = self.date(at)?;
        let mut until = at;
        for _ in 0..LOOK_AHEAD_DAYS {
            for (from, to) in self.spans(date) {
                if !open && from > at {
                    return Some(from);
                }
                if open && to > until {
                    if from > until {
                        return Some(until);
                    }
                    until = to;
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// When it next opens, if it is closed at `at`.
    pub fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) { None } else { self.next_change(at) }
    }

    /// How long it was open between two moments.
    pub fn open_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut total = Duration::ZERO;
        let Some(mut date) = self.date(from) else { return total };
        for _ in 0..LOOK_AHEAD_DAYS {
            for (opens, closes) in self.spans(date) {
                total += closes.min(to).since(opens.max(from));
            }
            let Ok(tomorrow) = date.tomorrow() else { break };
            date = tomorrow;
            if self.date(to).is_none_or(|last| date > last) {
                break;
            }
        }
        total
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.zone.to_datetime(at).date())
    }

    /// The day's intervals as moments; what a clock change swallows is left out.
    fn spans(&self, date: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let intervals =
            self.holidays.get(&date).unwrap_or_else(|| &self.week[usize::from(day_index(date.weekday()))]);
        intervals.iter().filter_map(move |interval| {
            let from = self.moment(date, interval.from)?;
            let to = self.moment(date, interval.to)?;
            (from < to).then_some((from, to))
        })
    }

    fn moment(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        let (date, minutes) =
            if minutes == MINUTES_A_DAY { (date.tomorrow().ok()?, 0) } else { (date, minutes) };
        let hour = i8::try_from(minutes / 60).ok()?;
        let minute = i8::try_from(minutes % 60).ok()?;
        let moment = self.zone.to_ambiguous_timestamp(date.at(hour, minute, 0, 0)).compatible().ok()?;
        Some(Timestamp(moment.as_millisecond()))
    }
}

impl TryFrom<Written> for Hours {
    type Error = InvalidHours;

    fn try_from(written: Written) -> Result<Self, InvalidHours> {
        if written.holidays.len() > MOST_HOLIDAYS {
            return Err(InvalidHours::TooMany);
        }
        let zone = TimeZoneDatabase::bundled()
            .get(&written.zone)
            .map_err(|_| InvalidHours::Zone(shortened(&written.zone)))?;
        let mut week: [Vec<Interval>; 7] = Default::default();
        for (day, intervals) in &written.week {
            let index = DAYS.iter().position(|name| name == day);
            week[index.ok_or_else(|| InvalidHours::Day(shortened(day)))?] = read_intervals(intervals)?;
        }
        let mut holidays = BTreeMap::new();
        for (date, intervals) in &written.holidays {
            let day: Date = date.parse().map_err(|_| InvalidHours::Date(shortened(date)))?;
            holidays.insert(day, read_intervals(intervals)?);
        }
        Ok(Self { zone, zone_name: written.zone, week, holidays })
    }
}

impl From<Hours> for Written {
    fn from(hours: Hours) -> Self {
        let text = |intervals: &Vec<Interval>| intervals.iter().map(Interval::to_string).collect();
        let days = DAYS.iter().zip(&hours.week).filter(|(_, intervals)| !intervals.is_empty());
        Self {
            week: days.map(|(day, intervals)| ((*day).to_owned(), text(intervals))).collect(),
            holidays: hours
                .holidays
                .iter()
                .map(|(date, intervals)| (date.to_string(), text(intervals)))
                .collect(),
            zone: hours.zone_name,
        }
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

fn day_index(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_zero_offset()).expect("an offset is 0 to 6")
}

fn read_intervals(texts: &[String]) -> Result<Vec<Interval>, InvalidHours> {
    if texts.len() > MOST_INTERVALS {
        return Err(InvalidHours::TooMany);
    }
    let intervals = texts.iter().map(|text| read_interval(text)).collect::<Result<Vec<_>, _>>()?;
    match intervals.windows(2).find(|pair| pair[0].to > pair[1].from) {
        Some(pair) => Err(InvalidHours::Overlap(pair[0].to_string(), pair[1].to_string())),
        None => Ok(intervals),
    }
}

fn read_interval(text: &str) -> Result<Interval, InvalidHours> {
    let read = || {
        let (from, to) = text.split_once('-')?;
        let interval = Interval { from: read_time(from)?, to: read_time(to)? };
        (interval.from < interval.to).then_some(interval)
    };
    read().ok_or_else(|| InvalidHours::Interval(shortened(text)))
}

fn read_time(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && minutes <= MINUTES_A_DAY).then_some(minutes)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
