//! Where a queue sends what it has no time or no room for: another queue, a virtual agent, or an end.
//!
//! A queue is named by itself, `overflow = "support"`; the others are tables,
//! `overflow = { end = "message", text = { en = "…" } }`.

use std::fmt;
use std::time::Duration;

use model::{AgentId, QueueId};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Labels;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Overflow {
    Queue(QueueId),
    Way(Box<Way>),
}

/// To a virtual agent, or to an end: one of the two is named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Way {
    /// It is waited for as after a transfer, while it is logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_agent: Option<AgentId>,
    /// The queue in which the virtual agent is waited for. None: the first it serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// What the customer is told, or asked.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub text: Labels,
    /// How long a customer who is asked about a callback waits on. None: a minute.
    #[serde(with = "crate::configuration::duration::option", skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<Duration>,
    /// How many calls are made until one reaches the customer. None: three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u8>,
    /// How long after a call that failed the next is made. None: ten minutes.
    #[serde(with = "crate::configuration::duration::option", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The customer is told so, and the task ends.
    Message,
    /// The customer is asked whether to be called back, and waits on until they have answered.
    Callback,
    /// The customer leaves a message. Needs the voice channel, and is refused as long as there is none.
    Voicemail,
}

impl Way {
    pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);
    pub const ATTEMPTS: u8 = 3;
    pub const INTERVAL: Duration = Duration::from_secs(600);
}

impl Overflow {
    /// The queue it names, by itself or for a virtual agent.
    pub fn queue(&self) -> Option<&QueueId> {
        match self {
            Self::Queue(queue) => Some(queue),
            Self::Way(way) => way.queue.as_ref(),
        }
    }

    /// The end it leads to, if it is this one.
    pub fn way_to(&self, end: End) -> Option<&Way> {
        match self {
            Self::Way(way) if way.end == Some(end) => Some(way),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Overflow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads a table as one, so that an unknown key of it is refused by its name.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Overflow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a queue, or a table with \"virtual_agent\" or \"end\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Overflow, E> {
        QueueId::new(text).map(Overflow::Queue).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Overflow, A::Error> {
        Way::deserialize(de::value::MapAccessDeserializer::new(map)).map(|way| Overflow::Way(Box::new(way)))
    }
}
