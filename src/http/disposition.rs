//! `Content-Disposition: attachment`, with a name no header can be broken out of (RFC 6266, RFC 8187).

use std::fmt::Write as _;

use axum::http::HeaderValue;

use crate::auth::file_name;

/// Always a download, never shown in place.
pub fn attachment(name: Option<&str>) -> HeaderValue {
    let name = file_name::clean(name.unwrap_or_default());
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " .-_".contains(letter);
    let fallback: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let text = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_quotes() {
        assert_eq!(
            attachment(Some("Für \"dich\"\r\nX: 1.pdf")),
            "attachment; filename=\"F_r _dich_X_ 1.pdf\"; filename*=UTF-8''F%C3%BCr%20%22dich%22X%3A%201.pdf"
        );
        assert_eq!(attachment(None), "attachment; filename=\"file\"; filename*=UTF-8''file");
    }
}
