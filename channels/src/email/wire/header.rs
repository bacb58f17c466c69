//! Single header fields, decoded and bounded. A field may be missing, repeated or nonsense.

use mail_parser::{HeaderName, HeaderValue};
use model::Timestamp;

use super::entity::Headers;
use crate::email::address::Mailbox;

/// Bytes of a message id at most; longer ones are nobody's.
const MAX_ID: usize = 500;

/// All addresses of all fields of that name, at most `limit`.
pub(super) fn mailboxes(headers: &Headers<'_>, name: &HeaderName<'static>, limit: usize) -> Vec<Mailbox> {
    values(headers, name)
        .filter_map(HeaderValue::as_address)
        .flat_map(|addresses| addresses.iter())
        .filter_map(|entry| Mailbox::new(entry.name(), entry.address()?))
        .take(limit)
        .collect()
}

/// All ids of all fields of that name without brackets and duplicates; of more than `limit`, the
/// first one and the last ones.
pub(super) fn ids(headers: &Headers<'_>, name: &HeaderName<'static>, limit: usize) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for value in values(headers, name) {
        let list = match value {
            HeaderValue::Text(text) => std::slice::from_ref(text),
            HeaderValue::TextList(list) => list.as_slice(),
            _ => &[],
        };
        for id in list.iter().map(|id| clean_id(id)).filter(|id| !id.is_empty() && id.len() <= MAX_ID) {
            if seen.insert(id.clone()) {
                ids.push(id);
            }
        }
    }
    let limit = limit.max(1);
    if ids.len() > limit {
        ids.drain(1..=ids.len() - limit);
    }
    ids
}

/// A text field on one line, without control characters.
pub(super) fn text(headers: &Headers<'_>, name: &HeaderName<'static>) -> Option<String> {
    let text = values(headers, name).find_map(HeaderValue::as_text)?;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The Date field.
pub(super) fn date(headers: &Headers<'_>) -> Option<Timestamp> {
    let date = values(headers, &HeaderName::Date).find_map(HeaderValue::as_datetime)?;
    date.is_valid().then(|| Timestamp::from_millis(date.to_timestamp().saturating_mul(1_000)))
}

/// A field's raw value in lower case, trimmed; for fields that name one of a few words.
pub(super) fn word(headers: &Headers<'_>, name: &'static str) -> Option<String> {
    let (_, value) = headers.headers_raw().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
    let value = value.split(['(', ';']).next().unwrap_or_default();
    Some(value.trim().to_lowercase())
}

/// Whether there is such a field at all.
pub(super) fn has(headers: &Headers<'_>, name: &str) -> bool {
    headers.headers_raw().any(|(field, _)| field.eq_ignore_ascii_case(name))
}

fn values<'m, 'a>(
    headers: &'m Headers<'a>,
    name: &HeaderName<'static>,
) -> impl Iterator<Item = &'m HeaderValue<'a>> {
    let name = name.as_str().to_owned();
    headers
        .headers()
        .iter()
        .filter(move |header| header.name().eq_ignore_ascii_case(&name))
        .map(|header| &header.value)
}

pub(super) fn clean_id(id: &str) -> String {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    id.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}
