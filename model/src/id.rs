//! Identifiers. Each entity has its own newtype, so that one can never stand in for another.
//!
//! What Tandem creates is named by a UUID that the caller supplies (version 7 outside tests): the
//! model has no randomness of its own. What an organisation names itself (queues, skills, agents)
//! is a short [`Name`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_ids! {
    /// A person, known by one or more identities.
    CustomerId,
    /// A customer's live engagement, on every channel.
    SessionId,
    /// One attachment of a session to a channel.
    LegId,
    /// A request that somebody handle a session; what the router assigns.
    TaskId,
    /// One offer of a task to an agent.
    ReservationId,
    /// A message as its sender named it; also its deduplication key on the wire.
    MessageId,
}

/// Why a text is not a [`Name`]. Retrying with the same text is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a name: 1 to 64 of a-z, A-Z, 0-9, '-', '_', '.', '@' and '+'")]
pub struct InvalidName(String);

/// A short name chosen by the organisation: 1 to 64 bytes of `a-z A-Z 0-9 - _ . @ +`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Name(SmolStr);

impl Name {
    pub const MAX_LENGTH: usize = 64;

    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte);
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(allowed) {
            return Err(InvalidName(text.chars().take(80).collect()));
        }
        Ok(Self(SmolStr::new(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Name);

        impl $name {
            pub fn new(text: &str) -> Result<Self, InvalidName> {
                Name::new(text).map(Self)
            }

            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }
    )+};
}

named! {
    /// Who can handle tasks: a person or a virtual agent.
    AgentId,
    /// Tasks waiting for the same kind of agent.
    QueueId,
    /// Something an agent can do, at a level.
    Skill,
    /// A place customers come from: a web site, with its own origins, queues and addresses.
    SiteId,
    /// What the customer wants, as classified.
    Intent,
    /// A language by its BCP 47 primary subtag, lower case: `en`, `de`, `ar`.
    Language,
    /// The name of an agent's state: `available`, `busy`, `break`, `offline`, or the organisation's own.
    PresenceName,
    /// How a contact ended, chosen at wrap-up.
    Disposition,
    /// Why an agent rejected an offer, chosen from what the organisation declares.
    RejectReason,
    /// A declared fact about the contact, such as `order_number`.
    FactName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert!(QueueId::new("billing.de").is_ok());
        assert!(AgentId::new("ana+late@example.org").is_ok());
        for bad in ["", "two words", "über", &"x".repeat(65)] {
            assert!(QueueId::new(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn a_bad_name_is_refused_when_read() {
        assert!(serde_json::from_str::<QueueId>("\"a b\"").is_err());
        assert_eq!(serde_json::from_str::<QueueId>("\"sales\"").unwrap(), QueueId::new("sales").unwrap());
    }
}
