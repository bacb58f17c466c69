//! A place customers come from: its languages, origins, addresses and the queues they enter.

use std::time::Duration;

use model::{FactName, Language, QueueId, SiteId};
use serde::{Deserialize, Serialize};

use super::Labels;
use crate::configuration::secret::SecretRef;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    /// The first is spoken where the customer's is not known or not among them.
    pub languages: Vec<Language>,
    /// Origins whose pages may open the widget: `https://shop.example`. Empty: only the server's own.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Where a contact's first task goes; virtual agents serve it.
    pub entry_queue: QueueId,
    /// Where a task goes that needs a person and whose intent has no route.
    pub person_queue: QueueId,
    /// Where a mail's first task goes. None: the entry queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_queue: Option<QueueId>,
    /// Mail to these belongs to the site; the first is the sender of its answers.
    #[serde(default)]
    pub email_addresses: Vec<String>,
    /// What a customer hears at once who writes to an address; for the others nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledgements: Vec<Acknowledgement>,
    /// How the site vouches for its own users. None: no visitor is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_users: Option<VerifiedUsers>,
    #[serde(default)]
    pub greeting: Labels,
    /// Asked before the chat starts.
    #[serde(default)]
    pub form: Vec<FormField>,
    /// A session in which nothing happens is closed after this. None: as the server's settings say.
    #[serde(
        default,
        with = "crate::configuration::duration::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub close_after: Option<Duration>,
}

impl Site {
    pub fn acknowledgement(&self, address: &str) -> Option<&Acknowledgement> {
        self.acknowledgements.iter().find(|entry| entry.address.eq_ignore_ascii_case(address))
    }

    /// The text in the customer's language, else in the site's first, else in any.
    pub fn wording<'a>(&self, labels: &'a Labels, language: Option<&Language>) -> Option<&'a str> {
        let wanted = language.into_iter().chain(&self.languages).find_map(|language| labels.get(language));
        wanted.or_else(|| labels.values().next()).map(String::as_str)
    }
}

/// The automatic answer to a mail that opens a session (RFC 3834).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// One of the site's addresses.
    pub address: String,
    /// Empty: `Auto:` and the customer's own subject.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub subject: Labels,
    pub text: Labels,
}

/// Tokens (JWT, HS256) by which a site says who its visitor is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedUsers {
    pub secret: SecretRef,
    /// What `iss` must say. None: anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What `aud` must say. None: anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

/// A question of the form before a chat. What is answered becomes a fact; an email address also an
/// identity that is claimed, not verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    pub name: FactName,
    #[serde(default)]
    pub kind: FieldKind,
    pub label: Labels,
    #[serde(default)]
    pub required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    #[default]
    Text,
    Email,
    LongText,
}
