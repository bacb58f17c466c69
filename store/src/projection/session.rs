//! One row a session: what a list of past and present sessions shows.

use model::{Channel, Language, SessionEvent};

use super::Place;
use crate::codec;
use crate::error::StoreError;
use crate::history::LAST_TEXT;
use crate::sql::{Statement, values};

const OPEN: &str = "
INSERT INTO sessions (session, stream, customer, site, language, opened_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (session) DO UPDATE SET
    stream = excluded.stream, customer = excluded.customer, site = excluded.site,
    language = excluded.language, opened_at = excluded.opened_at";

pub(super) fn statement(place: &Place, event: &SessionEvent) -> Result<Option<Statement>, StoreError> {
    let session = place.session.0;
    let at = place.at.0;
    let statement = match event {
        SessionEvent::Opened { customer, site, language, .. } => {
            let language = language.as_ref().map(Language::as_str);
            Statement::new(OPEN, values![session, place.stream, customer.0, site.as_str(), language, at])
        }
        SessionEvent::LegAttached { channel, .. } => Statement::new(
            "UPDATE sessions SET channels = channels | ?2 WHERE session = ?1",
            values![session, channel_bit(*channel)],
        ),
        SessionEvent::MessagePosted { message } => Statement::new(
            "UPDATE sessions SET last_text = ?2, last_message_at = ?3 WHERE session = ?1",
            values![session, beginning(&message.text), at],
        ),
        SessionEvent::IntentDetected { intent, .. } => Statement::new(
            "UPDATE sessions SET intent = ?2 WHERE session = ?1",
            values![session, intent.as_str()],
        ),
        SessionEvent::LanguageDetected { language } => Statement::new(
            "UPDATE sessions SET language = ?2 WHERE session = ?1",
            values![session, language.as_str()],
        ),
        SessionEvent::TaskAssigned { agent, .. } => Statement::new(
            "UPDATE sessions SET last_agent = ?2 WHERE session = ?1",
            values![session, agent.as_str()],
        ),
        SessionEvent::Closed { reason } => Statement::new(
            "UPDATE sessions SET closed_at = ?2, close_reason = ?3 WHERE session = ?1",
            values![session, at, codec::word(reason)?],
        ),
        SessionEvent::Reopened => Statement::new(
            "UPDATE sessions SET closed_at = NULL, close_reason = NULL WHERE session = ?1",
            values![session],
        ),
        SessionEvent::AbsorbedInto { other } => Statement::new(
            "UPDATE sessions SET absorbed_into = ?2 WHERE session = ?1",
            values![session, other.0],
        ),
        SessionEvent::Separated { other } => Statement::new(
            "UPDATE sessions SET absorbed_into = NULL WHERE session = ?1 AND absorbed_into = ?2",
            values![session, other.0],
        ),
        SessionEvent::Erased { .. } => Statement::new(
            "UPDATE sessions SET erased_at = ?2, last_text = NULL WHERE session = ?1",
            values![session, at],
        ),
        _ => return Ok(None),
    };
    Ok(Some(statement))
}

/// A channel's place in the `channels` bit set; stored, so never renumbered.
pub(crate) fn channel_bit(channel: Channel) -> i64 {
    match channel {
        Channel::Chat => 1,
        Channel::Email => 2,
        Channel::Voice => 4,
    }
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(LAST_TEXT).map_or(text, |(end, _)| &text[..end])
}
