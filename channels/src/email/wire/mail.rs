//! A mail as the rest of Tandem sees it, and how it is read.

use data_encoding::HEXLOWER;
use mail_parser::HeaderName;
use model::Timestamp;
use sha2::{Digest, Sha256};

use super::attachment::{Attachment, attachments};
use super::authenticity;
use super::automatic::{Automatic, classify};
use super::body::{Body, assemble};
use super::bounce::{Bounce, find_bounce};
use super::entity::{Headers, Leaf, leaves, split};
use super::header;
use super::limits::Limits;
use super::quote::visible_length;
use crate::email::address::{Mailbox, bounded};

/// Bytes of a subject at most.
const MAX_SUBJECT: usize = 500;

/// Something odd about a mail that somebody may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// No usable From: nobody to answer.
    NoSender,
    /// More than one author, or more than one From; the first counts.
    SeveralSenders,
    /// None was given; `message_id` is made from the content.
    NoMessageId,
    /// The first counts.
    SeveralMessageIds,
    /// Reply-To names another address than From.
    ReplyToDiffers,
    /// The header block was longer than is read.
    HeaderTooLong,
    /// HTML nested deeper than is safe to convert, or too large: not shown.
    HtmlNotShown,
    /// Text or HTML was cut at the display limit.
    TextCut,
    /// More files than are kept.
    FilesLeftOut,
    /// A charset or encoding was broken: some characters are replaced.
    Undecodable,
}

/// Why the body of a mail is not read at all. The original is kept; a person may open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parked {
    TooManyParts,
    NestedTooDeep,
    /// The parser gave up on it.
    Unreadable,
}

/// A mail, read and bounded. Nothing in it is trusted: anyone can write any header.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedMail {
    pub from: Option<Mailbox>,
    pub reply_to: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    /// At most 500 bytes, on one line.
    pub subject: Option<String>,
    /// By the sender's clock.
    pub date: Option<Timestamp>,
    /// Without brackets; `<sha256 of the raw mail>@content` when the mail has none.
    pub message_id: String,
    /// Without brackets, in the order given, bounded.
    pub in_reply_to: Vec<String>,
    /// Without brackets, oldest first; the first and the last ones when there are too many.
    pub references: Vec<String>,
    /// Plain text with `\n` line ends, from the plain part or made from the HTML.
    pub text: String,
    /// Bytes of `text` before the quoted part, when there is one: fold, never delete.
    pub visible: Option<u32>,
    /// Safe to show: no script, no style, nothing loaded from elsewhere. Inline images are
    /// `<img data-cid="…">` and name the `content_id` of an attachment.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Set when a machine sent it: attach it, but never answer it automatically.
    pub automatic: Option<Automatic>,
    /// The topmost Authentication-Results; see [`Self::is_vouched_for_by`].
    pub authentication: Option<String>,
    /// Set when it tells that a mail of ours did not arrive.
    pub bounce: Option<Bounce>,
    /// Without duplicates, in order of declaration.
    pub problems: Vec<Problem>,
    /// Set when only the header was read; `text` is empty then.
    pub parked: Option<Parked>,
}

/// Reads a mail. Never panics and never fails: what cannot be read is parked with the reason.
///
/// Costs up to tens of milliseconds for a large mail: call it off the async workers.
pub fn parse(raw: &[u8], limits: &Limits) -> ParsedMail {
    // The decoders are not ours: a panic in one must not take a worker with it.
    std::panic::catch_unwind(|| read(raw, limits)).unwrap_or_else(|_| unreadable(raw))
}

fn read(raw: &[u8], limits: &Limits) -> ParsedMail {
    let root = split(raw, limits.header);
    let mut mail = read_header(raw, &root.headers, limits);
    if root.header_cut {
        mail.problems.push(Problem::HeaderTooLong);
    }
    match leaves(&root, limits) {
        Ok(leaves) => read_body(&mut mail, &root.headers, &leaves, limits),
        Err(parked) => mail.parked = Some(parked),
    }
    mail.automatic = classify(&root.headers, &mail);
    mail.problems.sort_unstable();
    mail.problems.dedup();
    mail
}

fn read_body(mail: &mut ParsedMail, headers: &Headers<'_>, leaves: &[Leaf<'_>], limits: &Limits) {
    let Body { text, html, problems } = assemble(leaves, limits);
    mail.visible = visible_length(&text);
    mail.bounce = find_bounce(headers, mail, leaves, &text);
    mail.text = text;
    mail.html = html;
    mail.problems.extend(problems);
    mail.attachments = attachments(leaves, limits);
    if leaves.iter().filter(|leaf| !leaf.is_body()).count() > mail.attachments.len() {
        mail.problems.push(Problem::FilesLeftOut);
    }
}

fn read_header(raw: &[u8], headers: &Headers<'_>, limits: &Limits) -> ParsedMail {
    let mut problems = Vec::new();
    let from = header::mailboxes(headers, &HeaderName::From, limits.addresses);
    match from.len() {
        0 => problems.push(Problem::NoSender),
        1 => {}
        _ => problems.push(Problem::SeveralSenders),
    }
    let from = from.into_iter().next();
    let reply_to = header::mailboxes(headers, &HeaderName::ReplyTo, 1).into_iter().next();
    if let (Some(from), Some(reply_to)) = (&from, &reply_to)
        && from.address != reply_to.address
    {
        problems.push(Problem::ReplyToDiffers);
    }
    let mut message_ids = header::ids(headers, &HeaderName::MessageId, 2).into_iter();
    let message_id = message_ids.next().unwrap_or_else(|| {
        problems.push(Problem::NoMessageId);
        content_id(raw)
    });
    if message_ids.next().is_some() {
        problems.push(Problem::SeveralMessageIds);
    }
    ParsedMail {
        from,
        reply_to,
        to: header::mailboxes(headers, &HeaderName::To, limits.addresses),
        cc: header::mailboxes(headers, &HeaderName::Cc, limits.addresses),
        subject: header::text(headers, &HeaderName::Subject)
            .map(|text| bounded(&text, MAX_SUBJECT).to_owned()),
        date: header::date(headers),
        message_id,
        in_reply_to: header::ids(headers, &HeaderName::InReplyTo, limits.references),
        references: header::ids(headers, &HeaderName::References, limits.references),
        authentication: authenticity::results(headers),
        problems,
        ..empty()
    }
}

fn unreadable(raw: &[u8]) -> ParsedMail {
    ParsedMail {
        message_id: content_id(raw),
        problems: vec![Problem::NoSender, Problem::NoMessageId],
        parked: Some(Parked::Unreadable),
        ..empty()
    }
}

fn empty() -> ParsedMail {
    ParsedMail {
        from: None,
        reply_to: None,
        to: Vec::new(),
        cc: Vec::new(),
        subject: None,
        date: None,
        message_id: String::new(),
        in_reply_to: Vec::new(),
        references: Vec::new(),
        text: String::new(),
        visible: None,
        html: None,
        attachments: Vec::new(),
        automatic: None,
        authentication: None,
        bounce: None,
        problems: Vec::new(),
        parked: None,
    }
}

/// The whole raw mail counts: two mails with the same header and another body are two mails.
fn content_id(raw: &[u8]) -> String {
    format!("{}@content", HEXLOWER.encode(&Sha256::digest(raw)))
}
