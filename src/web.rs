//! The browser code: consoles, chat widget and demo page, as embedded at build time by `build.rs`.
//! A debug build reads the files where the build left them, a release build carries them in itself.

use std::borrow::Cow;

/// One file for the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    /// For `Content-Type`; text names its charset, UTF-8.
    pub media_type: String,
    /// For `ETag`, quotes included: the SHA-256 of the bytes.
    pub etag: String,
}

/// The file at a path without a leading slash, as in `index.html`; none if there is no such file.
pub fn asset(path: &str) -> Option<Asset> {
    source::asset(path)
}

#[cfg(feature = "web")]
mod source {
    use super::{Asset, with_charset};

    #[derive(rust_embed::Embed)]
    #[folder = "$OUT_DIR/web"]
    struct Files;

    pub fn asset(path: &str) -> Option<Asset> {
        let file = Files::get(path)?;
        Some(Asset {
            media_type: with_charset(file.metadata.mimetype()),
            etag: super::etag(file.metadata.sha256_hash()),
            bytes: file.data,
        })
    }
}

#[cfg(not(feature = "web"))]
mod source {
    use std::borrow::Cow;

    use sha2::{Digest as _, Sha256};

    use super::{Asset, etag, with_charset};

    const HEADLESS: &str = "<!doctype html>\n<html lang=\"en\"><title>Tandem</title>\n\
        <p>This server was built headless, without the browser code (cargo feature \"web\"). \
        Its API is served under /v1.</p></html>\n";

    /// The start page alone, which says why there is no other.
    pub fn asset(path: &str) -> Option<Asset> {
        (path == "index.html").then(|| Asset {
            bytes: Cow::Borrowed(HEADLESS.as_bytes()),
            media_type: with_charset("text/html"),
            etag: etag(Sha256::digest(HEADLESS).into()),
        })
    }
}

fn with_charset(media_type: &str) -> String {
    match media_type.starts_with("text/") {
        true => format!("{media_type}; charset=utf-8"),
        false => media_type.to_owned(),
    }
}

fn etag(hash: [u8; 32]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_its_charset_and_an_image_does_not() {
        assert_eq!(with_charset("text/javascript"), "text/javascript; charset=utf-8");
        assert_eq!(with_charset("image/svg+xml"), "image/svg+xml");
    }

    #[test]
    fn an_etag_is_a_quoted_hash() {
        assert_eq!(etag([0xab; 32]), format!("\"{}\"", "ab".repeat(32)));
    }

    #[test]
    fn no_path_leads_out_of_the_browser_code() {
        for path in ["../Cargo.toml", "/etc/passwd", "a/../../build.rs", "", "..", "no-such-file"] {
            assert_eq!(asset(path), None, "{path}");
        }
    }

    #[cfg(feature = "web")]
    #[test]
    fn the_consoles_the_widget_and_the_demo_page_are_embedded() {
        for path in ["index.html", "demo.html", "widget.js", "widget/panel.js"] {
            let file = asset(path).unwrap_or_else(|| panic!("{path} is missing"));
            assert!(!file.bytes.is_empty(), "{path} is empty");
        }
    }

    #[cfg(not(feature = "web"))]
    #[test]
    fn a_headless_build_says_that_it_is_one() {
        let page = asset("index.html").unwrap();
        assert!(String::from_utf8_lossy(&page.bytes).contains("headless"));
        assert_eq!(page.media_type, "text/html; charset=utf-8");
    }
}
