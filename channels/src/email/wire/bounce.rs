//! Mails that say that a mail of ours did not arrive: delivery reports (RFC 3464), and by rule the
//! texts of the servers that write none.

use mail_parser::{HeaderName, MimeHeaders};
use serde::{Deserialize, Serialize};
use std::fmt;

use super::body::decode_transfer;
use super::bounce_reason::BounceReason;
use super::bounce_text;
use super::entity::{Headers, Leaf, split};
use super::header;
use super::mail::ParsedMail;
use crate::email::address::{bounded, normalise_address};

/// Bytes of the far side's words that are kept.
const MAX_DIAGNOSTIC: usize = 500;
/// Bytes of a report or a returned mail's header that are read.
const MAX_REPORT: usize = 64 * 1024;

/// An enhanced status code (RFC 3463), such as 5.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// 2, 4 or 5.
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl DeliveryStatus {
    /// Reads `5.1.1`, and what else stands behind it is ignored.
    pub fn read(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let mut parts = text[..end].trim_end_matches('.').split('.');
        let class = parts.next()?.parse().ok().filter(|class| [2, 4, 5].contains(class))?;
        let number = |part: Option<&str>| part?.parse().ok().filter(|number: &u16| *number <= 999);
        let status = Self { class, subject: number(parts.next())?, detail: number(parts.next())? };
        parts.next().is_none().then_some(status)
    }
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What to do about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It will never arrive there: write to another address.
    Hard,
    /// It may arrive another time.
    Soft,
    /// Nothing is lost: late, or it has arrived.
    Notice,
}

/// A mail of ours that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The Message-ID of our mail without brackets, if the report gives it.
    pub original: Option<String>,
    /// As far as the report says; by the reason otherwise.
    pub status: Option<DeliveryStatus>,
    pub reason: BounceReason,
    pub severity: Severity,
    /// Who did not get it.
    pub recipient: Option<String>,
    /// The far side's words, on one line, at most 500 bytes.
    pub diagnostic: String,
}

/// The bounce a mail is, if it is one.
pub(super) fn find_bounce(
    headers: &Headers<'_>,
    mail: &ParsedMail,
    leaves: &[Leaf<'_>],
    text: &str,
) -> Option<Bounce> {
    let report = leaves.iter().find(|leaf| is_kind(leaf, "delivery-status"));
    let fields = report.map(|leaf| Report::read(&text_of(leaf)));
    if fields.is_none() && !bounce_text::looks_like_bounce(headers, mail, text) {
        return None;
    }
    let fields = fields.unwrap_or_default();
    let returned = leaves.iter().find(|leaf| is_kind(leaf, "rfc822") || is_kind(leaf, "rfc822-headers"));
    let returned_text = returned.map(text_of);
    let said = bounce_text::diagnostic(text);
    let diagnostic =
        fields.diagnostic.clone().filter(|words| !words.trim().is_empty()).or(said).unwrap_or_default();
    let status = bounce_text::status(fields.status, &diagnostic, text);
    let reason = BounceReason::of(status, &diagnostic, text);
    let severity = severity(fields.action.as_deref(), status, reason);
    Some(Bounce {
        original: original_id(returned_text.as_deref(), headers, text),
        status: status.or_else(|| reason.usual_status(severity)),
        reason,
        severity,
        recipient: fields.recipient.or_else(|| bounce_text::recipient(headers, text)),
        diagnostic: bounded(&one_line(&diagnostic), MAX_DIAGNOSTIC).to_owned(),
    })
}

fn severity(action: Option<&str>, status: Option<DeliveryStatus>, reason: BounceReason) -> Severity {
    match (action, status.map(|status| status.class)) {
        (Some("delivered" | "relayed" | "expanded"), _) | (_, Some(2)) => Severity::Notice,
        (Some("delayed"), _) => Severity::Notice,
        (_, Some(4)) => Severity::Soft,
        _ if reason.is_lasting() => Severity::Hard,
        _ => Severity::Soft,
    }
}

/// The fields of a delivery report; of several recipients the first that failed.
#[derive(Default)]
struct Report {
    action: Option<String>,
    status: Option<DeliveryStatus>,
    recipient: Option<String>,
    diagnostic: Option<String>,
}

impl Report {
    fn read(text: &str) -> Self {
        let groups = text.replace("\r\n", "\n");
        let recipients = || {
            groups
                .split("\n\n")
                .map(Self::group)
                .filter(|group| group.status.is_some() || group.action.is_some())
        };
        let failed = recipients().find(|group| group.action.as_deref() == Some("failed"));
        failed.or_else(|| recipients().next()).unwrap_or_else(|| Self::group(&groups.replace("\n\n", "\n")))
    }

    fn group(text: &str) -> Self {
        let mut report = Self::default();
        for (name, value) in unfolded(text) {
            match name.as_str() {
                "action" => {
                    report.action = Some(value.split_whitespace().next().unwrap_or_default().to_lowercase())
                }
                "status" => {
                    report.status =
                        DeliveryStatus::read(value.trim_start_matches(|c: char| !c.is_ascii_digit()))
                }
                "final-recipient" | "original-recipient" if report.recipient.is_none() => {
                    report.recipient = normalise_address(
                        value.split_once(';').map_or(value.as_str(), |(_, address)| address),
                    );
                }
                "diagnostic-code" => {
                    report.diagnostic = Some(
                        value.split_once(';').map_or(value.as_str(), |(_, words)| words).trim().to_owned(),
                    );
                }
                _ => {}
            }
        }
        report
    }
}

/// Field names in lower case with their values on one line.
fn unfolded(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// The Message-ID in the returned mail, below a line such as "Original message follows", or what the
/// report replies to.
fn original_id(returned: Option<&str>, headers: &Headers<'_>, text: &str) -> Option<String> {
    let in_headers = |block: &str| {
        let entity = split(block.as_bytes(), MAX_REPORT);
        header::ids(&entity.headers, &HeaderName::MessageId, 1).into_iter().next()
    };
    let in_text = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let at = lower.find("message-id:")?;
        let id = text[at + "message-id:".len()..].split_whitespace().next()?;
        (id.contains('@') && id.len() < 300).then(|| header::clean_id(id))
    };
    returned
        .and_then(in_headers)
        .or_else(|| in_text(text))
        .or_else(|| header::ids(headers, &HeaderName::InReplyTo, 1).into_iter().next())
        .or_else(|| header::ids(headers, &HeaderName::References, 1).into_iter().next())
}

fn is_kind(leaf: &Leaf<'_>, subtype: &str) -> bool {
    leaf.kind
        .rsplit_once('/')
        .is_some_and(|(_, kind)| kind == subtype || kind.strip_prefix("global-") == Some(subtype))
        && !leaf
            .headers
            .content_disposition()
            .is_some_and(|it| it.is_attachment() && leaf.kind.starts_with("text/plain"))
}

fn text_of(leaf: &Leaf<'_>) -> String {
    let bytes = decode_transfer(leaf).0;
    String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_REPORT)]).into_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect()
}
