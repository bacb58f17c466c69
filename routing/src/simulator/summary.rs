//! A figure over several replications: its mean, and how sure that is.

use serde::Serialize;

use super::distribution::count;

/// How sure an interval is to hold the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    #[default]
    Percent95,
    Percent99,
}

impl Confidence {
    pub fn share(self) -> f64 {
        match self {
            Self::Percent95 => 0.95,
            Self::Percent99 => 0.99,
        }
    }
}

/// A mean and the half-width of its interval, by Student's t over independent replications.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    pub mean: f64,
    /// None of fewer than two replications.
    pub half_width: Option<f64>,
    /// How many replications had the figure.
    pub replications: u32,
}

impl Summary {
    /// None if no replication had the figure.
    pub fn of(values: &[f64], confidence: Confidence) -> Option<Self> {
        let number = count(values.len());
        let replications = u32::try_from(values.len()).ok().filter(|replications| *replications > 0)?;
        let mean = values.iter().sum::<f64>() / number;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let half_width = (replications > 1).then(|| {
            let error = (squares / (number - 1.0) / number).sqrt();
            error * student_t(confidence, replications - 1)
        });
        Some(Self { mean, half_width, replications })
    }

    /// Whether the interval leaves zero out. Never without an interval.
    pub fn differs_from_zero(&self) -> bool {
        self.half_width.is_some_and(|half| self.mean.abs() > half)
    }
}

/// The t that a share of a Student distribution lies within, either side of zero.
pub fn student_t(confidence: Confidence, degrees: u32) -> f64 {
    let wanted = confidence.share();
    let (mut low, mut high) = (0.0f64, 1_000.0f64);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if within(middle, degrees) < wanted { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The share of a Student distribution within `t` of zero (Abramowitz and Stegun 26.7.3 and 26.7.4).
fn within(t: f64, degrees: u32) -> f64 {
    // Beyond, the sum differs from the normal by less than a figure shows.
    let degrees = degrees.min(10_000);
    let angle = (t / f64::from(degrees).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    let first = if is_odd { 1 } else { 0 };
    let mut term = if is_odd { cosine } else { 1.0 };
    let mut sum = if degrees == 1 { 0.0 } else { term };
    let mut power = first + 2;
    while power + 2 <= degrees {
        term *= cosine * cosine * f64::from(power - 1) / f64::from(power);
        sum += term;
        power += 2;
    }
    if is_odd { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        let table = [
            (Confidence::Percent95, 1, 12.706),
            (Confidence::Percent95, 2, 4.303),
            (Confidence::Percent95, 3, 3.182),
            (Confidence::Percent95, 9, 2.262),
            (Confidence::Percent95, 30, 2.042),
            (Confidence::Percent99, 4, 4.604),
            (Confidence::Percent99, 19, 2.861),
            (Confidence::Percent99, 99, 2.626),
            (Confidence::Percent99, 100_000, 2.576),
        ];
        for (confidence, degrees, expected) in table {
            let found = student_t(confidence, degrees);
            assert!((found - expected).abs() < 0.001, "{degrees}: {found}");
        }
    }

    #[test]
    fn one_replication_says_nothing_of_its_sureness() {
        assert_eq!(Summary::of(&[], Confidence::Percent95), None);
        let one = Summary::of(&[3.0], Confidence::Percent95).unwrap();
        assert_eq!((one.mean, one.half_width, one.differs_from_zero()), (3.0, None, false));
        let two = Summary::of(&[3.0, 5.0], Confidence::Percent95).unwrap();
        assert!((two.half_width.unwrap() - 12.706).abs() < 0.001);
    }
}
