//! What was measured, each figure beside its aim.

use std::fmt;
use std::time::Duration;

use super::latency::Summary;
use super::process;

#[derive(Debug)]
pub struct Report {
    title: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    what: &'static str,
    figure: String,
    aim: Option<(String, Reached)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Yes,
    No,
}

impl From<bool> for Reached {
    fn from(reached: bool) -> Self {
        if reached { Self::Yes } else { Self::No }
    }
}

impl Report {
    pub fn new(title: String) -> Self {
        Self { title, lines: Vec::new() }
    }

    pub fn say(&mut self, what: &'static str, figure: impl fmt::Display) {
        self.lines.push(Line { what, figure: figure.to_string(), aim: None });
    }

    /// A distribution whose 99th percentile should be under `aim`.
    pub fn latency(&mut self, what: &'static str, summary: Option<Summary>, aim: Duration) {
        let reached = summary.is_some_and(|summary| summary.p99 < aim);
        let figure = summary.map_or_else(|| "nothing was measured".to_owned(), |summary| summary.to_string());
        let aim = Some((format!("p99 under {aim:.0?}"), reached.into()));
        self.lines.push(Line { what, figure, aim });
    }

    /// Bytes each of `count` things cost, which should be at most `aim`.
    pub fn bytes_each(
        &mut self,
        what: &'static str,
        before: Option<u64>,
        after: Option<u64>,
        count: u32,
        aim: u64,
    ) {
        let (Some(before), Some(after)) = (before, after) else {
            return self.say(what, "not measured: the server's process is not known");
        };
        let each = after.saturating_sub(before) / u64::from(count.max(1));
        let aim = Some((format!("at most {aim} B"), (each <= aim).into()));
        self.lines.push(Line { what, figure: format!("{each} B"), aim });
    }

    /// A share, which should be at least `aim`.
    pub fn share(&mut self, what: &'static str, share: f64, aim: f64) {
        let wanted = Some((format!("at least {aim:.2}"), (share >= aim).into()));
        self.lines.push(Line { what, figure: format!("{share:.2}"), aim: wanted });
    }

    /// Requests that the server refused, of which there must be none; the first of them as it was said.
    pub fn refused(&mut self, refused: &[String]) {
        self.none_of("refused", refused.len());
        if let Some(first) = refused.first() {
            self.say("the first of them", first);
        }
    }

    /// Something that must not be; `count` of them were.
    pub fn none_of(&mut self, what: &'static str, count: usize) {
        let aim = Some(("none".to_owned(), (count == 0).into()));
        self.lines.push(Line { what, figure: count.to_string(), aim });
    }

    pub fn is_reached(&self) -> bool {
        self.lines.iter().all(|line| line.aim.as_ref().is_none_or(|(_, reached)| *reached == Reached::Yes))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(f, "on {}", process::machine())?;
        for Line { what, figure, aim } in &self.lines {
            write!(f, "  {what}: {figure}")?;
            match aim {
                Some((aim, Reached::Yes)) => writeln!(f, " (aim {aim}: reached)")?,
                Some((aim, Reached::No)) => writeln!(f, " (aim {aim}: NOT reached)")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missed_aim_is_seen() {
        let mut report = Report::new("a run".into());
        report.none_of("lost", 0);
        report.bytes_each("a socket", Some(1_000), Some(3_000), 2, 1_000);
        assert!(report.is_reached(), "{report}");
        report.share("of the store alone", 0.4, 0.5);
        assert!(!report.is_reached());
        assert!(report.to_string().contains("0.40 (aim at least 0.50: NOT reached)"));
    }
}
