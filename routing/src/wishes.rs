//! What tasks ask for, each kept once: many tasks ask the same.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;

use hashbrown::HashTable;
use model::task::Requirements;
use rustc_hash::FxHasher;

use crate::profiles::{Names, Needs};

/// What a task asks for, as it was said and as it is compared.
#[derive(Debug)]
pub(crate) struct Wish {
    pub requirements: Requirements,
    pub needs: Needs,
}

/// All that open tasks ask for.
#[derive(Debug, Default)]
pub(crate) struct Wishes(HashTable<Arc<Wish>>);

impl Wishes {
    pub fn share(&mut self, requirements: Requirements, names: &mut Names) -> Arc<Wish> {
        let is_same = |wish: &Arc<Wish>| wish.requirements == requirements;
        if let Some(wish) = self.0.find(hash(&requirements), is_same) {
            return wish.clone();
        }
        let wish = Arc::new(Wish { needs: names.needs(&requirements), requirements });
        self.0.insert_unique(hash(&wish.requirements), wish.clone(), |wish| hash(&wish.requirements));
        wish
    }

    /// Forgets what nobody else asks.
    pub fn give_back(&mut self, wish: Arc<Wish>) {
        const OURS_AND_THIS: usize = 2;
        if Arc::strong_count(&wish) > OURS_AND_THIS {
            return;
        }
        let is_it = |other: &Arc<Wish>| Arc::ptr_eq(other, &wish);
        if let Ok(entry) = self.0.find_entry(hash(&wish.requirements), is_it) {
            entry.remove();
        }
    }
}

fn hash(requirements: &Requirements) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(requirements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_ask_is_kept_once_and_only_as_long_as_one_asks_it() {
        let (mut wishes, mut names) = (Wishes::default(), Names::default());
        let one = wishes.share(Requirements::NONE, &mut names);
        let other = wishes.share(Requirements::NONE, &mut names);
        assert!(Arc::ptr_eq(&one, &other));
        wishes.give_back(one);
        assert_eq!(wishes.0.len(), 1);
        wishes.give_back(other);
        assert_eq!(wishes.0.len(), 0);
    }
}
