//! What an agent can do, or a task asks, folded into a few bits: a quick first look before names are
//! compared. Bits stand for several names each, so they may say yes wrongly and never no.

use model::Channel;
use model::task::Level;

use crate::agents::slot;
use crate::profiles::Needs;

/// Bits for the channels, one for each, then for languages, then for skills at levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ability([u32; WORDS]);

const WORDS: usize = 3;
const CHANNELS: u32 = 3;
const LANGUAGES: u32 = 13;
const BITS: u32 = 96;
const SKILLS: u32 = BITS - CHANNELS - LANGUAGES;

impl Ability {
    pub const NONE: Self = Self([0; WORDS]);
    /// More than nearly anybody can do: what a task asks that is to be passed over.
    pub const BEYOND: Self = Self([u32::MAX; WORDS]);

    pub fn with_channel(self, channel: Channel) -> Self {
        self.with(u32::try_from(slot(channel)).expect("there are three"))
    }

    pub fn with_language(self, language: u32) -> Self {
        self.with(CHANNELS + language % LANGUAGES)
    }

    /// Having a skill at a level is having it at those below.
    pub fn with_skill(self, skill: u32, level: Level) -> Self {
        (1..=level.get()).filter_map(|level| Level::new(level).ok()).fold(self, |all, level| {
            let number = skill.wrapping_mul(5).wrapping_add(u32::from(level.get()));
            all.with(CHANNELS + LANGUAGES + number % SKILLS)
        })
    }

    /// What a task of the channel asks.
    pub fn asked(channel: Channel, needs: &Needs) -> Self {
        let all = Self::NONE.with_channel(channel);
        let all = needs.language.into_iter().fold(all, Self::with_language);
        needs.skills.iter().fold(all, |all, (skill, level)| all.with_skill(*skill, *level))
    }

    /// Never wrong about channels.
    pub fn may_do(self, asked: Self) -> bool {
        let lacks = |(own, asked): (u32, u32)| asked & !own;
        self.0.into_iter().zip(asked.0).map(lacks).fold(0, |all, lacking| all | lacking) == 0
    }

    /// Without the channels that are not among these.
    pub fn only_channels(mut self, free: [bool; 3]) -> Self {
        let full = (0..3).filter(|slot| !free[*slot]).fold(0, |full, slot| full | (1 << slot));
        self.0[0] &= !full;
        self
    }

    fn with(mut self, bit: u32) -> Self {
        self.0[(bit / u32::BITS) as usize] |= 1 << (bit % u32::BITS);
        self
    }
}
