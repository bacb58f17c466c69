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
