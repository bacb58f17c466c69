//! The waiting tasks of one queue, in order, that knows at which place each stands.
//!
//! Sorted pieces of at most `PIECE` keys: insertion moves one piece's keys, a rank adds up the
//! lengths of the pieces before. With a million keys that is some ten thousand additions.

use crate::ability::Ability;
use crate::classes::{Asked, ClassIndex};
use crate::order::TaskKey;

const PIECE: usize = 128;
/// Pieces that are looked through from the front.
const GLANCE: usize = 4;

/// What a look at the front of a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glance {
    Found(TaskKey),
    /// Nor is there anything further back.
    Nothing,
    /// There may be something further back.
    TooShort,
}

/// Each key with what the task asks, if that is looked at.
#[derive(Debug)]
pub(crate) struct Ranked<Beside = Asked> {
    /// None is empty.
    pieces: Vec<Piece<Beside>>,
    length: usize,
}

impl<Beside> Default for Ranked<Beside> {
    fn default() -> Self {
        Self { pieces: Vec::new(), length: 0 }
    }
}

/// What is looked at without the rest is kept apart from it.
#[derive(Debug)]
struct Piece<Beside> {
    keys: Vec<TaskKey>,
    /// What each of them asks.
    asked: Vec<Beside>,
}

impl<Beside> Piece<Beside> {
    fn of_one(key: TaskKey, asked: Beside) -> Self {
        Self { keys: vec![key], asked: vec![asked] }
    }

    fn insert(&mut self, place: usize, key: TaskKey, asked: Beside) {
        grow(&mut self.keys);
        self.keys.insert(place, key);
        grow(&mut self.asked);
        self.asked.insert(place, asked);
    }

    fn split_off(&mut self, cut: usize) -> Self {
        Self { keys: self.keys.split_off(cut), asked: self.asked.split_off(cut) }
    }
}

/// Makes room for one more, and never for more than a piece.
fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(4).min(PIECE - list.len()));
    }
}

impl<Beside> Ranked<Beside> {
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub fn insert(&mut self, key: TaskKey, asked: Beside) {
        self.length += 1;
        if self.pieces.is_empty() {
            return self.pieces.push(Piece::of_one(key, asked));
        }
        let at = self.piece_of(&key);
        let piece = &mut self.pieces[at];
        let place = piece.keys.partition_point(|other| *other < key);
        if piece.keys.len() < PIECE {
            return piece.insert(place, key, asked);
        }
        // Priorities grow at their ends: what is before stays as full as it is.
        let mut rest = piece.split_off(place.max(PIECE / 2));
        if place < PIECE {
            piece.insert(place, key, asked);
        } else {
            rest.insert(0, key, asked);
        }
        self.pieces.insert(at + 1, rest);
    }

    pub fn pop_first(&mut self) -> Option<TaskKey> {
        let first = self.iter().next().copied()?;
        self.remove(&first);
        Some(first)
    }

    pub fn remove(&mut self, key: &TaskKey) {
        if self.pieces.is_empty() {
            return;
        }
        let at = self.piece_of(key);
        let piece = &mut self.pieces[at];
        if let Ok(place) = piece.keys.binary_search(key) {
            piece.keys.remove(place);
            piece.asked.remove(place);
            self.length -= 1;
            if piece.keys.is_empty() {
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
        let earlier: usize = self.pieces[..at].iter().map(|piece| piece.keys.len()).sum();
        earlier + self.pieces[at].keys.partition_point(|other| other < key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &TaskKey> {
        self.pieces.iter().flat_map(|piece| &piece.keys)
    }

    /// The first of each priority, highest first: among them is the longest waiting.
    pub fn first_of_each_priority(&self) -> impl Iterator<Item = &TaskKey> {
        let mut next = self.pieces.first().and_then(|piece| piece.keys.first());
        std::iter::from_fn(move || {
            let found = next?;
            next = self.first_after(found);
            Some(found)
        })
    }

    /// The last of each priority, highest first.
    pub fn last_of_each_priority(&self) -> impl Iterator<Item = &TaskKey> {
        let mut firsts = self.first_of_each_priority().skip(1);
        let last = self.pieces.last().and_then(|piece| piece.keys.last());
        let mut next = Some(());
        std::iter::from_fn(move || {
            next.take()?;
            let Some(later) = firsts.next() else { return last };
            next = Some(());
            self.last_before(later)
        })
    }

    fn last_before(&self, key: &TaskKey) -> Option<&TaskKey> {
        let at = self.piece_of(key);
        let place = self.pieces[at].keys.partition_point(|other| other < key);
        match place.checked_sub(1) {
            Some(place) => self.pieces[at].keys.get(place),
            None => self.pieces[at.checked_sub(1)?].keys.last(),
        }
    }

    fn first_after(&self, key: &TaskKey) -> Option<&TaskKey> {
        let lower = |other: &TaskKey| other.priority <= key.priority;
        let at = self.pieces.partition_point(|piece| piece.keys.last().is_some_and(lower));
        let piece = &self.pieces.get(at)?.keys;
        piece.get(piece.partition_point(lower))
    }

    fn piece_of(&self, key: &TaskKey) -> usize {
        // Mostly: what is served is at the front.
        if self.pieces.get(1).is_none_or(|second| second.keys.first().is_some_and(|first| key < first)) {
            return 0;
        }
        let after = self.pieces.partition_point(|piece| piece.keys.first().is_some_and(|first| first <= key));
        after.saturating_sub(1)
    }
}

impl Ranked<Asked> {
    /// Looks along the front of the line, up to `before`, for the first task that somebody of the ability
    /// may be able to do and that `fits`.
    pub fn glance(
        &self,
        ability: Ability,
        before: Option<TaskKey>,
        fits: impl Fn(&TaskKey, ClassIndex) -> bool,
    ) -> Glance {
        for piece in self.pieces.iter().take(GLANCE) {
            let mut place = 0;
            let may = |asked: &Asked| ability.may_do(asked.ability);
            while let Some(ahead) = piece.asked[place..].iter().position(may) {
                place += ahead;
                let key = &piece.keys[place];
                if before.is_some_and(|before| *key >= before) {
                    return Glance::Nothing;
                }
                if fits(key, piece.asked[place].class) {
                    return Glance::Found(*key);
                }
                place += 1;
            }
        }
        let last = self.pieces.get(GLANCE - 1).and_then(|piece| piece.keys.last());
        let is_enough =
            self.pieces.len() <= GLANCE || last.zip(before).is_some_and(|(last, before)| *last >= before);
        if is_enough { Glance::Nothing } else { Glance::TooShort }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeSet;

    use model::TaskId;
    use model::task::Priority;
    use proptest::prelude::*;

    use super::*;

    fn key((priority, place, id): (i32, i64, u128)) -> TaskKey {
        TaskKey {
            priority: Reverse(Priority(priority)),
            place,
            id: TaskId(uuid::Uuid::from_u128(id)),
            index: crate::tasks::TaskIndex(0),
        }
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_a_sorted_list(
            steps in prop::collection::vec((any::<bool>(), 0..3i32, 0..40i64, 0..20u128), 0..3000),
        ) {
            let (mut ranked, mut plain) = (Ranked::<()>::default(), BTreeSet::new());
            for (insert, priority, since, id) in steps {
                let key = key((priority, since, id));
                if insert || !plain.contains(&key) {
                    if plain.insert(key) {
                        ranked.insert(key, ());
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
            let first = plain.iter().map(|key| key.place).min();
            prop_assert_eq!(ranked.first_of_each_priority().map(|key| key.place).min(), first);
            let last = plain.iter().map(|key| key.place).max();
            prop_assert_eq!(ranked.last_of_each_priority().map(|key| key.place).max(), last);
        }
    }
}
