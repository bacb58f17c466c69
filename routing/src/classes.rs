//! Waiting tasks that ask the same of an agent, in order; and which profiles can do them.
//!
//! Classes come and go with what customers ask. An empty one is kept for a while, since the next
//! task probably asks the same; the longest unused go first once there are `SPARE`.

use std::collections::{BTreeSet, VecDeque};

use model::Channel;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ability::Ability;
use crate::expression::Truth;
use crate::order::TaskKey;
use crate::profiles::{Needs, Profile, ProfileIndex, Profiles};
use crate::queues::QueueIndex;
use crate::selection::Selection;

/// Empty classes kept.
const SPARE: usize = 8_192;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassIndex(pub u32);

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
    pub rest: Vec<Truth>,
}

impl ClassKey {
    /// Looks at all of it: done once for each class and profile.
    pub fn is_met_by(&self, profile: &Profile) -> bool {
        profile.takes(self.channel)
            && profile.meets(&self.needs)
            && self.rest.iter().all(|truth| truth.evaluate(&profile.shape) == Ok(true))
    }
}

#[derive(Debug)]
pub(crate) struct Class {
    pub key: ClassKey,
    pub asked: Ability,
    pub tasks: BTreeSet<TaskKey>,
    /// Whose agents serve the queue and meet the needs; those that suit best first, if the queue's
    /// selection weighs skills.
    pub profiles: Vec<ProfileIndex>,
    /// The same once more where expressions decide, which are not asked again.
    chosen: Option<FxHashSet<ProfileIndex>>,
    /// Among the emptied ones.
    spare: bool,
}

impl Class {
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
    all: Vec<Option<Class>>,
    /// The first task of each class: what a free agent looks at, kept close together.
    heads: Vec<Option<TaskKey>>,
    /// How many classes have had each index.
    generations: Vec<u32>,
    unused: Vec<ClassIndex>,
    by_key: FxHashMap<ClassKey, ClassIndex>,
    emptied: VecDeque<ClassIndex>,
}

impl Classes {
    pub fn find(&self, key: &ClassKey) -> Option<ClassIndex> {
        self.by_key.get(key).copied()
    }

    pub fn add(&mut self, key: ClassKey, profiles: Vec<ProfileIndex>) -> ClassIndex {
        let asked = Ability::asked(key.channel, &key.needs);
        let chosen = (!key.rest.is_empty()).then(|| profiles.iter().copied().collect());
        let tasks = BTreeSet::new();
        let class = Class { key: key.clone(), asked, tasks, profiles, chosen, spare: false };
        let index = match self.unused.pop() {
            Some(index) => {
                self.all[index.0 as usize] = Some(class);
                index
            }
            None => {
                self.all.push(Some(class));
                self.heads.push(None);
                self.generations.push(0);
                ClassIndex(u32::try_from(self.all.len() - 1).expect("there are fewer classes than tasks"))
            }
        };
        self.by_key.insert(key, index);
        index
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Class> {
        self.all.iter_mut().flatten()
    }

    pub fn mark(&self, class: ClassIndex) -> ClassMark {
        ClassMark { class, generation: self.generations[class.0 as usize] }
    }

    pub fn is_current(&self, mark: ClassMark) -> bool {
        self.generations[mark.class.0 as usize] == mark.generation
    }

    pub fn head(&self, index: ClassIndex) -> Option<&TaskKey> {
        self.heads[index.0 as usize].as_ref()
    }

    pub fn insert(&mut self, index: ClassIndex, key: TaskKey) {
        self[index].tasks.insert(key);
        let head = &mut self.heads[index.0 as usize];
        if head.as_ref().is_none_or(|head| key < *head) {
            *head = Some(key);
        }
    }

    pub fn remove(&mut self, index: ClassIndex, key: &TaskKey) {
        self[index].tasks.remove(key);
        if self.head(index) == Some(key) {
            let first = self[index].tasks.first().copied();
            self.heads[index.0 as usize] = first;
            if first.is_none() && !std::mem::replace(&mut self[index].spare, true) {
                self.emptied.push_back(index);
            }
        }
    }

    /// A class to forget, if there are too many empty ones; the caller takes it out of its profiles.
    pub fn forget_spare(&mut self) -> Option<Class> {
        while self.emptied.len() > SPARE {
            let index = self.emptied.pop_front()?;
            self[index].spare = false;
            if self[index].tasks.is_empty() {
                let class = self.all[index.0 as usize].take()?;
                self.by_key.remove(&class.key);
                self.generations[index.0 as usize] += 1;
                self.unused.push(index);
                return Some(class);
            }
        }
        None
    }

    pub fn of_queues<'a>(
        &'a mut self,
        queues: &'a [QueueIndex],
    ) -> impl Iterator<Item = (ClassMark, &'a mut Class)> {
        let numbered = (0u32..).zip(&mut self.all).zip(&self.generations);
        let marked = numbered.filter_map(|((index, class), generation)| {
            Some((ClassMark { class: ClassIndex(index), generation: *generation }, class.as_mut()?))
        });
        marked.filter(|(_, class)| queues.contains(&class.key.queue))
    }
}

impl std::ops::Index<ClassIndex> for Classes {
    type Output = Class;

    fn index(&self, index: ClassIndex) -> &Class {
        self.all[index.0 as usize].as_ref().expect("an index is only kept while the class is")
    }
}

impl std::ops::IndexMut<ClassIndex> for Classes {
    fn index_mut(&mut self, index: ClassIndex) -> &mut Class {
        self.all[index.0 as usize].as_mut().expect("an index is only kept while the class is")
    }
}
