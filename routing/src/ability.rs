//! What an agent can do, or a task asks, folded into a few bits: a quick first look before names are
//! compared. Bits stand for several names each, so they may say yes wrongly and never no.

use model::Channel;
use model::task::Level;

use crate::agents::slot;
use crate::profiles::Needs;

/// Bits for the channels, then for languages, then for skills at levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ability(u128);

const CHANNELS: u32 = 3;
const LANGUAGES: u32 = 13;
const SKILLS: u32 = u128::BITS - CHANNELS - LANGUAGES;

impl Ability {
    pub const NONE: Self = Self(0);
    /// More than anybody can do: what a task asks that is to be passed over.
    pub const BEYOND: Self = Self(u128::MAX);

    pub fn with_channel(self, channel: Channel) -> Self {
        Self(self.0 | (1 << slot(channel)))
    }

    pub fn with_language(self, language: u32) -> Self {
        Self(self.0 | (1 << (CHANNELS + language % LANGUAGES)))
    }

    /// Having a skill at a level is having it at those below.
    pub fn with_skill(self, skill: u32, level: Level) -> Self {
        (1..=level.get()).filter_map(|level| Level::new(level).ok()).fold(self, |all, level| {
            let number = skill.wrapping_mul(5).wrapping_add(u32::from(level.get()));
            Self(all.0 | (1 << (CHANNELS + LANGUAGES + number % SKILLS)))
        })
    }

    /// What a task of the channel asks.
    pub fn asked(channel: Channel, needs: &Needs) -> Self {
        let all = Self::NONE.with_channel(channel);
        let all = needs.language.into_iter().fold(all, Self::with_language);
        needs.skills.iter().fold(all, |all, (skill, level)| all.with_skill(*skill, *level))
    }

    pub fn may_do(self, asked: Self) -> bool {
        asked.0 & !self.0 == 0
    }

    /// Without the channels that are not among these.
    pub fn only_channels(self, free: [bool; 3]) -> Self {
        let full = (0..3).filter(|slot| !free[*slot]).fold(0, |full, slot| full | (1 << slot));
        Self(self.0 & !full)
    }
}
