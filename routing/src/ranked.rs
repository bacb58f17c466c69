//! The waiting tasks of one queue, in order, that knows at which place each stands.
//!
//! Sorted pieces of at most `PIECE` keys: insertion moves one piece's keys, a rank adds up the
//! lengths of the pieces before. With a million keys that is some thousand additions.

use crate::order::TaskKey;

const PIECE: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Ranked {
    /// None is empty.
    pieces: Vec<Vec<TaskKey>>,
    length: usize,
}

impl Ranked {
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn insert(&mut self, key: TaskKey) {
        self.length += 1;
        if self.pieces.is_empty() {
            self.pieces.push(vec![key]);
            return;
        }
        let at = self.piece_of(&key);
        let piece = &mut self.pieces[at];
        let place = piece.partition_point(|other| *other < key);
        piece.insert(place, key);
        if piece.len() > PIECE {
            // A queue grows at its end: leave the full piece full then.
            let cut = if place == PIECE { PIECE } else { PIECE / 2 };
            let rest = piece.split_off(cut);
            self.pieces.insert(at + 1, rest);
        }
    }

    pub fn remove(&mut self, key: &TaskKey) {
        if self.pieces.is_empty() {
            return;
        }
        let at = self.piece_of(key);
        let piece = &mut self.pieces[at];
        if let Ok(place) = piece.binary_search(key) {
            piece.remove(place);
            self.length -= 1;
            if piece.is_empty() {
                self.pieces.remove(at);
            }
        }
    }

    /// How many are served before this one.
    pub fn before(&self, key: &TaskKey) -> usize {
        if self.pieces.is_empty() {
            return 0;
        }
        let at = self.piece_of(key);
        let earlier: usize = self.pieces[..at].iter().map(Vec::len).sum();
        earlier + self.pieces[at].partition_point(|other| other < key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &TaskKey> {
        self.pieces.iter().flatten()
    }

    /// The first of each priority, highest first: among them is the longest waiting.
    pub fn first_of_each_priority(&self) -> impl Iterator<Item = &TaskKey> {
        let mut next = self.pieces.first().and_then(|piece| piece.first());
        std::iter::from_fn(move || {
            let found = next?;
            next = self.first_after(found);
            Some(found)
        })
    }

    fn first_after(&self, key: &TaskKey) -> Option<&TaskKey> {
        let lower = |other: &TaskKey| other.priority <= key.priority;
        let at = self.pieces.partition_point(|piece| piece.last().is_some_and(lower));
        let piece = self.pieces.get(at)?;
        piece.get(piece.partition_point(lower))
    }

    fn piece_of(&self, key: &TaskKey) -> usize {
        let after = self.pieces.partition_point(|piece| piece.first().is_some_and(|first| first <= key));
        after.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeSet;

    use model::task::Priority;
    use model::{TaskId, Timestamp};
    use proptest::prelude::*;

    use super::*;

    fn key((priority, since, id): (i32, i64, u128)) -> TaskKey {
        TaskKey {
            priority: Reverse(Priority(priority)),
            waiting_since: Timestamp(since),
            id: TaskId(uuid::Uuid::from_u128(id)),
            index: crate::tasks::TaskIndex(0),
        }
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_a_sorted_list(
            steps in prop::collection::vec((any::<bool>(), 0..3i32, 0..40i64, 0..20u128), 0..3000),
        ) {
            let (mut ranked, mut plain) = (Ranked::default(), BTreeSet::new());
            for (insert, priority, since, id) in steps {
                let key = key((priority, since, id));
                if insert || !plain.contains(&key) {
                    if plain.insert(key) {
                        ranked.insert(key);
                    }
                } else {
                    plain.remove(&key);
                    ranked.remove(&key);
                }
            }
            prop_assert_eq!(ranked.len(), plain.len());
            prop_assert!(ranked.iter().eq(plain.iter()));
            for (place, key) in plain.iter().enumerate() {
                prop_assert_eq!(ranked.before(key), place);
            }
            let oldest = plain.iter().map(|key| key.waiting_since).min();
            prop_assert_eq!(ranked.first_of_each_priority().map(|key| key.waiting_since).min(), oldest);
        }
    }
}
