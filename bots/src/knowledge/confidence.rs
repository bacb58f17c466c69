//! How sure we can be that a passage answers a question.
//!
//! The retrieval score (BM25) depends on the question's length and cannot be compared between
//! questions. So the confidence is a share instead: of the weight of all the question's words, how
//! much the passage has. Words weigh by rarity (inverse document frequency); a word no article has
//! weighs most, so that questions about something else stay low.

use std::collections::{BTreeSet, HashMap};

/// The weights of one language's words.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    documents: f64,
    frequency: HashMap<String, f64>,
}

impl Weights {
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a BTreeSet<String>>) -> Self {
        let mut weights = Self::default();
        for stems in documents {
            weights.documents += 1.0;
            for stem in stems {
                *weights.frequency.entry(stem.clone()).or_default() += 1.0;
            }
        }
        weights
    }

    pub fn weight(&self, stem: &str) -> f64 {
        let frequency = self.frequency.get(stem).copied().unwrap_or(0.0);
        ((self.documents + 1.0) / (frequency + 0.5)).ln().max(0.1)
    }

    /// 0 to 1: the share of the question's weight that the passage has.
    pub fn coverage(&self, question: &BTreeSet<String>, passage: &BTreeSet<String>) -> f64 {
        let total: f64 = question.iter().map(|stem| self.weight(stem)).sum();
        if total <= 0.0 {
            return 0.0;
        }
        let found: f64 = question.intersection(passage).map(|stem| self.weight(stem)).sum();
        found / total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_word_that_no_article_has_lowers_the_confidence_most() {
        let (tents, boots) = (set(&["tent", "repair", "shop"]), set(&["boot", "size", "shop"]));
        let weights = Weights::of([&tents, &boots]);
        let on_topic = weights.coverage(&set(&["tent", "repair"]), &tents);
        let half = weights.coverage(&set(&["tent", "astronomy"]), &tents);
        assert!((on_topic - 1.0).abs() < 1e-9);
        assert!(half < 0.5, "{half}");
        assert_eq!(weights.coverage(&set(&[]), &tents), 0.0);
    }
}
