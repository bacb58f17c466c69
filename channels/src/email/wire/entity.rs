//! Splits a mail into its leaves without recursion and without keeping a tree.
//!
//! A crafted mail that nests a message in a message half a million times makes a tree whose mere
//! release overflows the stack. Here nesting is a counter, and a `message/rfc822` is a leaf. Each
//! byte is looked at once a level, and levels are bounded.

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::limits::Limits;
use super::mail::Parked;

/// One parsed header block; it has no body.
pub(super) type Headers<'a> = Message<'a>;

/// A header block and the bytes after it.
pub(super) struct Entity<'a> {
    pub headers: Headers<'a>,
    pub body: &'a [u8],
    /// The block was longer than is read.
    pub header_cut: bool,
}

/// A part that has no parts.
pub(super) struct Leaf<'a> {
    pub headers: Headers<'a>,
    /// Still encoded.
    pub body: &'a [u8],
    /// `type/subtype`, lower case.
    pub kind: String,
    /// The outermost multipart/alternative it stands in.
    pub alternative: Option<usize>,
}

impl Leaf<'_> {
    /// Text that is part of what the sender wrote, as opposed to a file.
    pub fn is_body(&self) -> bool {
        let text = self.kind == "text/plain" || self.kind == "text/html";
        let attached = self.headers.content_disposition().is_some_and(|it| it.is_attachment());
        let named = self.headers.attachment_name().is_some();
        text && !attached && (!named || self.alternative.is_some())
    }
}

/// Where the walk stands: one part whose header is not read yet.
struct Pending<'a> {
    bytes: &'a [u8],
    depth: usize,
    alternative: Option<usize>,
    digest: bool,
}

/// Splits at the first empty line; reads at most `limit` bytes of the header block.
pub(super) fn split(raw: &[u8], limit: usize) -> Entity<'_> {
    let raw = skip_mailbox_line(raw);
    let (block, body) = raw.split_at(header_length(raw));
    let header_cut = block.len() > limit;
    let block = if header_cut { &block[..limit] } else { block };
    let headers = parse_block(block);
    Entity { headers, body, header_cut }
}

/// The parser gives no message at all for a block without fields, and asking that panics.
fn parse_block(block: &[u8]) -> Headers<'_> {
    let parser = MessageParser::default();
    let parsed = parser.parse_headers(block).filter(|headers| !headers.parts.is_empty());
    parsed.or_else(|| parser.parse_headers(b"X-No-Header: none\n\n")).unwrap_or_default()
}

/// All leaves in order, or why there are too many.
pub(super) fn leaves<'a>(root: &Entity<'a>, limits: &Limits) -> Result<Vec<Leaf<'a>>, Parked> {
    let mut leaves = Vec::new();
    let mut pending = Vec::new();
    let mut count = 1;
    let start = Pending { bytes: b"", depth: 0, alternative: None, digest: false };
    visit(root.headers.clone(), root.body, &start, &mut pending, &mut leaves, &mut count, limits)?;
    while let Some(next) = pending.pop() {
        let part = split(next.bytes, limits.header);
        visit(part.headers, part.body, &next, &mut pending, &mut leaves, &mut count, limits)?;
    }
    Ok(leaves)
}

fn visit<'a>(
    headers: Headers<'a>,
    body: &'a [u8],
    place: &Pending<'a>,
    pending: &mut Vec<Pending<'a>>,
    leaves: &mut Vec<Leaf<'a>>,
    count: &mut usize,
    limits: &Limits,
) -> Result<(), Parked> {
    let kind = kind(&headers, place.digest);
    let boundary =
        headers.content_type().and_then(|it| it.attribute("boundary")).unwrap_or_default().to_owned();
    let parts = if kind.starts_with("multipart/") && !boundary.is_empty() {
        split_at_boundary(body, boundary.as_bytes(), limits.parts.saturating_sub(*count))?
    } else {
        Vec::new()
    };
    if parts.is_empty() {
        // A multipart without its boundary is shown as the text it is.
        let kind = if kind.starts_with("multipart/") { "text/plain".to_owned() } else { kind };
        leaves.push(Leaf { headers, body, kind, alternative: place.alternative });
        return Ok(());
    }
    if place.depth >= limits.nesting {
        return Err(Parked::NestedTooDeep);
    }
    *count += parts.len();
    let alternative = place.alternative.or((kind == "multipart/alternative").then_some(*count));
    // The stack hands them out in order.
    pending.extend(parts.into_iter().rev().map(|bytes| Pending {
        bytes,
        depth: place.depth + 1,
        alternative,
        digest: kind == "multipart/digest",
    }));
    Ok(())
}

fn kind(headers: &Headers<'_>, in_digest: bool) -> String {
    let Some(declared) = headers.content_type() else {
        return if in_digest { "message/rfc822" } else { "text/plain" }.to_owned();
    };
    match declared.subtype() {
        Some(subtype) => format!("{}/{}", declared.ctype(), subtype).to_ascii_lowercase(),
        None if declared.ctype().eq_ignore_ascii_case("text") => "text/plain".to_owned(),
        None => declared.ctype().to_ascii_lowercase(),
    }
}

/// The parts between lines that begin with `--boundary`; what stands before the first is dropped.
fn split_at_boundary<'a>(body: &'a [u8], boundary: &[u8], room: usize) -> Result<Vec<&'a [u8]>, Parked> {
    let mut parts = Vec::new();
    let mut part_start = None;
    let mut at = 0;
    while at < body.len() {
        let line_end =
            body[at..].iter().position(|&byte| byte == b'\n').map_or(body.len(), |end| at + end + 1);
        if let Some(rest) = after_boundary(&body[at..line_end], boundary) {
            if let Some(start) = part_start.take() {
                parts.push(without_line_end(&body[start..at]));
            }
            if parts.len() > room {
                return Err(Parked::TooManyParts);
            }
            if rest.starts_with(b"--") {
                return Ok(parts);
            }
            part_start = Some(line_end);
        }
        at = line_end;
    }
    // Cut off before its end: what there is counts.
    parts.extend(part_start.map(|start| &body[start..]));
    Ok(parts)
}

/// The rest of the line when it is a boundary line. A longer boundary that begins the same is another.
fn after_boundary<'a>(line: &'a [u8], boundary: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let ends = rest.starts_with(b"--") || rest.iter().all(u8::is_ascii_whitespace);
    ends.then_some(rest)
}

fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// Bytes up to and including the first empty line.
fn header_length(raw: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = raw[at..].iter().position(|&byte| byte == b'\n') {
        let line = &raw[at..at + end];
        at += end + 1;
        if line.is_empty() || line == b"\r" {
            return at;
        }
    }
    raw.len()
}

/// Mailbox files put a line `From …` before each mail.
fn skip_mailbox_line(raw: &[u8]) -> &[u8] {
    let raw_line = raw.starts_with(b"From ") || raw.starts_with(b">From ");
    let end = raw.iter().position(|&byte| byte == b'\n').map_or(raw.len(), |end| end + 1);
    if raw_line { &raw[end..] } else { raw }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(raw: &str) -> Vec<String> {
        let root = split(raw.as_bytes(), 1 << 20);
        leaves(&root, &Limits::default()).unwrap().into_iter().map(|leaf| leaf.kind).collect()
    }

    #[test]
    fn parts_come_in_order_whatever_their_nesting() {
        let raw = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=ab\r\n\r\n\
                   --ab\r\n\r\none\r\n--ab\r\nContent-Type: text/html\r\n\r\n<p>two\r\n--ab--\r\n--a\r\nContent-Type: image/png\r\n\r\nx\r\n--a--\r\nepilogue";
        assert_eq!(kinds(raw), ["text/plain", "text/html", "image/png"]);
    }

    #[test]
    fn a_multipart_whose_boundary_never_comes_is_text() {
        assert_eq!(kinds("Content-Type: multipart/mixed; boundary=never\n\nhello"), ["text/plain"]);
    }

    #[test]
    fn a_mail_cut_off_in_a_part_keeps_that_part() {
        assert_eq!(
            kinds(
                "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\nContent-Type: image/png\n\nx"
            )
            .len(),
            2
        );
    }
}
