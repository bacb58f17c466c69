//! Results for a terminal.

use std::fmt::Write;

use routing::simulator::{Measure, Preferred, Scope, Unit};

use super::figures::{difference, with_interval};
use super::{Report, Rules, name, says_something};

pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let results = &report.rules.results;
    let share = results.confidence.share() * 100.0;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}: {} replications of {:.0} contacts, seed {}, {share:.0} % intervals, {:.2} s",
        report.arrivals,
        results.replications.len(),
        report.contacts(),
        results.seed,
        report.took.as_secs_f64(),
    );
    for remark in &report.remarks {
        let _ = writeln!(text, "note: {remark}");
    }
    match &report.other {
        None => alone(&mut text, report),
        Some(other) => compared(&mut text, report, other),
    }
    text
}

fn alone(text: &mut String, report: &Report) {
    let results = &report.rules.results;
    for scope in report.scopes() {
        let _ = writeln!(text, "\n{}", heading(&scope));
        for measure in Measure::ALL.into_iter().filter(|measure| says_something(report, &scope, *measure)) {
            if let Some(figure) = results.figure(&scope, measure) {
                let _ =
                    writeln!(text, "  {:52} {:>22}", measure.title(), with_interval(figure, measure.unit()));
            }
        }
    }
    let _ = writeln!(text, "\nOccupancy");
    for group in report.groups() {
        if let Some(figure) = results.occupancy(Some(group)) {
            let _ = writeln!(text, "  {group:52} {:>22}", with_interval(figure, Unit::Share));
        }
    }
}

fn compared(text: &mut String, report: &Report, other: &Rules) {
    let this = &report.rules;
    let _ = writeln!(text, "this: {}\nother: {} (differences are other minus this)", this.name, other.name);
    let mut better = [Vec::new(), Vec::new()];
    for scope in report.scopes() {
        let _ = writeln!(
            text,
            "\n{:54} {:>20} {:>20} {:>22}  better",
            heading(&scope),
            "this",
            "other",
            "difference"
        );
        for measure in Measure::ALL.into_iter().filter(|measure| says_something(report, &scope, *measure)) {
            let Some(found) = this.results.against(&other.results, &scope, measure) else { continue };
            let unit = measure.unit();
            let _ = writeln!(
                text,
                "  {:52} {:>20} {:>20} {:>22}  {}",
                measure.title(),
                with_interval(found.this, unit),
                with_interval(found.other, unit),
                difference(found.difference, unit),
                word(found.better),
            );
            if let Some(preferred) = found.better {
                let side = usize::from(preferred == Preferred::Other);
                better[side].push(format!("{} ({})", measure.key(), name(&scope)));
            }
        }
    }
    let _ = writeln!(text, "\nOccupancy");
    for group in report.groups() {
        if let Some(found) = this.results.occupancy_against(&other.results, Some(group)) {
            let _ = writeln!(
                text,
                "  {group:52} {:>20} {:>20} {:>22}",
                with_interval(found.this, Unit::Share),
                with_interval(found.other, Unit::Share),
                difference(found.difference, Unit::Share),
            );
        }
    }
    for (rules, figures) in [("this", &better[0]), ("other", &better[1])] {
        let figures = if figures.is_empty() { "nothing".to_owned() } else { figures.join(", ") };
        let _ = writeln!(text, "\n{rules} is better on: {figures}");
    }
}

fn word(better: Option<Preferred>) -> &'static str {
    match better {
        Some(Preferred::This) => "this",
        Some(Preferred::Other) => "other",
        None => "-",
    }
}

fn heading(scope: &Scope) -> String {
    match scope {
        Scope::All => "All queues".into(),
        Scope::Queue(queue) => format!("Queue {queue}"),
    }
}
