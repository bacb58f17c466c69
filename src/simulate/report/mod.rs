//! What came of a simulation: printed, as JSON and CSV, and as a page that stands by itself.

mod chart;
mod csv;
mod figures;
mod json;
mod page;
mod text;

use std::time::Duration;

use routing::simulator::{Measure, Results, Scope};

pub use csv::csv;
pub use json::json;
pub use page::page;
pub use text::text;

/// Results under one set of rules, and what those are called.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub name: String,
    pub results: Results,
}

/// Everything that is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub arrivals: String,
    pub rules: Rules,
    pub other: Option<Rules>,
    /// When each interval begins, as `09:30`.
    pub starts: Vec<String>,
    pub remarks: Vec<String>,
    pub took: Duration,
}

impl Report {
    /// All together first, then each queue; all alone where there is one queue.
    fn scopes(&self) -> Vec<Scope> {
        let queues = self.rules.results.queues().into_iter();
        let mut all = queues;
        let mut scopes = vec![Scope::All];
        let others = self.other.iter().flat_map(|other| other.results.queues());
        let mut names: Vec<_> = all.by_ref().chain(others).cloned().collect();
        names.sort();
        names.dedup();
        scopes.extend(names.into_iter().map(Scope::Queue));
        scopes
    }

    fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<_> = self.rules.results.groups().into_iter().collect();
        groups.extend(self.other.iter().flat_map(|other| other.results.groups()));
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Contacts a replication, on the mean.
    fn contacts(&self) -> f64 {
        let replications = &self.rules.results.replications;
        let number = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let all: f64 = replications.iter().map(|replication| number(replication.contacts)).sum();
        all / number(replications.len() as u64).max(1.0)
    }
}

fn name(scope: &Scope) -> &str {
    match scope {
        Scope::All => "all",
        Scope::Queue(queue) => queue.as_str(),
    }
}

/// Whether a figure is worth a line: what never happened is not.
fn says_something(report: &Report, scope: &Scope, measure: Measure) -> bool {
    let quiet = [
        Measure::Overflowed,
        Measure::Lost,
        Measure::CalledBack,
        Measure::Unfinished,
        Measure::WithoutEstimate,
    ];
    let happened =
        |results: &Results| results.figure(scope, measure).is_some_and(|figure| figure.mean != 0.0);
    let any = happened(&report.rules.results)
        || report.other.as_ref().is_some_and(|other| happened(&other.results));
    !quiet.contains(&measure) || any
}
