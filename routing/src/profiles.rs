//! Agents that can do the same are matched as one profile, within it by idle time.

use std::collections::{BTreeMap, BTreeSet};

use model::task::{Level, Requirements, SkillRequirement};
use model::{Attributes, Channel, Language, QueueId, Skill};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::ability::Ability;
use crate::agents::{AgentIndex, Attendance, FreeKey};
use crate::classes::ClassMark;
use crate::input::{AgentKind, AgentProfile, Answering, Capacity};
use crate::queues::QueueIndex;
use crate::rooms::Rooms;
use crate::roster::Seat;
use crate::selection::Sorting;
use crate::slab::Slab;
use crate::steps::SkipWhen;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ProfileIndex(pub u32);

/// What agents of one profile have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub kind: AgentKind,
    pub skills: BTreeMap<Skill, Level>,
    pub languages: BTreeSet<Language>,
    pub capacity: BTreeMap<Channel, Capacity>,
    pub queues: BTreeSet<QueueId>,
    pub attributes: Attributes,
    pub answering: Answering,
}

impl From<AgentProfile> for Shape {
    fn from(profile: AgentProfile) -> Self {
        let AgentProfile { agent: _, kind, skills, languages, capacity, queues, attributes, answering } =
            profile;
        Self { kind, skills, languages, capacity, queues, attributes, answering }
    }
}

/// Names as numbers, for comparing fast. Names are never forgotten: an organisation has few.
#[derive(Debug, Default)]
pub(crate) struct Names {
    skills: FxHashMap<Skill, u32>,
    languages: FxHashMap<Language, u32>,
}

impl Names {
    fn skill(&mut self, skill: &Skill) -> u32 {
        number(&mut self.skills, skill)
    }

    fn language(&mut self, language: &Language) -> u32 {
        number(&mut self.languages, language)
    }

    /// The needs, if all their names have been met before.
    pub fn known(&self, requirements: &Requirements) -> Option<Needs> {
        let skill = |need: &SkillRequirement| Some((*self.skills.get(&need.skill)?, need.level));
        let language = match &requirements.language {
            Some(name) => Some(*self.languages.get(name)?),
            None => None,
        };
        Some(Needs { skills: requirements.skills.iter().map(skill).collect::<Option<_>>()?, language })
    }

    pub fn needs(&mut self, requirements: &Requirements) -> Needs {
        let skills = requirements.skills.iter().map(|need| (self.skill(&need.skill), need.level));
        Needs {
            skills: skills.collect(),
            language: requirements.language.as_ref().map(|name| self.language(name)),
        }
    }
}

fn number<Name: Clone + Eq + std::hash::Hash>(numbers: &mut FxHashMap<Name, u32>, name: &Name) -> u32 {
    if let Some(number) = numbers.get(name) {
        return *number;
    }
    let next = u32::try_from(numbers.len()).expect("names are few");
    numbers.insert(name.clone(), next);
    next
}

/// Requirements with names as numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Needs {
    pub skills: SmallVec<[(u32, Level); 2]>,
    pub language: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Profile {
    pub shape: Shape,
    skills: Vec<(u32, Level)>,
    languages: Vec<u32>,
    pub queues: Vec<QueueIndex>,
    /// Where it stands in the roster of each of `queues`.
    pub seats: Vec<Seat>,
    pub ability: Ability,
    pub rooms: Rooms,
    pub agents: BTreeSet<AgentIndex>,
    logged_in: u32,
    available: u32,
    /// The free agents, once for each order that a queue of theirs goes by.
    pub orders: Vec<Order>,
    /// The classes whose tasks these agents can do, by channel.
    pub classes: [Doable; 3],
}

/// The free agents of a profile in one order.
#[derive(Debug)]
pub(crate) struct Order {
    pub by: Sorting,
    /// The profile's queues that go by it.
    pub queues: Vec<QueueIndex>,
    /// Routable with room in the channel.
    pub free: [BTreeSet<FreeKey>; 3],
}

impl Order {
    /// Takes one key out and puts one in; the first key before and after, if that is another now.
    pub fn replace(
        &mut self,
        slot: usize,
        old: Option<FreeKey>,
        new: Option<FreeKey>,
    ) -> Option<(Option<FreeKey>, Option<FreeKey>)> {
        if old == new {
            return None;
        }
        let free = &mut self.free[slot];
        let head = free.first().cloned();
        if let Some(old) = &old {
            free.remove(old);
        }
        free.extend(new);
        (head.as_ref() != free.first()).then(|| (head, free.first().cloned()))
    }
}

/// The classes a profile can do. Those that are forgotten stay until they are the larger part: looking
/// for one in a long list costs more than passing it over.
#[derive(Debug, Default)]
pub(crate) struct Doable {
    marks: Vec<ClassMark>,
    forgotten: usize,
}

impl Doable {
    /// Forgotten ones that are kept however few the others are.
    const SPARE: usize = 32;

    pub fn add(&mut self, mark: ClassMark) {
        self.marks.push(mark);
    }

    pub fn forget_one(&mut self, is_current: impl Fn(ClassMark) -> bool) {
        self.forgotten += 1;
        if self.forgotten > Self::SPARE + self.marks.len() / 2 {
            self.marks.retain(|mark| is_current(*mark));
            self.forgotten = 0;
        }
    }

    /// Also those that are forgotten.
    pub fn marks(&self) -> impl Iterator<Item = ClassMark> + '_ {
        self.marks.iter().copied()
    }
}

impl Profile {
    pub fn new(shape: Shape, queues: Vec<QueueIndex>, names: &mut Names) -> Self {
        let skills: Vec<_> = shape.skills.iter().map(|(skill, level)| (names.skill(skill), *level)).collect();
        let languages: Vec<_> = shape.languages.iter().map(|language| names.language(language)).collect();
        let rooms = Rooms::of(&shape);
        let ability = languages.iter().copied().fold(Ability::NONE, Ability::with_language);
        let ability = skills.iter().fold(ability, |all, (skill, level)| all.with_skill(*skill, *level));
        let channels = Channel::ALL.into_iter().filter(|channel| rooms.takes(*channel));
        Self {
            ability: channels.fold(ability, Ability::with_channel),
            shape,
            skills,
            languages,
            queues,
            seats: Vec::new(),
            rooms,
            agents: BTreeSet::new(),
            logged_in: 0,
            available: 0,
            orders: Vec::new(),
            classes: Default::default(),
        }
    }

    /// Nobody is listed as free; `sorting` says what each queue goes by.
    pub fn order_anew(&mut self, sorting: impl Fn(QueueIndex) -> Sorting) {
        self.orders.clear();
        for queue in &self.queues {
            let by = sorting(*queue);
            match self.orders.iter_mut().find(|order| order.by == by) {
                Some(order) => order.queues.push(*queue),
                None => self.orders.push(Order { by, queues: vec![*queue], free: Default::default() }),
            }
        }
    }

    /// The free agents in an order that one of the profile's queues goes by.
    pub fn free(&self, by: Sorting, slot: usize) -> impl Iterator<Item = &FreeKey> {
        self.orders.iter().filter(move |order| order.by == by).flat_map(move |order| &order.free[slot])
    }

    /// The free agents by their lots; none unless a queue of theirs draws.
    pub fn lots(&self, slot: usize) -> &BTreeSet<FreeKey> {
        static NONE: BTreeSet<FreeKey> = BTreeSet::new();
        self.orders.iter().find(|order| order.by == Sorting::Random).map_or(&NONE, |order| &order.free[slot])
    }

    pub fn meets(&self, needs: &Needs) -> bool {
        let has = |(skill, level): &(u32, Level)| {
            self.skills.iter().any(|(own, reached)| own == skill && reached >= level)
        };
        needs.language.is_none_or(|language| self.languages.contains(&language))
            && needs.skills.iter().all(has)
    }

    /// The sum of levels in the skills that are needed.
    pub fn proficiency(&self, needs: &Needs) -> u32 {
        let level = |(skill, _): &(u32, Level)| {
            let own = self.skills.iter().find(|(own, _)| own == skill);
            own.map_or(0, |(_, level)| u32::from(level.get()))
        };
        needs.skills.iter().map(level).sum()
    }

    /// How many queues, skills, languages and channels there are to keep it free for.
    pub fn versatility(&self) -> usize {
        let channels = model::Channel::ALL.into_iter().filter(|channel| self.takes(*channel)).count();
        self.queues.len() + self.skills.len() + self.languages.len() + channels
    }

    /// By number, each at most once.
    pub fn skills(&self) -> &[(u32, Level)] {
        &self.skills
    }

    pub fn languages(&self) -> &[u32] {
        &self.languages
    }

    pub fn serves(&self, queue: QueueIndex) -> bool {
        self.queues.contains(&queue)
    }

    /// Whether offers to these agents are accepted in their name.
    pub fn answers_automatically(&self) -> bool {
        self.shape.answering == Answering::Automatic
    }

    /// One of its agents came or went; whether the last one logged out with that.
    pub fn recount(&mut self, old: Attendance, new: Attendance) -> bool {
        self.logged_in = self.logged_in + u32::from(new.is_logged_in) - u32::from(old.is_logged_in);
        self.available = self.available + u32::from(new.is_available) - u32::from(old.is_available);
        old.is_logged_in && self.logged_in == 0
    }

    /// Whether one of its agents is there in the sense of the condition.
    pub fn is_there(&self, when: SkipWhen) -> bool {
        match when {
            SkipWhen::Never => true,
            SkipWhen::NobodyLoggedIn => self.logged_in > 0,
            SkipWhen::NobodyAvailable => self.available > 0,
        }
    }

    pub fn takes(&self, channel: Channel) -> bool {
        self.rooms.takes(channel)
    }
}

/// All profiles in use. Indices of forgotten ones are used again.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    all: Slab<Profile>,
    by_shape: FxHashMap<Shape, ProfileIndex>,
}

impl Profiles {
    pub fn find(&self, shape: &Shape) -> Option<ProfileIndex> {
        self.by_shape.get(shape).copied()
    }

    pub fn add(&mut self, profile: Profile) -> ProfileIndex {
        let shape = profile.shape.clone();
        let index = ProfileIndex(self.all.add(profile));
        self.by_shape.insert(shape, index);
        index
    }

    pub fn indices(&self) -> impl Iterator<Item = ProfileIndex> + '_ {
        self.all.iter().map(|(number, _)| ProfileIndex(number))
    }

    pub fn remove(&mut self, index: ProfileIndex) -> Option<Profile> {
        let profile = self.all.remove(index.0)?;
        self.by_shape.remove(&profile.shape);
        Some(profile)
    }
}

impl std::ops::Index<ProfileIndex> for Profiles {
    type Output = Profile;

    fn index(&self, index: ProfileIndex) -> &Profile {
        &self.all[index.0]
    }
}

impl std::ops::IndexMut<ProfileIndex> for Profiles {
    fn index_mut(&mut self, index: ProfileIndex) -> &mut Profile {
        &mut self.all[index.0]
    }
}
