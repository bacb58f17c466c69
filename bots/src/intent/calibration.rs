//! Margins into confidences: a softmax whose temperature is fitted to examples held out of training.

/// One held-out example: the margin of each class, and which was right.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    pub margins: Vec<f32>,
    pub right: usize,
}

/// The inverse temperature that makes the held-out examples most likely. Without any, 4: margins of
/// a machine are about one apart, and a text a class apart is rarely wrong.
pub fn fit_sharpness(held_out: &[HeldOut]) -> f64 {
    const UNFITTED: f64 = 4.0;
    if held_out.is_empty() {
        return UNFITTED;
    }
    // The likelihood has one peak; a golden-section search over its logarithm finds it.
    let (mut low, mut high) = (0.05_f64.ln(), 50.0_f64.ln());
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..40 {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if loss(held_out, left.exp()) < loss(held_out, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f64::midpoint(low, high).exp()
}

fn loss(held_out: &[HeldOut], sharpness: f64) -> f64 {
    held_out.iter().map(|example| -softmax(&example.margins, sharpness)[example.right].max(1e-12).ln()).sum()
}

/// Probabilities that sum to one.
pub fn softmax(margins: &[f32], sharpness: f64) -> Vec<f64> {
    let largest = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> =
        margins.iter().map(|margin| (sharpness * f64::from(margin - largest)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
