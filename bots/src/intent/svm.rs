//! A linear support vector machine, L2-regularised with squared hinge loss, by dual coordinate
//! descent: Hsieh, Chang, Lin, Keerthi and Sundararajan, ICML 2008, algorithm 1 with shrinking by
//! skipping of coordinates at their bound.

use super::vectorizer::SparseVector;

/// How a machine is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SvmOptions {
    /// Cost of an error, against the size of the weights.
    pub cost: f32,
    /// Passes over the examples at most.
    pub passes: usize,
    /// Stops when no projected gradient of a pass is larger.
    pub tolerance: f32,
}

impl Default for SvmOptions {
    fn default() -> Self {
        Self { cost: 0.5, passes: 60, tolerance: 0.05 }
    }
}

/// A separating plane: weights by feature number, and a bias.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Trains a machine that tells examples with a label of `+1` from those with `-1`. The same `seed`
/// gives the same plane.
pub fn train(
    vectors: &[&SparseVector],
    labels: &[f32],
    dimension: usize,
    options: &SvmOptions,
    seed: u64,
) -> Plane {
    let mut plane = Plane { weights: vec![0.0; dimension], bias: 0.0 };
    let mut multipliers = vec![0.0_f32; vectors.len()];
    // Squared hinge loss adds this to the diagonal, which also bounds every step.
    let diagonal = 0.5 / options.cost;
    let squares: Vec<f32> = vectors.iter().map(|vector| square(vector) + 1.0 + diagonal).collect();
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    let mut random = Random(seed | 1);
    let mut idle = vec![0_u8; vectors.len()];
    for pass in 0..options.passes {
        random.shuffle(&mut order);
        let mut largest = 0.0_f32;
        for &index in &order {
            // An example well on its side mostly stays there: look at it only now and then.
            if idle[index] >= 3 && pass % 5 != 0 {
                continue;
            }
            let (vector, label) = (vectors[index], labels[index]);
            let gradient = label * plane.margin(vector) - 1.0 + multipliers[index] * diagonal;
            let projected = if multipliers[index] == 0.0 { gradient.min(0.0) } else { gradient };
            if projected == 0.0 {
                idle[index] = idle[index].saturating_add(1);
                continue;
            }
            idle[index] = 0;
            largest = largest.max(projected.abs());
            let before = multipliers[index];
            multipliers[index] = (before - gradient / squares[index]).max(0.0);
            plane.add(vector, (multipliers[index] - before) * label);
        }
        if largest <= options.tolerance {
            break;
        }
    }
    plane
}

impl Plane {
    /// Positive on the side of `+1`.
    pub fn margin(&self, vector: &SparseVector) -> f32 {
        let dot: f32 = vector.0.iter().map(|(number, value)| self.weights[*number as usize] * value).sum();
        dot + self.bias
    }

    fn add(&mut self, vector: &SparseVector, step: f32) {
        for (number, value) in &vector.0 {
            self.weights[*number as usize] += step * value;
        }
        self.bias += step;
    }
}

fn square(vector: &SparseVector) -> f32 {
    vector.0.iter().map(|(_, value)| value * value).sum()
}

/// Marsaglia's xorshift64: small, seeded, good enough to shuffle with.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.next() % (last as u64 + 1)).expect("an index fits");
            items.swap(last, other);
        }
    }
}
