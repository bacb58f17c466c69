//! The files of a mail.

use bytes::Bytes;
use mail_parser::MimeHeaders;

use super::body::decode_transfer;
use super::entity::Leaf;
use super::header::clean_id;
use super::limits::Limits;
use crate::email::address::bounded;

/// Bytes of a file's name at most.
const MAX_NAME: usize = 255;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// As the sender named it, without any path or control character; at most 255 bytes.
    pub name: String,
    /// Found by content; `application/octet-stream` when unknown. Text is `text/plain`, whatever the
    /// sender says: never shown as HTML or SVG.
    pub media_type: String,
    /// By which the HTML refers to it, without brackets.
    pub content_id: Option<String>,
    pub bytes: Bytes,
}

/// All leaves that are not the mail's own text, at most as many as are kept.
pub(super) fn attachments(leaves: &[Leaf<'_>], limits: &Limits) -> Vec<Attachment> {
    leaves.iter().filter(|leaf| !leaf.is_body()).take(limits.attachments).enumerate().map(read).collect()
}

fn read((index, leaf): (usize, &Leaf<'_>)) -> Attachment {
    let bytes = Bytes::from(decode_transfer(leaf).0.into_owned());
    let media_type = media_type(&leaf.kind, &bytes);
    let name = leaf.headers.attachment_name().map(base_name).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| format!("file-{}.{}", index + 1, extension(&media_type)));
    let content_id = leaf.headers.content_id().map(clean_id).filter(|id| !id.is_empty());
    Attachment { name, media_type, content_id, bytes }
}

fn media_type(declared: &str, bytes: &[u8]) -> String {
    if declared.starts_with("message/") {
        return "message/rfc822".to_owned();
    }
    // What looks like markup is handed out as a plain file: a browser would run it.
    let known = infer::get(bytes)
        .map(|kind| kind.mime_type())
        .filter(|kind| !kind.contains("html") && !kind.contains("xml"));
    let text =
        || bytes.len() < 8 * 1024 * 1024 && std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
    match known {
        Some(kind) => kind.to_owned(),
        None if text() => "text/plain".to_owned(),
        None => "application/octet-stream".to_owned(),
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}

/// What follows the last slash of either kind; names that only point elsewhere are none.
fn base_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = name.chars().filter(|&c| !hidden(c)).collect();
    let name = name.trim().trim_start_matches('.');
    bounded(name, MAX_NAME).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_elsewhere() {
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("C:\\users\\ana\\bill.pdf"), "bill.pdf");
        assert_eq!(base_name(".."), "");
        assert_eq!(base_name("bill\u{202e}fdp.exe"), "billfdp.exe");
        assert_eq!(base_name(&"é".repeat(200)).len(), 254);
    }

    #[test]
    fn markup_is_a_plain_file() {
        assert_eq!(media_type("image/png", b"<html><script>alert(1)</script>"), "text/plain");
        assert_eq!(media_type("text/html", b"\x89PNG\r\n\x1a\n0000"), "image/png");
    }
}
