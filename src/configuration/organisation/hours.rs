//! Opening hours: intervals a weekday in a time zone, and holidays.

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use model::Timestamp;
use model::id::{InvalidName, Name};
use serde::{Deserialize, Serialize};

use crate::configuration::flaw::{Flaw, Path};

/// The name of a set of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoursId(pub Name);

impl HoursId {
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        Name::new(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for HoursId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub id: HoursId,
    pub name: String,
    /// As in the IANA database: `Europe/Berlin`.
    pub time_zone: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<Interval>,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// Open from `from` until just before `to`, local time; `"24:00"` is the end of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// A day with hours of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
    /// Empty: closed all day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Interval>,
}

/// Minutes after midnight, written `"09:30"`; at most `"24:00"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    pub const END_OF_DAY: Self = Self(24 * 60);

    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unclear = || format!("{text:?} is not a time of day such as \"09:30\"");
        let (hours, minutes) = text.split_once(':').ok_or_else(unclear)?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return Err(unclear());
        }
        let (hours, minutes): (u16, u16) =
            (hours.parse().map_err(|_| unclear())?, minutes.parse().map_err(|_| unclear())?);
        let time = Self(hours * 60 + minutes);
        if minutes < 60 && time <= Self::END_OF_DAY { Ok(time) } else { Err(unclear()) }
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

impl Hours {
    /// Whether it is open at this time. A holiday's hours replace the weekday's.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let Some(local) = self.local(at) else { return true };
        let minute = minute_of_day(local.time());
        self.on(local.date()).iter().any(|interval| interval.from.0 <= minute && minute < interval.to.0)
    }

    /// The next time at which it opens or closes, within 400 days; none if it never does.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let now = self.is_open(at);
        let zone = self.zone()?;
        let mut date = self.local(at)?.date();
        for _ in 0..HORIZON_DAYS {
            let mut edges: Vec<u16> = self
                .on(date)
                .iter()
                .flat_map(|interval| [interval.from.0, interval.to.0])
                .chain([0])
                .collect();
            edges.sort_unstable();
            let times = edges.into_iter().filter_map(|minute| instant(date, minute, &zone));
            if let Some(change) = times.filter(|time| *time > at).find(|time| self.is_open(*time) != now) {
                return Some(change);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn on(&self, date: Date) -> &[Interval] {
        if let Some(holiday) = self.holidays.iter().find(|holiday| holiday.date == date) {
            return &holiday.open;
        }
        match date.weekday() {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(&self.time_zone).ok()
    }

    fn local(&self, at: Timestamp) -> Option<DateTime> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.zone()?.to_datetime(at))
    }

    fn days(&self) -> [(&'static str, &[Interval]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// How far `next_change` looks: past a year, so that a yearly opening is found.
const HORIZON_DAYS: usize = 400;

fn minute_of_day(time: jiff::civil::Time) -> u16 {
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}

fn instant(date: Date, minute: u16, zone: &TimeZone) -> Option<Timestamp> {
    let (date, minute) =
        if minute == TimeOfDay::END_OF_DAY.0 { (date.tomorrow().ok()?, 0) } else { (date, minute) };
    let time = date.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
    Some(Timestamp(zone.to_timestamp(time).ok()?.as_millisecond()))
}

/// Time zones nobody knows, and intervals that are empty or overlap.
pub(super) fn check(all: &[Hours], flaws: &mut Vec<Flaw>) {
    for (index, hours) in all.iter().enumerate() {
        let path = Path::root().then("hours").then(index);
        if hours.zone().is_none() {
            let message = format!("{:?} is no time zone such as \"Europe/Berlin\"", hours.time_zone);
            flaws.push(Flaw::new(path.then("time_zone"), message));
        }
        for (day, intervals) in hours.days() {
            check_day(intervals, &path.then(day), flaws);
        }
        for (place, holiday) in hours.holidays.iter().enumerate() {
            check_day(&holiday.open, &path.then("holidays").then(place).then("open"), flaws);
        }
    }
}

fn check_day(intervals: &[Interval], path: &Path, flaws: &mut Vec<Flaw>) {
    for (place, interval) in intervals.iter().enumerate() {
        if interval.from >= interval.to {
            flaws.push(Flaw::new(path.then(place), "it ends before it begins"));
        } else if place > 0 && intervals[place - 1].to > interval.from {
            flaws.push(Flaw::new(path.then(place), "it begins before the one before has ended"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Hours {
        toml::from_str(
            r#"
            id = "shop"
            name = "Shop"
            time_zone = "Europe/Berlin"
            monday = [{ from = "09:00", to = "12:00" }, { from = "14:00", to = "24:00" }]
            tuesday = [{ from = "00:00", to = "10:00" }]
            holidays = [{ date = "2026-12-28", name = "Stocktaking" }]
            "#,
        )
        .unwrap()
    }

    fn berlin(text: &str) -> Timestamp {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Timestamp(zone.to_timestamp(text.parse().unwrap()).unwrap().as_millisecond())
    }

    #[test]
    fn two_intervals_in_a_day_open_and_close_to_the_minute() {
        let shop = shop();
        for (time, open) in [
            ("2026-11-23T08:59:59", false),
            ("2026-11-23T09:00:00", true),
            ("2026-11-23T12:00:00", false),
            ("2026-11-23T14:00:00", true),
            ("2026-11-24T09:59:59", true),
            ("2026-11-24T10:00:00", false),
        ] {
            assert_eq!(shop.is_open(berlin(time)), open, "{time}");
        }
    }

    #[test]
    fn the_next_change_passes_over_midnight_and_holidays() {
        let shop = shop();
        let next = |time| shop.next_change(berlin(time)).unwrap();
        assert_eq!(next("2026-11-23T10:00:00"), berlin("2026-11-23T12:00:00"));
        assert_eq!(next("2026-11-23T15:00:00"), berlin("2026-11-24T10:00:00"));
        // Monday the 28th is a holiday, so the next opening is on Tuesday.
        assert_eq!(next("2026-12-22T11:00:00"), berlin("2026-12-29T00:00:00"));
        assert!(!shop.is_open(berlin("2026-12-28T10:00:00")));
    }

    #[test]
    fn hours_that_never_open_have_no_next_change() {
        let never = Hours { monday: vec![], tuesday: vec![], ..shop() };
        assert_eq!(never.next_change(berlin("2026-11-23T10:00:00")), None);
    }

    #[test]
    fn a_time_of_day_is_read_strictly() {
        for bad in ["9:00", "24:01", "09:60", "+9:00", "0900", ""] {
            assert!(TimeOfDay::try_from(bad.to_owned()).is_err(), "{bad:?} must be refused");
        }
    }
}
