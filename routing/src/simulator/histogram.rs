//! Waiting times counted by size: bounded memory, quantiles to within one per cent.

/// Steps that each doubling is cut into.
const STEPS: u32 = 128;
const STEP_BITS: u32 = 7;

/// Counts of times in milliseconds. Below 128 ms each has its own place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
    longest_ms: u64,
}

impl Histogram {
    pub fn add(&mut self, millis: u64) {
        let place = place(millis);
        if place >= self.counts.len() {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] = self.counts[place].saturating_add(1);
        self.total += 1;
        self.longest_ms = self.longest_ms.max(millis);
    }

    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (own, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *own = own.saturating_add(*theirs);
        }
        self.total += other.total;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
    }

    /// The time that this share (0 to 1) of all do not exceed, in milliseconds; none if there are none.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total = super::distribution::count(usize::try_from(self.total).ok()?);
        let wanted = (share * total).ceil().max(1.0);
        let mut seen = 0.0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += f64::from(*count);
            if seen >= wanted {
                return Some(middle(place));
            }
        }
        None
    }

    pub fn longest_ms(&self) -> Option<u64> {
        (self.total > 0).then_some(self.longest_ms)
    }
}

fn place(millis: u64) -> usize {
    let millis = u32::try_from(millis).unwrap_or(u32::MAX);
    if millis < STEPS {
        return millis as usize;
    }
    let doublings = millis.ilog2() - STEP_BITS;
    ((doublings + 1) * STEPS + (millis >> doublings) - STEPS) as usize
}

fn middle(place: usize) -> f64 {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    if place < STEPS {
        return f64::from(place);
    }
    let (doublings, step) = (place / STEPS - 1, place % STEPS);
    let width = f64::from(1u32 << doublings.min(31));
    (f64::from(STEPS + step) + 0.5) * width - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_per_cent() {
        let mut histogram = Histogram::default();
        (1..=100_000u64).for_each(|millis| histogram.add(millis));
        for share in [0.001, 0.1, 0.5, 0.8, 0.95, 0.99, 1.0] {
            let exact = 100_000.0 * share;
            let found = histogram.quantile(share).unwrap();
            assert!((found / exact - 1.0).abs() < 0.01, "{share}: {found}");
        }
        assert_eq!(histogram.longest_ms(), Some(100_000));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn places_follow_one_another() {
        for millis in 0..70_000 {
            let step = place(millis + 1) - place(millis);
            assert!(step <= 1, "{millis}");
        }
        assert!(middle(place(u64::MAX)).is_finite());
    }
}
