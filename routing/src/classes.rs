//! Waiting tasks that ask the same of an agent, in order; and which profiles can do them.
//!
//! Classes come and go with what customers ask. An empty one is kept for a while, since the next
//! task probably asks the same; the longest unused go first once there are `SPARE`.

use std::collections::VecDeque;
use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;
use model::Channel;
use rustc_hash::{FxHashSet, FxHasher};
use smallvec::SmallVec;

use crate::ability::Ability;
use crate::expression::Truth;
use crate::order::TaskKey;
use crate::profiles::{Needs, Profile, ProfileIndex, Profiles};
use crate::queues::QueueIndex;
use crate::ranked::Ranked;
use crate::selection::Selection;
use crate::slab::Slab;

/// Empty classes kept.
const SPARE: usize = 8_192;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassIndex(pub u32);

/// What a waiting task asks, as far as a look along the line shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub ability: Ability,
    pub class: ClassIndex,
}

impl Asked {
    /// By a task that is in line, and nobody may be offered it in its turn.
    pub const BY_NOBODY: Self = Self { ability: Ability::BEYOND, class: ClassIndex(u32::MAX) };
}

/// A class as a profile remembers it: known by its generation to be another one once its index is used
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassMark {
    pub class: ClassIndex,
    generation: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClassKey {
    pub queue: QueueIndex,
    pub channel: Channel,
    pub needs: Needs,
    /// Must all be true of an agent besides: what is left of expressions for these tasks.
    pub rest: Box<[Truth]>,
}

impl ClassKey {
    /// Looks at all of it: done once for each class and profile.
    pub fn is_met_by(&self, profile: &Profile) -> bool {
        profile.takes(self.channel)
            && profile.meets(&self.needs)
            && self.rest.iter().all(|truth| truth.evaluate(&profile.shape) == Ok(true))
    }
}

/// Where every customer asks something else there are as many as tasks.
#[derive(Debug)]
pub(crate) struct Class {
    pub key: ClassKey,
    /// The tasks after the first, which is the class's head.
    behind: Option<Box<Ranked<()>>>,
    /// Whose agents serve the queue and meet the needs; those that suit best first, if the queue's
    /// selection weighs skills.
    pub profiles: SmallVec<[ProfileIndex; 4]>,
    /// The same once more where expressions decide, which are not asked again.
    chosen: Option<Box<FxHashSet<ProfileIndex>>>,
    /// Among the emptied ones.
    spare: bool,
}

impl Class {
    pub fn ability(&self) -> Ability {
        Ability::asked(self.key.channel, &self.key.needs)
    }

    /// Whether agents of the profile meet what is asked.
    pub fn admits(&self, index: ProfileIndex, profile: &Profile) -> bool {
        match &self.chosen {
            None => profile.meets(&self.key.needs),
            Some(chosen) => chosen.contains(&index),
        }
    }

    /// Forgets a profile that has no agents any more.
    pub fn leave(&mut self, index: ProfileIndex) {
        self.profiles.retain(|other| *other != index);
        if let Some(chosen) = &mut self.chosen {
            chosen.remove(&index);
        }
    }

    /// Takes in one more profile that can do its tasks.
    pub fn seat(&mut self, index: ProfileIndex, selection: Selection, profiles: &Profiles) {
        let place = if selection.weighs_skills() {
            let suit = |profile: ProfileIndex| (selection.suit(&profiles[profile], &self.key.needs), profile);
            let own = suit(index);
            self.profiles.partition_point(|other| suit(*other) < own)
        } else {
            self.profiles.len()
        };
        self.profiles.insert(place, index);
        if let Some(chosen) = &mut self.chosen {
            chosen.insert(index);
        }
    }

    /// Puts the profiles in the order of the selection, if it has one.
    pub fn arrange(&mut self, selection: Selection, profiles: &Profiles) {
        if selection.weighs_skills() {
            let suit =
                |profile: &ProfileIndex| (selection.suit(&profiles[*profile], &self.key.needs), *profile);
            self.profiles.sort_by_key(suit);
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Classes {
    all: Slab<Class>,
    /// The first task of each class, [`TaskKey::NONE`] if it has none: what a free agent looks at, kept
    /// close together.
    heads: Vec<TaskKey>,
    /// How many classes have had each index.
    generations: Vec<u32>,
    by_key: HashTable<ClassIndex>,
    emptied: VecDeque<ClassIndex>,
}

impl Classes {
    pub fn find(&self, key: &ClassKey) -> Option<ClassIndex> {
        self.by_key.find(hash(key), |index| self[*index].key == *key).copied()
    }

    pub fn add(&mut self, key: ClassKey, profiles: Vec<ProfileIndex>) -> ClassIndex {
        let chosen = (!key.rest.is_empty()).then(|| Box::new(profiles.iter().copied().collect()));
        let hashed = hash(&key);
        let class = Class { key, behind: None, profiles: profiles.into(), chosen, spare: false };
        let index = ClassIndex(self.all.add(class));
        if self.heads.len() == index.0 as usize {
            self.heads.push(TaskKey::NONE);
            self.generations.push(0);
        }
        let all = &self.all;
        self.by_key.insert_unique(hashed, index, |index| hash(&all[index.0].key));
        index
    }

    /// None for what nobody asks.
    pub fn get(&self, index: ClassIndex) -> Option<&Class> {
        self.all.get(index.0)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Class> {
        self.all.iter_mut().map(|(_, class)| class)
    }

    pub fn mark(&self, class: ClassIndex) -> ClassMark {
        ClassMark { class, generation: self.generations[class.0 as usize] }
    }

    pub fn is_current(&self, mark: ClassMark) -> bool {
        self.generations[mark.class.0 as usize] == mark.generation
    }

    pub fn head(&self, index: ClassIndex) -> Option<&TaskKey> {
        Some(&self.heads[index.0 as usize]).filter(|head| **head != TaskKey::NONE)
    }

    /// Its tasks in order.
    pub fn tasks(&self, index: ClassIndex) -> impl Iterator<Item = &TaskKey> {
        let behind = self[index].behind.iter().flat_map(|behind| behind.iter());
        self.head(index).into_iter().chain(behind)
    }

    pub fn insert(&mut self, index: ClassIndex, key: TaskKey) {
        let head = &mut self.heads[index.0 as usize];
        let later = std::cmp::max(key, *head);
        *head = std::cmp::min(key, *head);
        if later != TaskKey::NONE {
            self[index].behind.get_or_insert_default().insert(later, ());
        }
    }

    pub fn remove(&mut self, index: ClassIndex, key: &TaskKey) {
        let class = &mut self.all[index.0];
        let head = &mut self.heads[index.0 as usize];
        match &mut class.behind {
            Some(behind) if head == key => *head = behind.pop_first().unwrap_or(TaskKey::NONE),
            Some(behind) => behind.remove(key),
            None if head == key => *head = TaskKey::NONE,
            None => {}
        }
        class.behind.take_if(|behind| behind.is_empty());
        if *head == TaskKey::NONE && !std::mem::replace(&mut class.spare, true) {
            self.emptied.push_back(index);
        }
    }

    /// A class to forget, if there are too many empty ones; the caller takes it out of its profiles.
    pub fn forget_spare(&mut self) -> Option<Class> {
        while self.emptied.len() > SPARE {
            let index = self.emptied.pop_front()?;
            self[index].spare = false;
            if self.head(index).is_none() {
                let class = self.all.remove(index.0)?;
                if let Ok(entry) = self.by_key.find_entry(hash(&class.key), |other| *other == index) {
                    entry.remove();
                }
                self.generations[index.0 as usize] += 1;
                return Some(class);
            }
        }
        None
    }

    pub fn of_queues<'a>(
        &'a mut self,
        queues: &'a [QueueIndex],
    ) -> impl Iterator<Item = (ClassMark, &'a mut Class)> {
        let generations = &self.generations;
        let marked = self.all.iter_mut().map(|(number, class)| {
            let generation = generations[number as usize];
            (ClassMark { class: ClassIndex(number), generation }, class)
        });
        marked.filter(|(_, class)| queues.contains(&class.key.queue))
    }
}

fn hash(key: &ClassKey) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(key)
}

impl std::ops::Index<ClassIndex> for Classes {
    type Output = Class;

    fn index(&self, index: ClassIndex) -> &Class {
        &self.all[index.0]
    }
}

impl std::ops::IndexMut<ClassIndex> for Classes {
    fn index_mut(&mut self, index: ClassIndex) -> &mut Class {
        &mut self.all[index.0]
    }
}
