//! Writes a mail: an agent's answer, an acknowledgement, a transcript.

use bytes::Bytes;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId as IdHeader;
use mail_builder::headers::raw::Raw;
use model::{MessageId, SessionId, Timestamp};

use super::address::{Mailbox, bounded};
use super::envelope::Envelope;
use super::token::{LocalPartTooLong, Tokens};
use super::wire::escape_html;

/// References kept besides the first: some programs show no thread with more.
const MAX_REFERENCES: usize = 20;
/// Bytes of a subject at most.
const MAX_SUBJECT: usize = 500;

/// Why a mail is sent; it decides who hears of its failure and whether machines may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody wrote it.
    Answer,
    /// A virtual agent wrote it: `Auto-Submitted: auto-replied`, so that no machine answers it; it is
    /// told of its failure like a person.
    VirtualAnswer,
    /// A machine answers a mail: null sender, `Auto-Submitted: auto-replied`.
    Acknowledgement,
    /// A machine sends what was asked for: null sender, `Auto-Submitted: auto-generated`.
    Transcript,
}

/// A file that goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingFile {
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingMail {
    pub kind: Kind,
    pub session: SessionId,
    pub message: MessageId,
    /// Our address that the customer writes to, with the name they see.
    pub inbox: Mailbox,
    pub to: Mailbox,
    /// The latest subject of the thread; `Re:` is put before that of an answer.
    pub subject: Option<String>,
    pub text: String,
    /// The Message-ID that is answered, without brackets.
    pub in_reply_to: Option<String>,
    /// Of the thread, oldest first, without brackets.
    pub references: Vec<String>,
    pub files: Vec<OutgoingFile>,
    pub at: Timestamp,
}

/// A mail ready to be handed to a smarthost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedMail {
    /// Without brackets; index it, so that answers find their session.
    pub message_id: String,
    pub envelope: Envelope,
    pub raw: Vec<u8>,
}

/// Writes the mail. The same mail always gets the same Message-ID, so that a retry is no second mail.
pub fn compose(mail: &OutgoingMail, tokens: &Tokens) -> Result<ComposedMail, LocalPartTooLong> {
    let domain = mail.inbox.domain();
    let message_id = tokens.message_id(domain, mail.session, mail.message);
    let reply_to = tokens.reply_address(&mail.inbox, mail.session)?;
    let mut builder = MessageBuilder::new()
        .from(address(&mail.inbox))
        .to(address(&mail.to))
        .reply_to(Address::new_address(mail.inbox.name.clone(), reply_to))
        .subject(subject(mail))
        .date(Date::new(mail.at.as_millis().div_euclid(1_000)))
        .message_id(message_id.clone())
        .references(IdHeader::new_list(
            references(mail, tokens.conversation_id(domain, mail.session)).into_iter(),
        ))
        .text_body(mail.text.clone())
        .html_body(html(&mail.text));
    if let Some(id) = &mail.in_reply_to {
        builder = builder.in_reply_to(id.clone());
    }
    for (name, value) in automatic_headers(mail.kind) {
        builder = builder.header(name, Raw::new(value));
    }
    for file in &mail.files {
        builder = builder.attachment(file.media_type.clone(), file.name.clone(), file.bytes.to_vec());
    }
    let mut raw = Vec::new();
    builder.serialize(&mut raw);
    Ok(ComposedMail { message_id, envelope: envelope(mail, tokens), raw })
}

fn envelope(mail: &OutgoingMail, tokens: &Tokens) -> Envelope {
    let sender = match mail.kind {
        Kind::Answer | Kind::VirtualAnswer => {
            Some(tokens.bounce_address(mail.inbox.domain(), mail.session, mail.message))
        }
        Kind::Acknowledgement | Kind::Transcript => None,
    };
    Envelope { sender, recipients: vec![mail.to.address.clone()] }
}

fn automatic_headers(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let submitted = match kind {
        Kind::Answer => return Vec::new(),
        Kind::VirtualAnswer | Kind::Acknowledgement => "auto-replied",
        Kind::Transcript => "auto-generated",
    };
    vec![("Auto-Submitted", submitted), ("X-Auto-Response-Suppress", "All")]
}

/// The root, the newest ones and the conversation's own id, which survives when a provider rewrites
/// our Message-IDs.
fn references(mail: &OutgoingMail, conversation: String) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in mail.references.iter().chain(&mail.in_reply_to) {
        if *id != conversation && !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    if ids.len() > MAX_REFERENCES + 1 {
        ids.drain(1..ids.len() - MAX_REFERENCES);
    }
    ids.insert(ids.len().min(1), conversation);
    ids
}

fn subject(mail: &OutgoingMail) -> String {
    let latest = mail.subject.as_deref().unwrap_or_default();
    let latest: String = latest.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let latest = latest.trim();
    let subject = match mail.kind {
        Kind::Transcript | Kind::Acknowledgement => latest.to_owned(),
        Kind::Answer | Kind::VirtualAnswer if is_reply(latest) => latest.to_owned(),
        Kind::Answer | Kind::VirtualAnswer => format!("Re: {latest}"),
    };
    bounded(subject.trim_end(), MAX_SUBJECT).to_owned()
}

fn is_reply(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    ["re:", "aw:", "sv:", "antw:", "odp:", "vs:", "rif:", "回复:", "回复："]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

/// The same words as paragraphs, for programs that show HTML only.
fn html(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n").map(|paragraph| {
        format!("<p dir=\"auto\">{}</p>\n", escape_html(paragraph.trim_matches('\n')).replace('\n', "<br>\n"))
    });
    format!("<!DOCTYPE html>\n<html><body>\n{}</body></html>\n", paragraphs.collect::<String>())
}

fn address(mailbox: &Mailbox) -> Address<'static> {
    Address::new_address(mailbox.name.clone(), mailbox.address.clone())
}
