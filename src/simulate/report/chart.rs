//! Charts as SVG in the page itself. Colours are the page's, by class; every mark says what it is on hover.

use std::fmt::Write;

use routing::simulator::{Summary, Unit};

use super::figures::{plain, with_interval};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;

/// Values of one set of rules; `class` colours them.
pub struct Series {
    pub name: String,
    pub class: &'static str,
    pub values: Vec<Option<Summary>>,
}

/// A line a series over the day, each with the band of its interval.
pub fn lines(title: &str, starts: &[String], series: &[Series], unit: Unit) -> String {
    let tops = series.iter().flat_map(|series| series.values.iter().flatten()).map(upper);
    let scale = if unit == Unit::Share {
        Scale { top: 1.0, step: 0.25 }
    } else {
        Scale::reaching(tops.fold(0.0, f64::max))
    };
    let mut svg = open(title, HEIGHT);
    axes(&mut svg, starts, &scale, unit);
    for series in series {
        band(&mut svg, series, starts.len(), &scale);
        line(&mut svg, series, starts, &scale, unit);
    }
    svg + "</svg>"
}

/// Columns over the day, one of each series behind the other: the first is the whole of the rest.
pub fn columns(title: &str, starts: &[String], series: &[Series], unit: Unit) -> String {
    let tops = series.iter().flat_map(|series| series.values.iter().flatten()).map(|figure| figure.mean);
    let scale = Scale::reaching(tops.fold(0.0, f64::max));
    let mut svg = open(title, HEIGHT);
    axes(&mut svg, starts, &scale, unit);
    let wide = (WIDTH - LEFT - RIGHT) / f64_of(starts.len()).max(1.0);
    for series in series {
        for (place, figure) in series.values.iter().enumerate() {
            let (Some(figure), Some(start)) = (figure, starts.get(place)) else { continue };
            let (x, y) = (LEFT + wide * (f64_of(place) + 0.12), scale.y(figure.mean));
            let _ = write!(
                svg,
                r#"<rect class="{} fill" x="{x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}" rx="1.5"><title>{start} {}: {}</title></rect>"#,
                series.class,
                wide * 0.76,
                (HEIGHT - BOTTOM - y).max(0.0),
                escaped(&series.name),
                with_interval(*figure, unit),
            );
        }
    }
    svg + "</svg>"
}

/// Bars that lie, a group a name, with whiskers for the intervals.
pub fn bars(title: &str, names: &[String], series: &[Series], unit: Unit) -> String {
    let tops = series.iter().flat_map(|series| series.values.iter().flatten()).map(upper);
    let scale = if unit == Unit::Share {
        Scale { top: 1.0, step: 0.25 }
    } else {
        Scale::reaching(tops.fold(0.0, f64::max))
    };
    let thick = if series.len() > 1 { 12.0 } else { 16.0 };
    let each = thick * f64_of(series.len()) + 14.0;
    let label_width = 172.0;
    let value_width = 136.0;
    let width = WIDTH - label_width - value_width;
    let x_of = |value: f64| label_width + width * (value / scale.top).clamp(0.0, 1.0);
    let mut svg = open(title, each * f64_of(names.len()) + 8.0);
    for (place, name) in names.iter().enumerate() {
        let top = 4.0 + each * f64_of(place);
        let middle = top + thick * f64_of(series.len()) / 2.0 + 4.0;
        let _ = write!(
            svg,
            r#"<text class="label" x="{:.1}" y="{middle:.1}" text-anchor="end">{}</text>"#,
            label_width - 8.0,
            escaped(&shortened(name))
        );
        for (number, one) in series.iter().enumerate() {
            let Some(Some(figure)) = one.values.get(place) else { continue };
            let y = top + thick * f64_of(number);
            let _ = write!(
                svg,
                r#"<rect class="track" x="{label_width}" y="{y:.1}" width="{width:.1}" height="{:.1}" rx="2"/><rect class="{} fill" x="{label_width}" y="{y:.1}" width="{:.1}" height="{:.1}" rx="2"><title>{}, {}: {}</title></rect>"#,
                thick - 2.0,
                one.class,
                x_of(figure.mean) - label_width,
                thick - 2.0,
                escaped(name),
                escaped(&one.name),
                with_interval(*figure, unit),
            );
            whisker(&mut svg, figure, y + (thick - 2.0) / 2.0, &x_of);
            let _ = write!(
                svg,
                r#"<text class="value" x="{:.1}" y="{:.1}">{}</text>"#,
                WIDTH - value_width + 8.0,
                y + thick / 2.0 + 3.0,
                with_interval(*figure, unit),
            );
        }
    }
    svg + "</svg>"
}

fn whisker(svg: &mut String, figure: &Summary, y: f64, x_of: &impl Fn(f64) -> f64) {
    let Some(half) = figure.half_width else { return };
    let (from, to) = (x_of(figure.mean - half), x_of(figure.mean + half));
    if to - from > 1.0 {
        let _ = write!(svg, r#"<path class="whisker" d="M{from:.1} {y:.1}H{to:.1}"/>"#);
    }
}

fn open(title: &str, height: f64) -> String {
    let title = escaped(title);
    format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="{title}">"#)
}

/// Where values lie on the page.
struct Scale {
    top: f64,
    step: f64,
}

impl Scale {
    /// From zero to a round number above, in at most five steps.
    fn reaching(highest: f64) -> Self {
        let rough = (highest / 4.0).max(1e-3);
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        Self { top: step * (highest / step).ceil().max(1.0), step }
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value / self.top).clamp(0.0, 1.0)
    }
}

fn axes(svg: &mut String, starts: &[String], scale: &Scale, unit: Unit) {
    let mut value = 0.0;
    while value <= scale.top * 1.001 {
        let y = scale.y(value);
        let label =
            if unit == Unit::Share { format!("{:.0} %", value * 100.0) } else { plain(value, Unit::Count) };
        let _ = write!(
            svg,
            r#"<path class="grid" d="M{LEFT} {y:.1}H{:.1}"/><text class="label" x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#,
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0,
        );
        value += scale.step;
    }
    let every = starts.len().div_ceil(12).max(1);
    for (place, start) in starts.iter().enumerate().step_by(every) {
        let x = x_of(place, starts.len()) - (WIDTH - LEFT - RIGHT) / f64_of(starts.len()).max(1.0) / 2.0;
        let _ = write!(
            svg,
            r#"<text class="label" x="{x:.1}" y="{:.1}">{}</text>"#,
            HEIGHT - 8.0,
            escaped(start)
        );
    }
}

/// The middle of an interval.
fn x_of(place: usize, count: usize) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * (f64_of(place) + 0.5) / f64_of(count).max(1.0)
}

fn band(svg: &mut String, series: &Series, count: usize, scale: &Scale) {
    for stretch in stretches(&series.values) {
        if stretch.len() < 2 {
            continue;
        }
        let edge = |side: f64| {
            stretch.iter().map(move |(place, figure)| {
                let y = scale.y(figure.mean + side * figure.half_width.unwrap_or(0.0));
                format!("{:.1} {y:.1}", x_of(*place, count))
            })
        };
        let upper: Vec<_> = edge(1.0).collect();
        let mut lower: Vec<_> = edge(-1.0).collect();
        lower.reverse();
        let _ = write!(
            svg,
            r#"<path class="{} band" d="M{}L{}Z"/>"#,
            series.class,
            upper.join("L"),
            lower.join("L")
        );
    }
}

fn line(svg: &mut String, series: &Series, starts: &[String], scale: &Scale, unit: Unit) {
    for stretch in stretches(&series.values) {
        let points = stretch
            .iter()
            .map(|(place, figure)| format!("{:.1} {:.1}", x_of(*place, starts.len()), scale.y(figure.mean)));
        let _ = write!(
            svg,
            r#"<path class="{} line" d="M{}"/>"#,
            series.class,
            points.collect::<Vec<_>>().join("L")
        );
        for (place, figure) in stretch {
            let Some(start) = starts.get(place) else { continue };
            let _ = write!(
                svg,
                r#"<circle class="{} fill" cx="{:.1}" cy="{:.1}" r="2.6"><title>{start} {}: {}</title></circle>"#,
                series.class,
                x_of(place, starts.len()),
                scale.y(figure.mean),
                escaped(&series.name),
                with_interval(figure, unit),
            );
        }
    }
}

/// Runs of values without a hole.
fn stretches(values: &[Option<Summary>]) -> Vec<Vec<(usize, Summary)>> {
    let mut all = vec![Vec::new()];
    for (place, value) in values.iter().enumerate() {
        match (value, all.last_mut()) {
            (Some(figure), Some(last)) => last.push((place, *figure)),
            _ => all.push(Vec::new()),
        }
    }
    all.retain(|stretch| !stretch.is_empty());
    all
}

fn upper(figure: &Summary) -> f64 {
    figure.mean + figure.half_width.unwrap_or(0.0)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 22 { name.to_owned() } else { name.chars().take(21).chain(['…']).collect() }
}

fn f64_of(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Names are the organisation's: nothing of them is markup.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
