//! A handful of entries by key, in order: a sorted list. A session has one leg or two, one identity or
//! two, and there are many sessions; a tree's smallest node has room for eleven of each.

use std::ops::Index;

/// A map that costs what its entries cost. Finding is by halves, inserting moves what comes after: it is
/// for tens of entries, not thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<K, V>(Vec<(K, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Entries<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Answers what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                // A list would make room for four at once.
                self.0.reserve_exact(1);
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Answers what was there.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }

    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }
}

impl<K, V> Entries<K, V> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// In the order of keys, as are the other two.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Index<&K> for Entries<K, V> {
    type Output = V;

    /// Panics if there is no such entry.
    fn index(&self, key: &K) -> &V {
        self.get(key).expect("an entry that is there")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_does_what_a_tree_does(acts in prop::collection::vec((0..9_u8, any::<Option<u8>>()), 0..60)) {
            let (mut entries, mut tree) = (Entries::default(), BTreeMap::new());
            for (key, value) in acts {
                match value {
                    Some(value) => prop_assert_eq!(entries.insert(key, value), tree.insert(key, value)),
                    None => prop_assert_eq!(entries.remove(&key), tree.remove(&key)),
                }
                prop_assert_eq!(entries.get(&key), tree.get(&key));
                prop_assert_eq!(entries.contains_key(&key), tree.contains_key(&key));
                prop_assert!(entries.iter().eq(tree.iter()));
                prop_assert_eq!(entries.len(), tree.len());
            }
        }
    }
}
