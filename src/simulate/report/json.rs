//! Results for programs.

use routing::simulator::{Better, Measure, Results, Scope, Summary, Unit};
use serde_json::{Value, json};

use super::{Report, name};

/// Pretty, with a line's end.
pub fn json(report: &Report) -> String {
    let results = &report.rules.results;
    let scopes = report.scopes();
    let figures = |results: &Results| -> Value {
        scopes
            .iter()
            .map(|scope| (name(scope).to_owned(), figures(results, scope)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let mut whole = json!({
        "arrivals": report.arrivals,
        "seed": results.seed,
        "replications": results.replications.len(),
        "confidence": results.confidence.share(),
        "contacts": report.contacts(),
        "remarks": report.remarks,
        "measures": Measure::ALL.map(described),
        "rules": { "name": report.rules.name, "figures": figures(results), "occupancy": occupancy(report, results), "intervals": intervals(report, results) },
    });
    if let Some(other) = &report.other {
        whole["against"] = json!({
            "name": other.name,
            "figures": figures(&other.results),
            "occupancy": occupancy(report, &other.results),
            "intervals": intervals(report, &other.results),
        });
        whole["differences"] = scopes
            .iter()
            .map(|scope| (name(scope).to_owned(), differences(results, &other.results, scope)))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    let text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text + "\n"
}

fn described(measure: Measure) -> Value {
    let unit = match measure.unit() {
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Seconds => "seconds",
        Unit::Plain => "plain",
    };
    let better = match measure.better() {
        Better::More => "more",
        Better::Less => "less",
        Better::Smaller => "nearer to zero",
        Better::Neither => "neither",
    };
    json!({ "key": measure.key(), "title": measure.title(), "unit": unit, "better": better })
}

fn figures(results: &Results, scope: &Scope) -> Value {
    let all = Measure::ALL.into_iter();
    all.filter_map(|measure| Some((measure.key().to_owned(), summary(results.figure(scope, measure)?))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn differences(this: &Results, other: &Results, scope: &Scope) -> Value {
    let all = Measure::ALL.into_iter();
    all.filter_map(|measure| {
        let found = this.against(other, scope, measure)?;
        Some((
            measure.key().to_owned(),
            json!({ "difference": summary(found.difference), "better": found.better }),
        ))
    })
    .collect::<serde_json::Map<_, _>>()
    .into()
}

fn occupancy(report: &Report, results: &Results) -> Value {
    let groups = report.groups().into_iter();
    let mut all: serde_json::Map<_, _> = groups
        .filter_map(|group| Some((group.to_owned(), summary(results.occupancy(Some(group))?))))
        .collect();
    if let Some(total) = results.occupancy(None) {
        all.insert("all".into(), summary(total));
    }
    all.into()
}

fn intervals(report: &Report, results: &Results) -> Vec<Value> {
    let measures = [Measure::Offered, Measure::Abandoned, Measure::Strict, Measure::SpeedOfAnswer];
    let starts = report.starts.iter().enumerate();
    let interval = |(place, start): (usize, &String)| {
        let mut line = json!({ "start": start });
        for measure in measures {
            if let Some(figure) = results.figure_in(&Scope::All, measure, place) {
                line[measure.key()] = summary(figure);
            }
        }
        if let Some(occupancy) = results.occupancy_in(place) {
            line["occupancy"] = summary(occupancy);
        }
        line
    };
    starts.map(interval).collect()
}

fn summary(figure: Summary) -> Value {
    json!({ "mean": figure.mean, "half_width": figure.half_width, "replications": figure.replications })
}
