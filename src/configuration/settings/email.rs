//! How mail comes in and goes out.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::configuration::secret::SecretRef;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Email {
    /// Where LMTP is spoken, for a mail server on this machine. None: not at all.
    pub lmtp: Option<SocketAddr>,
    /// Where SMTP is spoken. None: not at all.
    pub smtp: Option<SocketAddr>,
    /// Largest mail taken, in bytes; a larger one hears 552.
    pub max_message_bytes: usize,
    /// Most SMTP and LMTP connections at once; the next hears 421.
    pub max_connections: usize,
    /// Bytes of mails that all connections hold together at most; beyond it they hear 452.
    pub max_bytes_in_flight: usize,
    /// The domain of Message-IDs and of signed reply addresses.
    pub domain: String,
    /// Signs reply addresses. None: generated at first start.
    pub reply_secret: Option<SecretRef>,
    /// The receiving server whose Authentication-Results are believed: what it says of DMARC makes a
    /// sender's address verified. None: no sender is verified.
    pub authentication_server: Option<String>,
    /// Through which server mail is sent. None: mail waits in the outbox.
    pub smarthost: Option<Smarthost>,
    /// A mail the smarthost keeps refusing for now is given up after this.
    #[serde(with = "crate::configuration::duration")]
    pub give_up_after: Duration,
    /// At most one automatic acknowledgement to a sender in this time.
    #[serde(with = "crate::configuration::duration")]
    pub acknowledge_every: Duration,
}

/// The server that sends mail for us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smarthost {
    pub host: String,
    #[serde(default = "submission")]
    pub port: u16,
    #[serde(default)]
    pub tls: SmarthostTls,
    /// None: no login.
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password: Option<SecretRef>,
}

/// How the connection to the smarthost is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmarthostTls {
    /// Plain text: for a server on this machine only.
    None,
    /// STARTTLS, required (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Implicit,
}

fn submission() -> u16 {
    587
}

impl Default for Email {
    fn default() -> Self {
        Self {
            lmtp: None,
            smtp: None,
            max_message_bytes: 25 * 1024 * 1024,
            max_connections: 64,
            max_bytes_in_flight: 256 * 1024 * 1024,
            domain: "localhost".into(),
            reply_secret: None,
            authentication_server: None,
            smarthost: None,
            give_up_after: Duration::from_secs(2 * 86_400),
            acknowledge_every: Duration::from_secs(3_600),
        }
    }
}
