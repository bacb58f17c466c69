//! How many tasks of each channel an agent has in hand at once.

use model::Channel;
use serde::{Deserialize, Serialize};

/// A count a channel; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capacity {
    pub chat: u16,
    pub email: u16,
    pub voice: u16,
}

impl Capacity {
    pub fn of(&self, channel: Channel) -> u16 {
        match channel {
            Channel::Chat => self.chat,
            Channel::Email => self.email,
            Channel::Voice => self.voice,
        }
    }
}
