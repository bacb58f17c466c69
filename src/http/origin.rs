//! From which pages a browser may come. `Origin` is set by the browser, out of a page's reach.

use axum::http::{HeaderMap, header};

use crate::configuration::Organisation;
use crate::configuration::organisation::Site;

/// Where the page of a request stands to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOrigin {
    /// A page that this server sent.
    Own,
    Other(String),
    /// The request names none: no browser, or one that hides it.
    Unknown,
}

impl PageOrigin {
    /// Reads `Origin`; more than one, or one that is not text, counts as a stranger's.
    pub fn of(headers: &HeaderMap, public_url: &str) -> Self {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return Self::Unknown };
        let origin = match (origin.to_str(), origins.next()) {
            (Ok(origin), None) => origin.to_ascii_lowercase(),
            _ => return Self::Other("null".to_owned()),
        };
        if origin == of_url(public_url) || Some(authority(&origin)) == host(headers).as_deref().map(Some) {
            return Self::Own;
        }
        Self::Other(origin)
    }
}

/// Whether a page of this origin may use the site's chat.
pub fn is_allowed(origin: &str, site: &Site) -> bool {
    site.allowed_origins.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// Whether any site allows it.
pub fn is_allowed_by_any(origin: &str, organisation: &Organisation) -> bool {
    organisation.sites.iter().any(|site| is_allowed(origin, site))
}

/// The host by which the request reached us, lower case, with its port if it has one; none if it has
/// characters that no host has.
pub fn host(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!host.is_empty() && host.len() <= 255 && host.bytes().all(plain)).then_some(host)
}

/// `scheme://authority` of a URL.
fn of_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}").to_ascii_lowercase()
}

fn authority(origin: &str) -> Option<&str> {
    origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn origin(origin: &str, host: &str) -> PageOrigin {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        PageOrigin::of(&headers, "https://chat.example/")
    }

    #[test]
    fn our_own_pages_are_known_by_public_url_and_host() {
        assert_eq!(origin("https://chat.example", "10.0.0.1:8080"), PageOrigin::Own);
        assert_eq!(origin("http://127.0.0.1:8080", "127.0.0.1:8080"), PageOrigin::Own);
        assert_eq!(origin("http://[::1]:8080", "[::1]:8080"), PageOrigin::Own);
    }

    #[test]
    fn look_alikes_of_our_origin_are_strangers() {
        for bad in [
            "null",
            "https://chat.example.evil.example",
            "https://evil.example/chat.example",
            "https://chat.example:444",
            "http://chat.example",
            "https://xchat.example",
            "https://sub.chat.example",
            "https://chat.example@evil.example",
            "ftp://127.0.0.1:8080",
            "127.0.0.1:8080",
            "file://",
        ] {
            assert!(matches!(origin(bad, "127.0.0.1:8080"), PageOrigin::Other(_)), "{bad}");
        }
    }

    #[test]
    fn a_host_that_is_none_is_nobodys_origin() {
        assert!(matches!(origin("http://a b", "a b"), PageOrigin::Other(_)));
        assert_eq!(PageOrigin::of(&HeaderMap::new(), "https://chat.example"), PageOrigin::Unknown);
        let mut twice = HeaderMap::new();
        twice.append(header::ORIGIN, HeaderValue::from_static("https://chat.example"));
        twice.append(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(matches!(PageOrigin::of(&twice, "https://chat.example"), PageOrigin::Other(_)));
    }
}
