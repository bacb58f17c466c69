//! Seeded draws, in streams that do not disturb each other.
//!
//! Everybody and everything that draws (a stream of arrivals, one contact, one offer) has a stream of
//! its own, named by numbers. So a rule that makes one customer draw more often changes nothing for the
//! next: two sets of rules meet the same day (common random numbers).

/// One stream: SplitMix64, its start mixed from the numbers that name it. Not for secrets.
#[derive(Debug, Clone)]
pub struct Draws(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Draws {
    /// The stream of this name. The same name gives the same draws on every machine, up to what the
    /// machine's logarithm rounds.
    pub fn named(name: &[u64]) -> Self {
        let fold = |state: u64, part: &u64| mixed(state ^ mixed(part.wrapping_add(GOLDEN)));
        Self(name.iter().fold(0x6a09_e667_f3bc_c908, fold))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mixed(self.0)
    }

    /// From 0 to 1, neither of them included.
    pub fn uniform(&mut self) -> f64 {
        // 52 bits, in the middle of their step.
        let bits = u32::try_from(self.next_u64() >> 38).unwrap_or(u32::MAX);
        let more = u32::try_from(self.next_u64() >> 38).unwrap_or(u32::MAX);
        (f64::from(bits) + (f64::from(more) + 0.5) / 67_108_864.0) / 67_108_864.0
    }

    /// With mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// With mean 0 and deviation 1 (Box and Muller; the other of the pair is not used).
    pub fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// The place of one of several weights, each in proportion; 0 if none is above zero.
    pub fn place(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.uniform() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (place, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            if left < weight {
                return place;
            }
            left -= weight;
            last = place;
        }
        last
    }
}

fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(count: u32, mut draw: impl FnMut() -> f64) -> f64 {
        (0..count).map(|_| draw()).sum::<f64>() / f64::from(count)
    }

    #[test]
    fn draws_have_the_moments_they_name() {
        let mut draws = Draws::named(&[1, 2]);
        assert!((mean(200_000, || draws.uniform()) - 0.5).abs() < 0.004);
        assert!((mean(200_000, || draws.exponential()) - 1.0).abs() < 0.01);
        assert!(mean(200_000, || draws.normal()).abs() < 0.01);
        assert!((mean(200_000, || draws.normal().powi(2)) - 1.0).abs() < 0.015);
        let first = |draws: &mut Draws| f64::from(u8::from(draws.place([3.0, 0.0, 1.0].into_iter()) == 0));
        assert!((mean(100_000, || first(&mut draws)) - 0.75).abs() < 0.006);
    }

    #[test]
    fn streams_of_neighbours_have_nothing_in_common() {
        let firsts = |kind: u64| (0..50_000).map(move |name| Draws::named(&[7, kind, name]).uniform() - 0.5);
        let products: f64 = firsts(0).zip(firsts(1)).map(|(one, other)| one * other).sum();
        let next: f64 = firsts(0).zip(firsts(0).skip(1)).map(|(one, other)| one * other).sum();
        // Each product has deviation 1/12; the sum of 50,000 stays within four of its own.
        assert!(products.abs() < 75.0 && next.abs() < 75.0, "{products} {next}");
    }
}
