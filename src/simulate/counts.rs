//! Counts of contacts by interval, as reports give them: a CSV of `interval_start,calls`.

use std::path::Path;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::Timestamp;

use crate::configuration::{Fault, Origin, Position};

const HEADER: &str = "interval_start,calls";
/// Bytes of a file: years of five-minute intervals.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// In one interval.
const MOST_CALLS: u32 = 1_000_000;
/// Past it nobody reads on.
const MOST_FAULTS: usize = 100;

/// The counts of one day of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// Each interval's beginning as written, on the day's clock, and how many came.
    pub intervals: Vec<(DateTime, u32)>,
    /// Of each interval.
    pub length: Duration,
}

impl Day {
    /// When it begins and ends, in a time zone.
    pub fn bounds(&self, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let (first, _) = self.intervals.first()?;
        let (last, _) = self.intervals.last()?;
        Some((moment(zone, *first)?, moment(zone, *last)? + self.length))
    }
}

pub fn moment(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    Some(Timestamp(zone.to_ambiguous_timestamp(at).compatible().ok()?.as_millisecond()))
}

/// Reads a file. Blocking. Every fault with its line, at most 100.
pub fn read(path: &Path) -> Result<Vec<Day>, Vec<Fault>> {
    let whole = |message: String| vec![Fault::of_file(path, message)];
    let length = std::fs::metadata(path).map_err(|error| whole(format!("cannot read it: {error}")))?.len();
    if length > MOST_BYTES {
        return Err(whole(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| whole(format!("cannot read it: {error}")))?;
    parse(path, &text)
}

/// The same for a text at hand. A day's intervals are of one length, without a gap; between two days
/// there may be a night.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Day>, Vec<Fault>> {
    let mut reader = Reader { path, faults: Vec::new(), days: Vec::new() };
    let mut lines = text.lines().enumerate();
    match lines.next() {
        Some((_, header)) if header.trim_start_matches('\u{feff}').trim() == HEADER => {}
        _ => reader.fault(0, format!("the first line has to be \"{HEADER}\"")),
    }
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        reader.line(number, line);
        if reader.faults.len() >= MOST_FAULTS {
            break;
        }
    }
    reader.finish()
}

struct Reader<'a> {
    path: &'a Path,
    faults: Vec<Fault>,
    days: Vec<Day>,
}

impl Reader<'_> {
    fn fault(&mut self, line: usize, message: String) {
        self.faults.push(Fault {
            origin: Origin::File(self.path.to_owned()),
            position: Some(Position { line: line + 1, column: 1 }),
            message,
            nearest: None,
        });
    }

    fn line(&mut self, number: usize, line: &str) {
        let Some((start, calls)) = line.split_once(',') else {
            return self.fault(number, "it is no interval and count, like \"2026-03-02T09:00,31\"".into());
        };
        let Some(start) = time(start.trim()) else {
            return self
                .fault(number, format!("{:?} is not a time like 2026-03-02T09:00:00", shortened(start)));
        };
        let calls = match calls.trim().parse::<i64>() {
            Ok(calls) if calls < 0 => {
                return self.fault(number, format!("{calls} calls: a count is not negative"));
            }
            Ok(calls) if calls > i64::from(MOST_CALLS) => {
                return self.fault(number, format!("{calls} calls: more than {MOST_CALLS} in one interval"));
            }
            Ok(calls) => u32::try_from(calls).unwrap_or(0),
            Err(_) => return self.fault(number, format!("{:?} is not a whole number", shortened(calls))),
        };
        self.add(number, start, calls);
    }

    fn add(&mut self, number: usize, start: DateTime, calls: u32) {
        let is_new = self.days.last().is_none_or(|day| day.date != start.date());
        if is_new {
            if self.days.last().is_some_and(|day| day.date > start.date()) {
                return self.fault(number, format!("{start} comes after a later day"));
            }
            self.days.push(Day {
                date: start.date(),
                intervals: vec![(start, calls)],
                length: Duration::ZERO,
            });
            return;
        }
        let Some(day) = self.days.last_mut() else { return };
        let Some((before, _)) = day.intervals.last().copied() else { return };
        let Ok(passed) = Duration::try_from(before.duration_until(start)) else {
            return self.fault(number, format!("{start} does not come after {before}"));
        };
        if passed.is_zero() {
            return self.fault(number, format!("{start} is there twice"));
        }
        if day.length.is_zero() {
            day.length = passed;
        }
        if passed != day.length {
            let (length, gap) = (crate::configuration::duration::format(day.length), passed > day.length);
            let why = if gap { "a gap" } else { "out of step" };
            // What follows is measured from here.
            day.intervals.push((start, calls));
            return self
                .fault(number, format!("{start} follows {before}, but intervals are of {length}: {why}"));
        }
        day.intervals.push((start, calls));
    }

    fn finish(mut self) -> Result<Vec<Day>, Vec<Fault>> {
        let lone = self.days.iter().find(|day| day.intervals.len() < 2).map(|day| day.date);
        if let (Some(date), true) = (lone, self.faults.is_empty()) {
            self.faults.push(Fault::of_file(self.path, format!("of {date} it has fewer than two intervals")));
        }
        if self.days.is_empty() && self.faults.is_empty() {
            self.faults.push(Fault::of_file(self.path, "there is no interval in it"));
        }
        if self.faults.is_empty() { Ok(self.days) } else { Err(self.faults) }
    }
}

/// The clock's time as it is written: a zone or offset behind it is not applied.
fn time(text: &str) -> Option<DateTime> {
    text.strip_suffix('Z').unwrap_or(text).parse().ok()
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(lines: &str) -> Vec<String> {
        let text = format!("{HEADER}\n{lines}");
        parse(Path::new("calls.csv"), &text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn days_are_told_apart() {
        let text = format!(
            "{HEADER}\n2026-03-02T09:00:00Z,3\n2026-03-02T09:05:00Z,0\n\n2026-03-03T08:00,7\n2026-03-03T08:30,1\n"
        );
        let days = parse(Path::new("calls.csv"), &text).unwrap();
        let seen: Vec<_> = days.iter().map(|day| (day.intervals.len(), day.length.as_secs())).collect();
        assert_eq!(seen, [(2, 300), (2, 1_800)]);
        let (begins, ends) = days[1].bounds(&TimeZone::UTC).unwrap();
        assert_eq!(ends.since(begins), Duration::from_secs(3_600));
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let gap = faults("2026-03-02T09:00,3\n2026-03-02T09:05,3\n2026-03-02T09:20,3\n2026-03-02T09:25,3");
        assert_eq!(
            gap,
            [
                "calls.csv:4:1: 2026-03-02T09:20:00 follows 2026-03-02T09:05:00, but intervals are of 5m: a gap"
            ]
        );
        assert!(faults("2026-03-02T09:00,-3")[0].starts_with("calls.csv:2:1: -3 calls"));
        assert!(faults("2026-03-02T09:00,many")[0].contains("\"many\" is not a whole number"));
        assert!(faults("nine,1")[0].contains("\"nine\" is not a time"));
        assert!(faults("nine")[0].contains("no interval and count"));
        let double = faults("2026-03-02T09:00,1\n2026-03-02T09:00,1");
        assert!(double[0].contains("is there twice"), "{double:?}");
        let back = faults("2026-03-02T09:00,1\n2026-03-02T09:05,1\n2026-03-02T09:00,1");
        assert!(back[0].contains("does not come after"), "{back:?}");
        let later = faults("2026-03-03T09:00,1\n2026-03-03T09:05,1\n2026-03-02T09:00,1");
        assert!(later[0].contains("after a later day"), "{later:?}");
        assert!(faults("2026-03-02T09:00,99999999999")[0].contains("in one interval"));
        assert!(faults("")[0].contains("no interval in it"));
        assert!(faults("2026-03-02T09:00,1")[0].contains("fewer than two"));
        let header = parse(Path::new("calls.csv"), "start,calls\n").unwrap_err();
        assert!(header[0].to_string().contains("the first line has to be"));
        let endless = faults(&"x\n".repeat(10_000));
        assert_eq!(endless.len(), MOST_FAULTS);
    }
}
