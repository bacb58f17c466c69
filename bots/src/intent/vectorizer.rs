//! Texts as sparse vectors: term frequency by inverse document frequency, each family of length one.

use rustc_hash::FxHashMap;

use super::features::{Family, FeatureOptions, each_feature};

/// A sparse vector: feature numbers, ascending, with their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SparseVector(pub Vec<(u32, f32)>);

impl SparseVector {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Turns a text into a vector, with the features and frequencies of the texts it was fitted to.
#[derive(Debug, Clone)]
pub struct Vectorizer {
    options: FeatureOptions,
    /// A feature's number and inverse document frequency, by its hash.
    features: FxHashMap<u64, (u32, f32)>,
    /// The weight of all words against all characters.
    word_weight: f32,
}

impl Vectorizer {
    /// Features that occur in fewer than `minimum_documents` of `texts` are left out.
    pub fn fit<'a>(
        texts: impl Iterator<Item = &'a str>,
        options: FeatureOptions,
        minimum_documents: u32,
        word_weight: f32,
    ) -> Self {
        let mut documents: FxHashMap<u64, u32> = FxHashMap::default();
        let mut count = 0_u32;
        for text in texts {
            count += 1;
            let mut seen = Vec::new();
            each_feature(text, &options, |_, hash| seen.push(hash));
            seen.sort_unstable();
            seen.dedup();
            seen.into_iter().for_each(|hash| *documents.entry(hash).or_default() += 1);
        }
        let mut kept: Vec<(u64, u32)> =
            documents.into_iter().filter(|(_, documents)| *documents >= minimum_documents).collect();
        // Numbers must not depend on the order of a hash map.
        kept.sort_unstable();
        let features = kept
            .into_iter()
            .zip(0_u32..)
            .map(|((hash, documents), number)| (hash, (number, inverse_frequency(count, documents))))
            .collect();
        Self { options, features, word_weight }
    }

    /// How many features there are.
    pub fn dimension(&self) -> usize {
        self.features.len()
    }

    pub fn vector(&self, text: &str) -> SparseVector {
        let mut families: [FxHashMap<u32, (f32, f32)>; 2] = Default::default();
        each_feature(text, &self.options, |family, hash| {
            if let Some((number, inverse)) = self.features.get(&hash) {
                families[family as usize].entry(*number).or_insert((0.0, *inverse)).0 += 1.0;
            }
        });
        let [words, characters] = families;
        let mut values = weigh(words, self.word_weight);
        values.extend(weigh(characters, 1.0));
        values.sort_unstable_by_key(|(number, _)| *number);
        SparseVector(values)
    }
}

/// Smoothed, as if one more document had every feature.
#[expect(clippy::cast_possible_truncation, reason = "a logarithm of counts fits an f32 well")]
fn inverse_frequency(documents: u32, with_feature: u32) -> f32 {
    ((f64::from(1 + documents) / f64::from(1 + with_feature)).ln() + 1.0) as f32
}

/// Sublinear frequency by inverse document frequency, scaled to length `length`.
fn weigh(counts: FxHashMap<u32, (f32, f32)>, length: f32) -> Vec<(u32, f32)> {
    let mut values: Vec<(u32, f32)> =
        counts.into_iter().map(|(number, (count, inverse))| (number, (1.0 + count.ln()) * inverse)).collect();
    // Sums of floats depend on their order.
    values.sort_unstable_by_key(|(number, _)| *number);
    let norm = values.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        values.iter_mut().for_each(|(_, value)| *value *= length / norm);
    }
    values
}
const _: () = assert!(Family::Words as usize == 0 && Family::Characters as usize == 1);
