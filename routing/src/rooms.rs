//! How much fits into an agent's hands, by channel: by count, by what may be beside what, by weight, and
//! over what gives way.

use model::Channel;

use crate::agents::slot;
use crate::input::Capacity;
use crate::profiles::Shape;

/// By channel, how many tasks an agent has in hand: offered, assigned or wrapping.
pub(crate) type Held = [u16; 3];

/// A profile's capacity, precomputed; channels by slot.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rooms {
    most: [u16; 3],
    /// `excludes[a][b]`: one of `a` fits only while there is none of `b`.
    excludes: [[bool; 3]; 3],
    weight: [u16; 3],
    /// `yields[a][b]`: `b` may be offered over `a`, which is held meanwhile.
    yields: [[bool; 3]; 3],
}

impl Rooms {
    pub fn of(shape: &Shape) -> Self {
        let mut rooms = Self::default();
        for (channel, capacity) in &shape.capacity {
            let own = slot(*channel);
            rooms.most[own] = capacity.most;
            rooms.weight[own] = capacity.weight;
            for (other, theirs) in &shape.capacity {
                let apart = !capacity.together.allows(*other) || !theirs.together.allows(*channel);
                rooms.excludes[own][slot(*other)] = other != channel && apart;
                rooms.yields[own][slot(*other)] = other != channel && capacity.yields_to.contains(other);
            }
        }
        rooms
    }

    pub fn takes(&self, channel: Channel) -> bool {
        self.most[slot(channel)] > 0
    }

    /// Whether one more of the channel fits.
    pub fn has_room(&self, channel: Channel, held: &Held) -> bool {
        let own = slot(channel);
        held[own] < self.most[own]
            && !(0..3).any(|other| self.stands_against(own, other, held))
            && self.weight_beside(channel, held) + self.weighs(channel) <= u32::from(Capacity::WHOLE)
    }

    /// What must be gone before one of the channel fits.
    pub fn excluding(&self, channel: Channel, held: &Held) -> Option<Channel> {
        let own = slot(channel);
        Channel::ALL.into_iter().find(|other| self.stands_against(own, slot(*other), held))
    }

    pub fn weighs(&self, channel: Channel) -> u32 {
        u32::from(self.weight[slot(channel)])
    }

    /// The weight of what is in hand, but for what gives way to the channel.
    pub fn weight_beside(&self, channel: Channel, held: &Held) -> u32 {
        let weighs = |other: &usize| !self.yields[*other][slot(channel)];
        let each = (0..3).filter(weighs).map(|other| u32::from(held[other]) * u32::from(self.weight[other]));
        each.sum()
    }

    /// Whether a task of the channel is held while one of the other is worked on.
    pub fn yields(&self, channel: Channel, to: Channel) -> bool {
        self.yields[slot(channel)][slot(to)]
    }

    /// Whether anything ever gives way.
    pub fn any_yields(&self) -> bool {
        self.yields != [[false; 3]; 3]
    }

    fn stands_against(&self, own: usize, other: usize, held: &Held) -> bool {
        self.excludes[own][other] && held[other] > 0 && !self.yields[other][own]
    }
}
