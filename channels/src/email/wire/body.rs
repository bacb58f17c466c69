//! What a mail says: its text, and its HTML made safe.

use mail_parser::MimeHeaders;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;
use std::fmt::Write as _;

use super::entity::Leaf;
use super::html;
use super::limits::Limits;
use super::mail::Problem;
use crate::email::address::bounded;

/// The body as it is shown.
pub(super) struct Body {
    pub text: String,
    pub html: Option<String>,
    pub problems: Vec<Problem>,
}

/// Puts the text parts together, in order. Of alternatives the plain one becomes the text and the
/// HTML one the HTML; HTML alone is also made into text.
pub(super) fn assemble(leaves: &[Leaf<'_>], limits: &Limits) -> Body {
    let parts: Vec<Part> = leaves.iter().filter(|leaf| leaf.is_body()).map(Part::decode).collect();
    let mut problems = Vec::new();
    if parts.iter().any(|part| part.broken) {
        problems.push(Problem::Undecodable);
    }
    let html = assemble_html(&parts, limits, &mut problems);
    let text = assemble_text(&parts, limits, &mut problems);
    Body { text, html, problems }
}

struct Part {
    text: String,
    html: bool,
    alternative: Option<usize>,
    broken: bool,
}

impl Part {
    fn decode(leaf: &Leaf<'_>) -> Self {
        let (bytes, bad_encoding) = decode_transfer(leaf);
        let charset = leaf.headers.content_type().and_then(|it| it.attribute("charset"));
        let (text, bad_charset) = decode_charset(&bytes, charset);
        let text = text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
        Self {
            text,
            html: leaf.kind == "text/html",
            alternative: leaf.alternative,
            broken: bad_encoding || bad_charset,
        }
    }

    fn says_something(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

fn assemble_text(parts: &[Part], limits: &Limits, problems: &mut Vec<Problem>) -> String {
    let has_plain_twin = |part: &Part| {
        part.alternative.is_some()
            && parts
                .iter()
                .any(|other| !other.html && other.alternative == part.alternative && other.says_something())
    };
    let mut text = String::new();
    for part in parts {
        let piece = match part.html {
            true if has_plain_twin(part) => continue,
            true => html::to_text(&part.text, limits).map_or_else(
                || {
                    problems.push(Problem::HtmlNotShown);
                    Cow::Borrowed("")
                },
                Cow::Owned,
            ),
            false => Cow::Borrowed(part.text.as_str()),
        };
        if !text.is_empty() && !piece.trim().is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(piece.trim_end());
        if text.len() > limits.display {
            problems.push(Problem::TextCut);
            text.truncate(bounded(&text, limits.display).len());
            break;
        }
    }
    let start = text.len() - text.trim_start_matches(['\n', ' ', '\u{feff}']).len();
    text.split_off(start)
}

fn assemble_html(parts: &[Part], limits: &Limits, problems: &mut Vec<Problem>) -> Option<String> {
    if !parts.iter().any(|part| part.html) {
        return None;
    }
    let mut shown = String::new();
    for part in parts {
        if part.html {
            let Some(clean) = html::sanitise(&part.text, limits) else {
                problems.push(Problem::HtmlNotShown);
                return None;
            };
            shown.push_str(&clean);
        } else if part.alternative.is_none() && part.says_something() {
            // A footer that a mailing list added, say.
            let _infallible = write!(shown, "<pre>{}</pre>", html::escape(&part.text));
        }
        if shown.len() > limits.display {
            problems.push(Problem::HtmlNotShown);
            return None;
        }
    }
    Some(shown)
}

/// The leaf's bytes without transfer encoding, and whether that was broken.
pub(super) fn decode_transfer<'a>(leaf: &Leaf<'a>) -> (Cow<'a, [u8]>, bool) {
    let encoding = leaf.headers.content_transfer_encoding().unwrap_or_default().trim().to_ascii_lowercase();
    let decoded = match encoding.as_str() {
        "base64" => base64_decode(leaf.body),
        "quoted-printable" => quoted_printable_decode(leaf.body),
        _ => return (Cow::Borrowed(leaf.body), false),
    };
    decoded.map_or((Cow::Borrowed(leaf.body), true), |bytes| (Cow::Owned(bytes), false))
}

/// Text in the declared charset; UTF-8 when it is that anyway, and Windows-1252 when nothing fits.
fn decode_charset(bytes: &[u8], charset: Option<&str>) -> (String, bool) {
    if let Some(decode) = charset.and_then(|name| charset_decoder(name.trim().as_bytes())) {
        let text = decode(bytes);
        let broken = text.contains('\u{fffd}');
        return (text, broken);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => {
            let fallback = charset_decoder(b"windows-1252");
            (
                fallback.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes)),
                true,
            )
        }
    }
}
