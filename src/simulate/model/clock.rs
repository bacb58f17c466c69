//! The model's day: times of day become times after its beginning, whatever the clocks do.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;

use super::file::Model;
use crate::configuration::organisation::TimeOfDay;
use crate::configuration::{Flaw, Path};

/// A day in its time zone, from when it is played until when.
#[derive(Debug, Clone)]
pub struct Clock {
    pub zone: TimeZone,
    pub day: Date,
    pub begins: Timestamp,
    pub ends: Timestamp,
    pub overtime: Duration,
}

impl Clock {
    /// Fails if there is no such time zone, or the day lies outside the calendar.
    pub fn of(model: &Model) -> Result<Self, Flaw> {
        let zone = TimeZone::get(&model.time_zone).map_err(|_| {
            let message = format!("{:?} is not the name of a time zone, like Europe/Berlin", model.time_zone);
            Flaw::new(Path::root().then("time_zone"), message)
        })?;
        let mut clock = Self {
            zone,
            day: model.day,
            begins: Timestamp(0),
            ends: Timestamp(0),
            overtime: model.overtime.0,
        };
        let never = || Flaw::new(Path::root().then("day"), "the day lies outside the calendar");
        clock.begins = clock.moment(model.from, 0).ok_or_else(never)?;
        clock.ends = clock.moment(model.to, u8::from(model.to <= model.from)).ok_or_else(never)?;
        Ok(clock)
    }

    /// A time of the day, or of the day after it.
    fn moment(&self, time: TimeOfDay, days_later: u8) -> Option<Timestamp> {
        let days = i64::from(days_later) + i64::from(time.minutes() / (24 * 60));
        let date = self.day.checked_add(jiff::Span::new().days(days)).ok()?;
        let minutes = time.minutes() % (24 * 60);
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        let moment = self.zone.to_ambiguous_timestamp(date.at(hour, minute, 0, 0)).compatible().ok()?;
        Some(Timestamp(moment.as_millisecond()))
    }

    /// From one time of day to a later one; a `to` that is not later is of the next day. Cut to what
    /// lies after the beginning; none if nothing does.
    pub(super) fn stretch(&self, from: TimeOfDay, to: TimeOfDay) -> Option<(Duration, Duration)> {
        let begins = self.at(from, 0);
        let ends = self.at(to, u8::from(to <= from));
        let stretch = (begins.since(self.begins), ends.since(self.begins));
        (stretch.0 < stretch.1).then_some(stretch)
    }

    /// The same within a stretch: a break after midnight is of the next day.
    pub(super) fn within(
        &self,
        outer: (Duration, Duration),
        from: TimeOfDay,
        to: TimeOfDay,
    ) -> (Duration, Duration) {
        let inner =
            (self.at(from, 0).since(self.begins), self.at(to, u8::from(to <= from)).since(self.begins));
        if inner.0 >= outer.0 && !inner.0.is_zero() {
            return inner;
        }
        (self.at(from, 1).since(self.begins), self.at(to, 1 + u8::from(to <= from)).since(self.begins))
    }

    fn at(&self, time: TimeOfDay, days_later: u8) -> Timestamp {
        self.moment(time, days_later).unwrap_or(self.ends)
    }
}
