//! HTML made safe to show, and made into text.
//!
//! Both converters take time that grows with the square of the nesting, so depth and size are
//! counted first, in one pass. Nothing that is kept loads anything from anywhere.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::limits::Limits;

/// Columns of text made from HTML.
const WIDTH: usize = 100;

/// Elements without content, and those the parser closes by itself: they nest only by help of others.
const NEVER_NEST: [&str; 24] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "p", "li", "dd", "dt", "tr", "td", "th", "option", "body", "html",
];

/// The document without scripts, styles, forms and remote content; none when it is too deep or large.
pub(super) fn sanitise(html: &str, limits: &Limits) -> Option<String> {
    // The cleaner cannot rename an attribute; in its output `src="cid:` stands in images only.
    fits(html, limits).then(|| CLEANER.clean(html).to_string().replace("src=\"cid:", "data-cid=\""))
}

/// The document as text; none when it is too deep or large.
pub(super) fn to_text(html: &str, limits: &Limits) -> Option<String> {
    if !fits(html, limits) {
        return None;
    }
    let config = html2text::config::plain_no_decorate()
        .raw_mode(true)
        .allow_width_overflow()
        .empty_img_mode(html2text::config::ImageRenderMode::IgnoreEmpty);
    config.string_from_read(html.as_bytes(), WIDTH).ok().map(|text| lines_trimmed(&text))
}

/// `text` with `& < > "` as entities.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder
        .add_tag_attributes("img", ["data-cid"])
        .rm_tags(["map", "area"])
        .url_relative(ammonia::UrlRelative::Deny)
        .url_schemes(["http", "https", "mailto", "tel", "cid"].into_iter().collect())
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(neutralise);
    builder
});

/// Images are not fetched: their sender would learn when and where the mail was read. `background`
/// and `cite` would be fetched or followed too.
fn neutralise<'u>(element: &str, attribute: &str, value: &'u str) -> Option<Cow<'u, str>> {
    match (element, attribute) {
        ("img", "src") => value.strip_prefix("cid:").map(|_| Cow::Borrowed(value)),
        (_, "src" | "srcset" | "background" | "poster" | "cite") => None,
        (_, "href") if value.starts_with("cid:") => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

fn fits(html: &str, limits: &Limits) -> bool {
    if html.len() > limits.display {
        return false;
    }
    let nesting = Nesting::of(html);
    nesting.deepest <= limits.html_depth && nesting.elements <= limits.html_elements
}

/// How deep a document nests, and how many elements could nest at most. The second holds whatever a
/// crafted document does to hide its true depth from a count this simple.
struct Nesting {
    deepest: usize,
    elements: usize,
}

impl Nesting {
    fn of(html: &str) -> Self {
        let mut open: HashMap<String, usize> = HashMap::new();
        let (mut depth, mut deepest, mut elements, mut at) = (0_usize, 0, 0, 0);
        while let Some(found) = html[at..].find('<') {
            at += found + 1;
            let rest = &html[at..];
            if rest.starts_with("!--") {
                at += rest.find("-->").unwrap_or(rest.len());
                continue;
            }
            let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
            let name = rest
                .split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            if name.is_empty() || NEVER_NEST.contains(&name.as_str()) {
                continue;
            }
            let count = open.entry(name).or_default();
            if !closes {
                *count += 1;
                depth += 1;
                elements += 1;
                deepest = deepest.max(depth);
            } else if *count > 0 {
                *count -= 1;
                depth -= 1;
            }
        }
        Self { deepest, elements }
    }
}

fn lines_trimmed(text: &str) -> String {
    let mut trimmed = String::with_capacity(text.len());
    for line in text.lines() {
        trimmed.push_str(line.trim_end());
        trimmed.push('\n');
    }
    trimmed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_paragraphs_and_cells_do_not_count_as_nesting() {
        let html = format!("<table>{}</table>{}", "<tr><td>x".repeat(3_000), "<p>y<br>".repeat(3_000));
        assert!(fits(&html, &Limits::default()));
    }

    #[test]
    fn what_could_nest_deep_is_not_converted() {
        for html in [
            "<div>".repeat(513),
            "<ul><li>".repeat(513),
            "<div title='</div>'></b>".repeat(10_001),
            "<p>x".repeat(200_000),
        ] {
            assert!(sanitise(&html, &Limits::default()).is_none());
            assert!(to_text(&html, &Limits::default()).is_none());
        }
    }

    #[test]
    fn nothing_runs_and_nothing_is_fetched() {
        let html = "<p onclick=x()>Hi<script>x()</script><img src=http://spy/1.png alt=pic><img src='cid:logo'>\
                    <a href='javascript:x()'>a</a><a href='https://example.org'>b</a><style>@import 'http://spy'</style>\
                    <table background=http://spy><tr><td style='background:url(http://spy)'>c</table><form action=http://spy>";
        let safe = sanitise(html, &Limits::default()).unwrap();
        for bad in ["script", "spy", "javascript", "onclick", "style", "form"] {
            assert!(!safe.contains(bad), "{bad} in {safe}");
        }
        for kept in ["data-cid=\"logo\"", "alt=\"pic\"", "href=\"https://example.org\""] {
            assert!(safe.contains(kept), "{kept} not in {safe}");
        }
    }
}
