//! Results as one page that needs nothing else: no script, no font, no address of anybody's.

use std::fmt::Write;

use routing::simulator::{Better, Difference, Measure, Preferred, Results, Scope, Summary, Unit};

use super::chart::{Series, bars, columns, escaped, lines};
use super::figures::{bare, difference, plain, with_interval};
use super::{Report, name, says_something};

const STYLE: &str = include_str!("page.css");

pub fn page(report: &Report) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Simulation</title><style>",
    );
    html.push_str(STYLE);
    html.push_str("</style></head><body><main>");
    heading(&mut html, report);
    tiles(&mut html, report);
    html.push_str("<div class=\"charts\">");
    day(&mut html, report);
    shares(&mut html, report);
    html.push_str("</div>");
    for scope in report.scopes() {
        table(&mut html, report, &scope);
    }
    html.push_str("</main></body></html>\n");
    html
}

// Writing to a string cannot fail: its results are dropped below.

fn heading(html: &mut String, report: &Report) {
    let results = &report.rules.results;
    let _ = write!(
        html,
        "<h1>{}</h1><p class=\"soft\">{} · {} replications of about {} contacts · seed {} · ± is the half-width of a {:.0} % interval</p>",
        if report.other.is_some() { "Two sets of rules, the same days" } else { "A day under these rules" },
        escaped(&report.arrivals),
        results.replications.len(),
        plain(report.contacts(), Unit::Count),
        results.seed,
        results.confidence.share() * 100.0,
    );
    let _ = write!(
        html,
        "<p class=\"key\"><span><i class=\"this\"></i><b>{}</b></span>",
        escaped(&report.rules.name)
    );
    if let Some(other) = &report.other {
        let _ = write!(html, "<span><i class=\"other\"></i><b>{}</b></span>", escaped(&other.name));
    }
    html.push_str("</p>");
    if !report.remarks.is_empty() {
        html.push_str("<ul class=\"notes\">");
        for remark in &report.remarks {
            let _ = write!(html, "<li>{}</li>", escaped(remark));
        }
        html.push_str("</ul>");
    }
}

fn tiles(html: &mut String, report: &Report) {
    html.push_str("<div class=\"tiles\">");
    let (this, other) = (&report.rules.results, report.other.as_ref().map(|other| &other.results));
    let measures = [
        (Measure::Strict, "Answered in time, of all"),
        (Measure::SpeedOfAnswer, "Average speed of answer"),
        (Measure::Abandonment, "Abandonment"),
        (Measure::WaitP95, "95 % answered within"),
    ];
    for (measure, title) in measures {
        let compared = other.and_then(|other| this.against(other, &Scope::All, measure));
        if let Some(figure) = this.figure(&Scope::All, measure) {
            tile(html, title, figure, measure.unit(), compared);
        }
    }
    if let Some(figure) = this.occupancy(None) {
        let compared = other.and_then(|other| this.occupancy_against(other, None));
        tile(html, "Occupancy", figure, Unit::Share, compared);
    }
    html.push_str("</div>");
}

fn tile(html: &mut String, title: &str, figure: Summary, unit: Unit, compared: Option<Difference>) {
    let half =
        figure.half_width.map(|half| format!(" <small>± {}</small>", bare(half, unit))).unwrap_or_default();
    let _ = write!(
        html,
        "<div class=\"card tile\"><p>{title}</p><p class=\"figure\">{}{half}</p>",
        plain(figure.mean, unit)
    );
    if let Some(compared) = compared {
        let _ = write!(
            html,
            "<p class=\"was\">other: {} <span class=\"{}\">({})</span></p>",
            plain(compared.other.mean, unit),
            colour(compared.better),
            difference(compared.difference, unit),
        );
    }
    html.push_str("</div>");
}

fn colour(better: Option<Preferred>) -> &'static str {
    match better {
        Some(Preferred::Other) => "good",
        Some(Preferred::This) => "bad",
        None => "soft",
    }
}

/// Charts over the day.
fn day(html: &mut String, report: &Report) {
    let of = |results: &Results, measure: Measure| -> Vec<Option<Summary>> {
        (0..report.starts.len()).map(|place| results.figure_in(&Scope::All, measure, place)).collect()
    };
    let this = &report.rules.results;
    let came = [
        Series { name: "offered".into(), class: "offered", values: of(this, Measure::Offered) },
        Series { name: "abandoned".into(), class: "lost", values: of(this, Measure::Abandoned) },
    ];
    let title = "Contacts offered, and abandoned, by interval";
    card(
        html,
        "<span><i class=\"this\"></i>offered</span><span><i class=\"bad\"></i>abandoned</span>",
        title,
        &columns(title, &report.starts, &came, Unit::Count),
    );
    for (measure, title) in [
        (Measure::Strict, "Answered in time of all offered"),
        (Measure::SpeedOfAnswer, "Average speed of answer, in seconds"),
    ] {
        let series = each(report, |results| of(results, measure));
        card(html, "", title, &lines(title, &report.starts, &series, measure.unit()));
    }
    let busy =
        |results: &Results| (0..report.starts.len()).map(|place| results.occupancy_in(place)).collect();
    let title = "Occupancy";
    card(html, "", title, &lines(title, &report.starts, &each(report, busy), Unit::Share));
}

/// Charts by queue and group.
fn shares(html: &mut String, report: &Report) {
    let quantiles =
        [Measure::WaitP50, Measure::WaitP80, Measure::WaitP90, Measure::WaitP95, Measure::WaitP99];
    let names: Vec<_> = quantiles.iter().map(|measure| measure.title().to_owned()).collect();
    let series = each(report, |results| {
        quantiles.iter().map(|measure| results.figure(&Scope::All, *measure)).collect()
    });
    let title = "Waiting times of those answered";
    card(html, "", title, &bars(title, &names, &series, Unit::Seconds));
    let scopes = report.scopes();
    let names: Vec<_> = scopes
        .iter()
        .map(|scope| if *scope == Scope::All { "all queues" } else { name(scope) }.to_owned())
        .collect();
    for (measure, title) in [
        (Measure::ExcludingShortAbandons, "Service level, short abandons left out, by queue"),
        (Measure::Abandonment, "Abandonment by queue"),
    ] {
        let series =
            each(report, |results| scopes.iter().map(|scope| results.figure(scope, measure)).collect());
        card(html, "", title, &bars(title, &names, &series, Unit::Share));
    }
    let groups = report.groups();
    let names: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
    let series = each(report, |results| groups.iter().map(|group| results.occupancy(Some(group))).collect());
    let title = "Occupancy by group";
    card(html, "", title, &bars(title, &names, &series, Unit::Share));
}

fn each(report: &Report, values: impl Fn(&Results) -> Vec<Option<Summary>>) -> Vec<Series> {
    let this =
        Series { name: report.rules.name.clone(), class: "this", values: values(&report.rules.results) };
    let other = report.other.iter().map(|other| Series {
        name: other.name.clone(),
        class: "other",
        values: values(&other.results),
    });
    std::iter::once(this).chain(other).collect()
}

fn card(html: &mut String, key: &str, title: &str, svg: &str) {
    let key = if key.is_empty() { String::new() } else { format!("<p class=\"key soft\">{key}</p>") };
    let _ = write!(html, "<section class=\"card\"><h2>{title}</h2>{svg}{key}</section>");
}

fn table(html: &mut String, report: &Report, scope: &Scope) {
    let open = if *scope == Scope::All { " open" } else { "" };
    let title =
        if *scope == Scope::All { "All queues".into() } else { format!("Queue {}", escaped(name(scope))) };
    let _ = write!(
        html,
        "<section class=\"card wide\"><details{open}><summary>{title}</summary><table><tr><th>Figure</th>"
    );
    match &report.other {
        None => html.push_str("<th>mean ± half-width</th></tr>"),
        Some(_) => html.push_str("<th>this</th><th>other</th><th>other − this</th><th>better</th></tr>"),
    }
    for measure in Measure::ALL.into_iter().filter(|measure| says_something(report, scope, *measure)) {
        row(html, report, scope, measure);
    }
    html.push_str("</table></details></section>");
}

fn row(html: &mut String, report: &Report, scope: &Scope, measure: Measure) {
    let unit = measure.unit();
    let results = &report.rules.results;
    let Some(other) = &report.other else {
        if let Some(figure) = results.figure(scope, measure) {
            let _ =
                write!(html, "<tr><td>{}</td><td>{}</td></tr>", measure.title(), with_interval(figure, unit));
        }
        return;
    };
    let Some(found) = results.against(&other.results, scope, measure) else { return };
    let better = match found.better {
        Some(Preferred::This) => "this",
        Some(Preferred::Other) => "other",
        None if measure.better() == Better::Neither => "",
        None => "not sure",
    };
    let _ = write!(
        html,
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{better}</td></tr>",
        measure.title(),
        with_interval(found.this, unit),
        with_interval(found.other, unit),
        colour(found.better),
        difference(found.difference, unit),
    );
}
