//! Bounces of servers that write no delivery report: Exim, qmail, and mail services of their own ways.

use mail_parser::HeaderName;

use super::bounce::DeliveryStatus;
use super::entity::Headers;
use super::header::{has, text as header_text, word};
use super::mail::ParsedMail;
use crate::email::address::{bounded, normalise_address};

/// Bytes of a bounce's text that are looked at.
const MAX_LOOKED_AT: usize = 64 * 1024;

const SENDERS: &[&str] =
    &["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "maildelivery", "mail-delivery"];

const SUBJECTS: &[&str] = &[
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "failure notice",
    "returned mail",
    "mail delivery failed",
    "delivery failed",
    "mail delivery failure",
    "could not be delivered",
    "mail system error",
    "non delivery",
    "delivery notification",
    "message delivery has failed",
    "warning: message",
    "failure delivery",
    "unzustellbar",
    "delivery problem",
    "delivery error",
    "failed delivery",
    "delivery delayed",
    "non recapit",
    "non remis",
    "delivery status",
    "cannot be delivered",
    "email not delivered",
    "nicht zustellbar",
];

/// Sentences that introduce why, each with the server that writes it.
const INTRODUCTIONS: &[&str] = &[
    // qmail, and Yahoo
    "i'm afraid i wasn't able to deliver your message",
    "we were unable to deliver your message",
    "message from ",
    // DragonFly
    "there was an error delivering your mail",
    // Exim
    "a message that you sent could not be delivered",
    "this message was created automatically by mail delivery software",
    // Postfix
    "i'm sorry to have to inform you that your message could not",
    // Gmail
    "technical details of permanent failure",
    "technical details of temporary failure",
    "the response from the remote server was",
    // Sendmail
    "----- transcript of session follows -----",
    "the following addresses had permanent fatal errors",
    "the following recipients",
    // Exchange
    "did not reach the following recipient",
    "delivery has failed to these recipients",
];

/// Whether a mail without a delivery report is a bounce nevertheless.
pub(super) fn looks_like_bounce(headers: &Headers<'_>, mail: &ParsedMail, text: &str) -> bool {
    if has(headers, "X-Failed-Recipients") {
        return true;
    }
    // Some write `MAILER-DAEMON <>`, which is no address.
    let from = || word(headers, "From").unwrap_or_default();
    let local = mail.from.as_ref().map_or_else(from, |from| from.local_part().to_owned());
    let by_sender = SENDERS.iter().any(|sender| local.contains(sender))
        || word(headers, "Return-Path").is_some_and(|path| path == "<>");
    let subject = header_text(headers, &HeaderName::Subject).unwrap_or_default().to_lowercase();
    let by_subject = SUBJECTS.iter().any(|words| subject.contains(words));
    let lower = bounded(text, MAX_LOOKED_AT).to_lowercase();
    let by_text = INTRODUCTIONS.iter().any(|words| words.len() > 14 && lower.contains(words));
    let replied = word(headers, "Auto-Submitted").is_some_and(|value| value == "auto-replied");
    // Somebody who forwards us a bounce is a customer with a question.
    by_sender && (by_text || by_subject && !replied)
}

/// The line that says why: the one with a reply code or the words after an introduction.
pub(super) fn diagnostic(text: &str) -> Option<String> {
    let text = bounded(text, MAX_LOOKED_AT);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !begins_copy(line))
        .filter(|line| !line.is_empty())
        .collect();
    let with_code = lines.iter().position(|line| reply_code(line).is_some());
    let after_introduction = lines
        .iter()
        .position(|line| INTRODUCTIONS.iter().any(|words| line.to_lowercase().contains(words)))
        .map(|at| at + 1);
    let at = with_code.or(after_introduction)?;
    Some(lines.get(at..(at + 4).min(lines.len()))?.join(" "))
}

/// The most telling status: a report's own, unless it says nothing and the words say more.
pub(super) fn status(
    reported: Option<DeliveryStatus>,
    diagnostic: &str,
    text: &str,
) -> Option<DeliveryStatus> {
    let telling = |status: &DeliveryStatus| status.detail != 0 || status.subject != 0;
    let said = enhanced(diagnostic);
    match reported {
        Some(status) if telling(&status) => {
            said.filter(|said| telling(said) && status.detail == 0).or(Some(status))
        }
        Some(status) => said.filter(telling).or(Some(status)),
        None => said.or_else(|| enhanced(&until_copy(text))),
    }
}

/// Who did not get it, by header or by the first address in brackets.
pub(super) fn recipient(headers: &Headers<'_>, text: &str) -> Option<String> {
    let failed = headers.headers_raw().find(|(name, _)| name.eq_ignore_ascii_case("X-Failed-Recipients"));
    if let Some(address) = failed.and_then(|(_, value)| normalise_address(value.split(',').next()?)) {
        return Some(address);
    }
    let before_copy = until_copy(bounded(text, MAX_LOOKED_AT));
    before_copy
        .split(|c: char| c.is_whitespace() || "<>\"'(),;:".contains(c))
        .filter(|word| word.contains('@'))
        .find_map(normalise_address)
}

fn until_copy(text: &str) -> String {
    bounded(text, MAX_LOOKED_AT)
        .lines()
        .take_while(|line| !begins_copy(line.trim()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Below such a line stands a copy of our own mail.
fn begins_copy(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.contains("this is a copy of")
        || lower.contains("original message")
        || lower.contains("message header")
        || lower.starts_with("received: ")
        || lower.starts_with("return-path:")
        || lower.contains("copy of the message")
}

/// The first `4.x.x` or `5.x.x` that stands alone.
fn enhanced(text: &str) -> Option<DeliveryStatus> {
    text.split(|c: char| c.is_whitespace() || "#()[]<>:;,=-".contains(c))
        .filter_map(alone)
        .find(|status| status.class != 2)
}

fn alone(word: &str) -> Option<DeliveryStatus> {
    let word = word.trim_end_matches('.');
    let shape = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if shape { DeliveryStatus::read(word) } else { None }
}

fn reply_code(line: &str) -> Option<u16> {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| {
        (word.len() == 3).then(|| word.parse().ok()).flatten().filter(|code| (420..=559).contains(code))
    })
}
