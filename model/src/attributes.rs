//! What expressions of the rules can ask about: attributes of agents and tasks, and what is known of a
//! task. All of it is bounded, since much of it comes from customers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;

use crate::id::{Intent, Language, Name, SiteId};

/// One value. In files and on the wire it is what it looks like: `"gold"`, `12.5`, `true`, `["a", "b"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum AttributeValue {
    Truth(bool),
    Number(Number),
    #[ts(type = "string")]
    Text(SmolStr),
    #[ts(type = "string[]")]
    Texts(Vec<SmolStr>),
}

/// A number that can be compared with any other: finite, and zero has one sign.
#[derive(Clone, Copy, Serialize, TS)]
#[serde(transparent)]
pub struct Number(f64);

/// The number is none that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a finite number")]
pub struct InvalidNumber(f64);

impl Number {
    pub fn new(number: f64) -> Result<Self, InvalidNumber> {
        // Adding zero makes -0 the other zero.
        if number.is_finite() { Ok(Self(number + 0.0)) } else { Err(InvalidNumber(number)) }
    }

    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self(f64::from(number))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a value is not taken. Retrying with the same value is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttribute {
    #[error("a text of an attribute has at most {max} bytes", max = Attributes::MAX_TEXT)]
    TextTooLong,
    #[error("a list of an attribute has at most {max} entries", max = Attributes::MAX_TEXTS)]
    TooManyTexts,
    #[error("nobody has more than {max} attributes", max = Attributes::MAX)]
    TooMany,
}

/// Values by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, TS)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<Name, AttributeValue>);

impl Attributes {
    /// Most attributes of one agent or task.
    pub const MAX: usize = 64;
    /// Longest text, in bytes.
    pub const MAX_TEXT: usize = 512;
    /// Longest list.
    pub const MAX_TEXTS: usize = 64;

    pub fn new(values: impl IntoIterator<Item = (Name, AttributeValue)>) -> Result<Self, InvalidAttribute> {
        let mut attributes = Self::default();
        for (name, value) in values {
            attributes.insert(name, value)?;
        }
        Ok(attributes)
    }

    /// Replaces a value of the same name.
    pub fn insert(&mut self, name: Name, value: AttributeValue) -> Result<(), InvalidAttribute> {
        let fits = |text: &SmolStr| text.len() <= Self::MAX_TEXT;
        match &value {
            AttributeValue::Text(text) if !fits(text) => return Err(InvalidAttribute::TextTooLong),
            AttributeValue::Texts(texts) if texts.len() > Self::MAX_TEXTS => {
                return Err(InvalidAttribute::TooManyTexts);
            }
            AttributeValue::Texts(texts) if !texts.iter().all(fits) => {
                return Err(InvalidAttribute::TextTooLong);
            }
            _ => {}
        }
        if self.0.len() >= Self::MAX && !self.0.contains_key(&name) {
            return Err(InvalidAttribute::TooMany);
        }
        self.0.insert(name, value);
        Ok(())
    }

    pub fn get(&self, name: &Name) -> Option<&AttributeValue> {
        self.0.get(name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &AttributeValue)> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = BTreeMap::<Name, AttributeValue>::deserialize(deserializer)?;
        Self::new(values).map_err(serde::de::Error::custom)
    }
}

/// What is known of a task besides what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
pub struct TaskFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The customer's, whether agents are asked for it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl TaskFacts {
    /// Nothing is known.
    pub const NONE: Self =
        Self { intent: None, language: None, site: None, attributes: Attributes(BTreeMap::new()) };

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_they_look_and_have_bounds() {
        let read = |text: &str| serde_json::from_str::<Attributes>(text);
        let all = r#"{"a":"gold","b":12.5,"c":true,"d":["x","y"],"e":3.0}"#;
        let attributes = read(all).unwrap();
        assert_eq!(serde_json::to_string(&attributes).unwrap(), all);
        let whole = read(r#"{"e":3}"#).unwrap();
        let three = AttributeValue::Number(Number::from(3));
        assert_eq!(whole.get(&Name::new("e").unwrap()), Some(&three));
        assert!(read(r#"{"a":{"b":1}}"#).is_err() && read(r#"{"a b":1}"#).is_err());
        assert!(read(&format!(r#"{{"a":"{}"}}"#, "x".repeat(513))).is_err());
        let many: Vec<_> = (0..65).map(|number| format!("\"n{number}\":1")).collect();
        assert!(read(&format!("{{{}}}", many.join(","))).is_err());
        assert!(read(&format!("{{{}}}", many[1..].join(","))).is_ok());
    }

    #[test]
    fn equal_numbers_are_equal_values() {
        assert_eq!(Number::new(-0.0), Number::new(0.0));
        assert!(Number::new(f64::NAN).is_err() && Number::new(f64::INFINITY).is_err());
    }
}
