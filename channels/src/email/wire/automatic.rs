//! Whether a machine sent a mail without anybody asking (RFC 3834 and what programs really do).

use serde::{Deserialize, Serialize};

use super::entity::Headers;
use super::header::{has, word};
use super::mail::ParsedMail;

/// What kind of machine. None of them is ever answered automatically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// An answer to a mail: out of office, received your request.
    Reply,
    /// Sent on its own: a monitor, a shop.
    Generated,
    /// To many: a mailing list or a newsletter.
    Bulk,
    /// A mail could not be delivered, or is late.
    Bounce,
    /// From an address nobody reads.
    NoReply,
}

/// Local parts that programs send from.
const MACHINES: [&str; 11] = [
    "mailer-daemon",
    "postmaster",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "do_not_reply",
    "bounce",
    "bounces",
    "nobody",
];

pub(super) fn classify(headers: &Headers<'_>, mail: &ParsedMail) -> Option<Automatic> {
    if mail.bounce.is_some() || has(headers, "X-Failed-Recipients") || is_report(headers) {
        return Some(Automatic::Bounce);
    }
    // X-Auto-Response-Suppress is no sign: Exchange sets it on what people write.
    by_auto_submitted(headers)
        .or_else(|| by_precedence(headers))
        .or_else(|| by_presence(headers))
        .or_else(|| by_sender(mail))
}

fn by_auto_submitted(headers: &Headers<'_>) -> Option<Automatic> {
    match word(headers, "Auto-Submitted")?.as_str() {
        "no" | "" => None,
        reply if reply.starts_with("auto-replied") => Some(Automatic::Reply),
        _ => Some(Automatic::Generated),
    }
}

fn by_precedence(headers: &Headers<'_>) -> Option<Automatic> {
    match word(headers, "Precedence")?.as_str() {
        "bulk" | "junk" | "list" => Some(Automatic::Bulk),
        "auto_reply" | "auto-reply" => Some(Automatic::Reply),
        _ => None,
    }
}

fn by_presence(headers: &Headers<'_>) -> Option<Automatic> {
    const REPLY: [&str; 7] = [
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-Auto-Reply",
        "X-AutoReply-From",
        "X-Mail-Autoreply",
        "X-Vacation",
    ];
    const BULK: [&str; 4] = ["List-Id", "List-Unsubscribe", "Feedback-ID", "X-Mailing-List"];
    if REPLY.iter().any(|name| has(headers, name)) {
        return Some(Automatic::Reply);
    }
    BULK.iter().any(|name| has(headers, name)).then_some(Automatic::Bulk)
}

fn by_sender(mail: &ParsedMail) -> Option<Automatic> {
    let local = mail.from.as_ref()?.local_part();
    let local = local.split('+').next().unwrap_or_default();
    MACHINES.contains(&local).then_some(Automatic::NoReply)
}

fn is_report(headers: &Headers<'_>) -> bool {
    word(headers, "Return-Path").is_some_and(|path| path == "<>")
        && word(headers, "Content-Type").is_some_and(|kind| kind == "multipart/report")
}
