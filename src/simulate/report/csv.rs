//! Results for spreadsheets: a line a figure.

use std::fmt::Write;

use routing::simulator::{Difference, Measure, Preferred, Scope, Summary};

use super::{Report, name};

/// `scope,figure,mean,half_width`, and where two sets of rules were played the other's mean, the
/// difference with its half-width and which is better. Shares are from 0 to 1, times in seconds.
pub fn csv(report: &Report) -> String {
    let mut text = String::from("scope,figure,mean,half_width");
    if report.other.is_some() {
        text.push_str(",other_mean,other_half_width,difference,difference_half_width,better");
    }
    text.push('\n');
    let results = &report.rules.results;
    let other = report.other.as_ref().map(|other| &other.results);
    for scope in report.scopes() {
        let label = match &scope {
            Scope::All => "all".to_owned(),
            Scope::Queue(_) => format!("queue {}", name(&scope)),
        };
        for measure in Measure::ALL {
            let line = Line {
                this: results.figure(&scope, measure),
                other: other.map(|other| other.figure(&scope, measure)),
                compared: other.and_then(|other| results.against(other, &scope, measure)),
            };
            line.write(&mut text, &label, measure.key());
        }
    }
    for group in report.groups() {
        let line = Line {
            this: results.occupancy(Some(group)),
            other: other.map(|other| other.occupancy(Some(group))),
            compared: other.and_then(|other| results.occupancy_against(other, Some(group))),
        };
        line.write(&mut text, &format!("group {group}"), "occupancy");
    }
    text
}

struct Line {
    this: Option<Summary>,
    /// None if nothing is compared.
    other: Option<Option<Summary>>,
    compared: Option<Difference>,
}

impl Line {
    fn write(&self, text: &mut String, scope: &str, figure: &str) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{},{figure},{}", quoted(scope), columns(self.this));
        if let Some(other) = self.other {
            let better = match self.compared.and_then(|compared| compared.better) {
                Some(Preferred::This) => "this",
                Some(Preferred::Other) => "other",
                None => "",
            };
            let difference = self.compared.map(|compared| compared.difference);
            let _ = write!(text, ",{},{},{better}", columns(other), columns(difference));
        }
        text.push('\n');
    }
}

fn columns(figure: Option<Summary>) -> String {
    let Some(figure) = figure else { return ",".into() };
    let half = figure.half_width.map(|half| half.to_string()).unwrap_or_default();
    format!("{},{half}", figure.mean)
}

/// A name that a spreadsheet takes for a name: neither for two columns nor for a formula.
fn quoted(name: &str) -> String {
    let safe =
        if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
