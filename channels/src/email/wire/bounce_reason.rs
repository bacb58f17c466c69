//! Why a mail did not arrive, by status code and by the words servers use.

use serde::{Deserialize, Serialize};

use super::bounce::{DeliveryStatus, Severity};

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BounceReason {
    /// No such user.
    UnknownUser,
    /// No such domain, or none that takes mail.
    UnknownDomain,
    MailboxFull,
    /// The mailbox exists but is disabled or suspended.
    Suspended,
    TooLarge,
    /// Refused by content, sender or policy: spam filter, block list, missing authentication.
    Refused,
    /// Too many at once; try later.
    RateLimited,
    /// The far network or server did not answer in time.
    Unreachable,
    /// The far side has trouble of its own.
    SystemTrouble,
    Loop,
    Unknown,
}

const WORDS: &[(BounceReason, &[&str])] = &[
    (
        BounceReason::MailboxFull,
        &[
            "quota",
            "mailbox full",
            "mailbox is full",
            "mailfolder is full",
            "over the maximum allowed",
            "insufficient disk space",
            "not enough storage",
            "out of storage",
            "exceeded storage",
            "too much mail data",
            "inbox is full",
            "disk full",
            "mailbox size limit",
            "mailbox has exceeded",
        ],
    ),
    (
        BounceReason::TooLarge,
        &[
            "message size exceeds",
            "message too large",
            "message is too large",
            "too big",
            "size limit",
            "exceeds maximum message size",
            "maximum size",
            "message length exceeds",
        ],
    ),
    (
        BounceReason::RateLimited,
        &[
            "rate limit",
            "too many connections",
            "too many messages",
            "receiving mail at a rate",
            "temporarily deferred",
            "try again later due to",
            "exceeded the maximum number",
            "daily smtp relay limit",
            "throttl",
        ],
    ),
    (
        BounceReason::Suspended,
        &[
            "disabled",
            "suspended",
            "inactive",
            "deactivated",
            "account has been locked",
            "mailbox unavailable or access denied",
            "currently suspended",
            "no longer on server",
            "account expired",
        ],
    ),
    (
        BounceReason::UnknownUser,
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "no such recipient",
            "does not exist",
            "doesn't exist",
            "unknown recipient",
            "recipient not found",
            "invalid recipient",
            "no mailbox",
            "user not found",
            "not a valid user",
            "unknown address",
            "address unknown",
            "mailbox not found",
            "recipient unknown",
            "no such address",
            "addressee unknown",
            "is not a valid mailbox",
            "unknown mailbox",
            "mailbox unavailable",
            "not listed in",
            "no account by that name",
            "unrouteable address",
            "can't create user output file",
            "address rejected",
            "couldn't find any",
            "unknown or illegal alias",
            "doesn't have a",
            "no such mailbox",
            "undeliverable address",
            "no such person",
            "recipient rejected",
            "not our customer",
            "no one here",
            "unknown local part",
            "invalid mailbox",
            "does not like recipient",
            "mailbox does not",
            "this user doesn't",
            "unknown local-part",
            "is not known",
            "address not found",
            "account that you tried to reach",
        ],
    ),
    (
        BounceReason::UnknownDomain,
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain not found",
            "no such domain",
            "name or service not known",
            "unknown domain",
            "domain does not exist",
            "nxdomain",
            "couldn't find any host",
            "no mx",
            "unrouteable mail domain",
            "name server: host not found",
            "domain name not found",
            "cannot find your domain",
            "illegal host/domain name",
            "null mx",
            "does not accept mail",
            "isn't in my control",
            "domain must resolve",
        ],
    ),
    (
        BounceReason::Loop,
        &["too many hops", "mail loop", "loops back", "routing loop", "hop count exceeded", "loop detected"],
    ),
    (
        BounceReason::Refused,
        &[
            "spam",
            "blocked",
            "blacklist",
            "block list",
            "blocklist",
            "rbl",
            "policy",
            "denied",
            "spf",
            "dkim",
            "dmarc",
            "virus",
            "content rejected",
            "junk",
            "reputation",
            "relaying",
            "relay not permitted",
            "not permitted",
            "prohibited",
            "rejected",
            "authentication required",
            "sender verify failed",
            "refused to accept",
            "not allowed",
            "bad sender",
            "unsolicited",
            "listed at",
            "not authorized",
        ],
    ),
    (
        BounceReason::Unreachable,
        &[
            "timed out",
            "timeout",
            "connection refused",
            "no route to host",
            "expired",
            "unreachable",
            "could not be delivered for",
            "queue too long",
            "retry time not reached",
            "retry timeout exceeded",
            "lost connection",
            "not responding",
            "delivery temporarily suspended",
            "wasn't able to establish an smtp connection",
            "could not connect",
            "couldn't connect",
            "delayed",
            "too long",
            "network is unreachable",
        ],
    ),
    (
        BounceReason::SystemTrouble,
        &[
            "system error",
            "local error",
            "mail server",
            "internal error",
            "configuration",
            "i/o error",
            "temporary failure",
            "unable to deliver",
            "not accepting",
            "system resources",
            "mailer error",
            "service unavailable",
            "unexpected",
        ],
    ),
];

impl BounceReason {
    /// By an unmistakable status first, then by the far side's words, then by the mail's text.
    pub(super) fn of(status: Option<DeliveryStatus>, diagnostic: &str, text: &str) -> Self {
        status
            .and_then(Self::by_status)
            .or_else(|| Self::by_words(diagnostic))
            .or_else(|| Self::by_words(text))
            .unwrap_or(Self::Unknown)
    }

    fn by_status(status: DeliveryStatus) -> Option<Self> {
        Some(match (status.subject, status.detail) {
            (1, 1 | 6) | (1, 3) => Self::UnknownUser,
            (1, 2) | (1, 10) => Self::UnknownDomain,
            (2, 1) => return None,
            (2, 2) => Self::MailboxFull,
            (2 | 3, 3 | 4) => Self::TooLarge,
            (4, 1 | 2 | 3 | 7) => Self::Unreachable,
            (4, 6) => Self::Loop,
            (7, _) => return None,
            _ => return None,
        })
    }

    fn by_words(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        WORDS
            .iter()
            .find(|(_, words)| words.iter().any(|word| lower.contains(word)))
            .map(|&(reason, _)| reason)
    }

    /// Whether trying the same address again is pointless.
    pub fn is_lasting(self) -> bool {
        matches!(self, Self::UnknownUser | Self::UnknownDomain)
    }

    /// What a server would have said, when it gave no status.
    pub(super) fn usual_status(self, severity: Severity) -> Option<DeliveryStatus> {
        let (subject, detail) = match self {
            Self::UnknownUser => (1, 1),
            Self::UnknownDomain => (1, 2),
            Self::Suspended => (2, 1),
            Self::MailboxFull => (2, 2),
            Self::TooLarge => (3, 4),
            Self::Refused => (7, 1),
            Self::RateLimited => (7, 0),
            Self::Unreachable => (4, 7),
            Self::SystemTrouble => (3, 0),
            Self::Loop => (4, 6),
            Self::Unknown => return None,
        };
        let class = if severity == Severity::Notice { 4 } else { 5 };
        Some(DeliveryStatus { class, subject, detail })
    }
}
