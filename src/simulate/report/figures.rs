//! How figures are written for people.

use routing::simulator::{Summary, Unit};

/// `81.3 % ± 0.4`
pub fn with_interval(figure: Summary, unit: Unit) -> String {
    match figure.half_width {
        Some(half) => format!("{} ± {}", plain(figure.mean, unit), bare(half, unit)),
        None => plain(figure.mean, unit),
    }
}

/// `+1.2 % ± 0.3`
pub fn difference(figure: Summary, unit: Unit) -> String {
    let sign = if figure.mean > 0.0 { "+" } else { "" };
    format!("{sign}{}", with_interval(figure, unit))
}

/// `81.3 %`, `12.4 s`, `1,204`
pub fn plain(value: f64, unit: Unit) -> String {
    let number = bare(value, unit);
    match unit {
        Unit::Share => format!("{number} %"),
        Unit::Seconds => format!("{number} s"),
        Unit::Count | Unit::Plain => number,
    }
}

/// The number alone, with as many places as say something.
pub fn bare(value: f64, unit: Unit) -> String {
    let value = if unit == Unit::Share { value * 100.0 } else { value };
    let value = if value.abs() < 5e-5 { 0.0 } else { value };
    let places = match unit {
        Unit::Share => usize::from(value.abs() < 99.95) + usize::from(value != 0.0 && value.abs() < 1.0),
        Unit::Count => usize::from(value.abs() < 100.0 && value.fract() != 0.0),
        Unit::Seconds | Unit::Plain if value.abs() >= 100.0 => 0,
        Unit::Seconds => 1 + usize::from(value != 0.0 && value.abs() < 1.0),
        Unit::Plain => 3,
    };
    let number = format!("{value:.places$}");
    let is_zero = number.bytes().all(|byte| b"-0.".contains(&byte));
    grouped(if is_zero { number.trim_start_matches('-') } else { &number })
}

/// A comma every three digits before the point.
fn grouped(number: &str) -> String {
    let (whole, rest) =
        number.split_once('.').map_or((number, String::new()), |(whole, part)| (whole, format!(".{part}")));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut groups: Vec<&str> = Vec::new();
    let mut left = digits;
    while left.len() > 3 {
        let (front, back) = left.split_at(left.len() - 3);
        groups.push(back);
        left = front;
    }
    groups.push(left);
    groups.reverse();
    format!("{sign}{}{rest}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(plain(0.8127, Unit::Share), "81.3 %");
        assert_eq!(plain(1.0, Unit::Share), "100 %");
        assert_eq!(plain(0.0042, Unit::Share), "0.42 %");
        assert_eq!(plain(12.34, Unit::Seconds), "12.3 s");
        assert_eq!(plain(-0.034, Unit::Seconds), "-0.03 s");
        assert_eq!(plain(-0.0004, Unit::Seconds), "0.00 s");
        assert_eq!(plain(1_234_567.0, Unit::Count), "1,234,567");
        assert_eq!(plain(-1_234.0, Unit::Seconds), "-1,234 s");
        let figure = Summary { mean: 0.012, half_width: Some(0.003), replications: 5 };
        assert_eq!(difference(figure, Unit::Share), "+1.2 % ± 0.30");
    }
}
