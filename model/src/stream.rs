//! Streams of the event log: their names, positions and owners.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{AgentId, Name, SessionId};

/// An ordered, append-only part of the log, written by one owner at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamId {
    /// `session/<uuid>`
    Session(SessionId),
    /// `agent/<name>`
    Agent(AgentId),
    /// `organisation`
    Organisation,
    /// `audit`: who did what, a chain of hashes.
    Audit,
    /// `routing/<domain>`: the router's inputs, for replay.
    Routing(Name),
}

/// The text is not the name of a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no stream")]
pub struct UnknownStream(String);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => write!(f, "session/{session}"),
            Self::Agent(agent) => write!(f, "agent/{agent}"),
            Self::Organisation => f.write_str("organisation"),
            Self::Audit => f.write_str("audit"),
            Self::Routing(domain) => write!(f, "routing/{domain}"),
        }
    }
}

impl FromStr for StreamId {
    type Err = UnknownStream;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownStream(text.chars().take(100).collect());
        match text {
            "organisation" => return Ok(Self::Organisation),
            "audit" => return Ok(Self::Audit),
            _ => {}
        }
        let (kind, name) = text.split_once('/').ok_or_else(unknown)?;
        match kind {
            "session" => name.parse().map(Self::Session).map_err(|_| unknown()),
            "agent" => name.parse().map(Self::Agent).map_err(|_| unknown()),
            "routing" => Name::new(name).map(Self::Routing).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// A position in one stream. The first event has 1; 0 is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Sequence(pub u64);

impl Sequence {
    pub const START: Self = Self(0);

    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    pub fn advance(self, events: usize) -> Self {
        Self(self.0 + events as u64)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which ownership of a stream an append belongs to. Each new owner has a higher one; the log
/// refuses appends of a lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub NonZeroU64);

impl Epoch {
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_names_read_back() {
        for text in [
            "organisation",
            "audit",
            "agent/ana",
            "routing/main",
            "session/0190163d-8694-739b-aea5-966c26f8ad91",
        ] {
            assert_eq!(text.parse::<StreamId>().unwrap().to_string(), text);
        }
        assert!("session/nobody".parse::<StreamId>().is_err());
        assert!("elsewhere".parse::<StreamId>().is_err());
    }
}
