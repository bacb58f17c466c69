//! How a customer is known. An unverified identity never gains a verified customer's history.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use ts_rs::TS;

/// One name of a customer. Values are normalised by who creates them: e-mail addresses lower-cased
/// and bounded to 254 bytes, numbers in E.164.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Identity {
    Email(#[ts(type = "string")] SmolStr),
    Phone(#[ts(type = "string")] SmolStr),
    /// A browser that holds a visitor token we gave it.
    Visitor(#[ts(type = "string")] SmolStr),
    /// The organisation's own id of a user.
    User(#[ts(type = "string")] SmolStr),
}

impl Identity {
    pub fn email(address: &str) -> Self {
        Self::Email(SmolStr::new(address.trim().to_lowercase()))
    }

    /// A number with its country's, in E.164: a plus sign and 8 to 15 digits, whatever is between them for
    /// the eye. None: it is no such number.
    pub fn phone(number: &str) -> Option<Self> {
        let digits = number.trim().strip_prefix('+')?;
        let is_between = |letter: char| matches!(letter, ' ' | '-' | '.' | '/' | '(' | ')');
        if number.len() > 40 || !digits.chars().all(|letter| letter.is_ascii_digit() || is_between(letter)) {
            return None;
        }
        let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
        let is_number = (8..=15).contains(&plain.len()) && !plain.starts_with('0');
        is_number.then(|| Self::Phone(SmolStr::new(format!("+{plain}"))))
    }

    /// The identity whose [`Display`](fmt::Display) form this is.
    pub fn from_key(key: &str) -> Option<Self> {
        let (kind, value) = key.split_once(':')?;
        let value = SmolStr::new(value);
        match kind {
            "email" => Some(Self::Email(value)),
            "phone" => Some(Self::Phone(value)),
            "visitor" => Some(Self::Visitor(value)),
            "user" => Some(Self::User(value)),
            _ => None,
        }
    }

    /// What is left of it once the customer is erased: its kind. It is nobody's name.
    pub fn erased(&self) -> Self {
        match self {
            Self::Email(_) => Self::Email(SmolStr::default()),
            Self::Phone(_) => Self::Phone(SmolStr::default()),
            Self::Visitor(_) => Self::Visitor(SmolStr::default()),
            Self::User(_) => Self::User(SmolStr::default()),
        }
    }

    pub fn value(&self) -> &str {
        match self {
            Self::Email(value) | Self::Phone(value) | Self::Visitor(value) | Self::User(value) => value,
        }
    }
}

impl fmt::Display for Identity {
    /// `kind:value`, unique for an identity; the key under which the store indexes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(value) => write!(f, "email:{value}"),
            Self::Phone(value) => write!(f, "phone:{value}"),
            Self::Visitor(value) => write!(f, "visitor:{value}"),
            Self::User(value) => write!(f, "user:{value}"),
        }
    }
}

/// Whether somebody we trust vouched for an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Stated by the customer, or read from a header anyone can write.
    Claimed,
    /// Vouched for: a token signed by the site, a visitor token of ours, a mail that proved its origin.
    Verified,
}
