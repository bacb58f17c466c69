//! Content security policies: what a page may load, and who may frame it.

use axum::http::{HeaderMap, HeaderValue};

use super::origin;
use crate::configuration::Organisation;
use crate::configuration::organisation::Site;

/// Answers that are no pages.
pub const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// The page that sites show in a frame.
pub const PANEL: &str = "widget/panel.html";

/// Who may put a page into a frame.
pub enum Framed {
    Nobody,
    /// The sites' own pages, and ours.
    By(Vec<String>),
}

impl Framed {
    /// The panel may stand on the pages of the site it names, else of any site.
    pub fn panel(organisation: &Organisation, query: Option<&str>) -> Self {
        let named = query.and_then(site_of);
        let sites =
            organisation.sites.iter().filter(|site| named.is_none_or(|named| site.id.as_str() == named));
        Self::By(
            sites
                .flat_map(|site: &Site| site.allowed_origins.iter())
                .filter(|origin| is_plain(origin))
                .cloned()
                .collect(),
        )
    }
}

/// The policy of a page: everything from here, no inline script or style, sockets to here alone.
pub fn page(headers: &HeaderMap, framed: &Framed) -> HeaderValue {
    // Not every browser counts a WebSocket to the same host as 'self'.
    let sockets = origin::host(headers).map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    let ancestors = match framed {
        Framed::Nobody => "'none'".to_owned(),
        Framed::By(origins) => format!("'self' {}", origins.join(" ")),
    };
    let policy = format!(
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'{sockets}; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors {}",
        ancestors.trim_end()
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING))
}

fn site_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("site=")).filter(|site| !site.contains('%'))
}

/// An origin out of the organisation cannot add a directive.
fn is_plain(origin: &str) -> bool {
    origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-[]*".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;
    use crate::configuration::organisation;

    fn organisation() -> Organisation {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/organisation");
        let mut organisation = organisation::Organisation::load(&folder).unwrap();
        let mut other = organisation.sites[0].clone();
        organisation.sites[0].allowed_origins = vec!["https://shop.example".to_owned()];
        other.id = "other".parse().unwrap();
        other.allowed_origins =
            vec!["https://other.example".to_owned(), "https://x; script-src *".to_owned()];
        organisation.sites.push(other);
        organisation
    }

    fn ancestors(query: Option<&str>) -> String {
        let framed = Framed::panel(&organisation(), query);
        let policy = page(&HeaderMap::new(), &framed).to_str().unwrap().to_owned();
        policy.split_once("frame-ancestors ").unwrap().1.to_owned()
    }

    #[test]
    fn the_panel_stands_on_pages_of_the_site_it_names() {
        assert_eq!(ancestors(Some("site=other&language=en")), "'self' https://other.example");
        assert_eq!(ancestors(Some("site=nobody")), "'self'");
        assert_eq!(ancestors(None), "'self' https://shop.example https://other.example");
    }

    #[test]
    fn a_host_cannot_add_to_the_policy() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("x; script-src *"));
        let policy = page(&headers, &Framed::Nobody);
        assert!(!policy.to_str().unwrap().contains("script-src"));
    }
}
