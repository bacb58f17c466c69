//! How many tasks of each channel an agent has in hand at once, and beside what.

use std::collections::{BTreeMap, BTreeSet};

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

/// What a channel takes of an agent, beside the count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelRule {
    /// Of 100, which is all an agent has to give; 0 is not weighed.
    pub weight: u16,
    /// The other channels that may be handled meanwhile. None: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<BTreeSet<Channel>>,
    /// Channels that may be offered over it: it is held for them and goes on afterwards.
    pub yields_to: BTreeSet<Channel>,
}

/// For the channels that have one.
pub type ChannelRules = BTreeMap<Channel, ChannelRule>;
