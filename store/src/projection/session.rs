//! One row a session: what a list of past and present sessions shows.

use model::event::CloseReason;
use model::{Channel, CustomerId, Intent, Language, SessionEvent, SiteId};
use rusqlite::{Connection, Params, params};

use super::Place;
use crate::error::StoreError;
use crate::history::LAST_TEXT;
use crate::sqlite::codec;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    let session = place.session_key();
    let at = place.at.0;
    match event {
        SessionEvent::Opened { customer, site, language, .. } => {
            open(connection, place, *customer, site, language.as_ref())
        }
        SessionEvent::LegAttached { channel, .. } => update(
            connection,
            "UPDATE sessions SET channels = channels | ?2 WHERE session = ?1",
            params![session, channel_bit(*channel)],
        ),
        SessionEvent::MessagePosted { message } => update(
            connection,
            "UPDATE sessions SET last_text = ?2, last_message_at = ?3 WHERE session = ?1",
            params![session, beginning(&message.text), at],
        ),
        SessionEvent::IntentDetected { intent, .. } => set_intent(connection, place, intent),
        SessionEvent::LanguageDetected { language } => update(
            connection,
            "UPDATE sessions SET language = ?2 WHERE session = ?1",
            params![session, language.as_str()],
        ),
        SessionEvent::TaskAssigned { agent, .. } => update(
            connection,
            "UPDATE sessions SET last_agent = ?2 WHERE session = ?1",
            params![session, agent.as_str()],
        ),
        SessionEvent::Closed { reason } => close(connection, place, *reason),
        SessionEvent::Reopened => update(
            connection,
            "UPDATE sessions SET closed_at = NULL, close_reason = NULL WHERE session = ?1",
            params![session],
        ),
        SessionEvent::AbsorbedInto { other } => update(
            connection,
            "UPDATE sessions SET absorbed_into = ?2 WHERE session = ?1",
            params![session, other.0.as_bytes()],
        ),
        SessionEvent::Separated { other } => update(
            connection,
            "UPDATE sessions SET absorbed_into = NULL WHERE session = ?1 AND absorbed_into = ?2",
            params![session, other.0.as_bytes()],
        ),
        SessionEvent::Erased { .. } => update(
            connection,
            "UPDATE sessions SET erased_at = ?2, last_text = NULL WHERE session = ?1",
            params![session, at],
        ),
        _ => Ok(()),
    }
}

fn update(connection: &Connection, sql: &str, values: impl Params) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn open(
    connection: &Connection,
    place: &Place,
    customer: CustomerId,
    site: &SiteId,
    language: Option<&Language>,
) -> Result<(), StoreError> {
    update(
        connection,
        "INSERT OR REPLACE INTO sessions (session, stream, customer, site, language, opened_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            place.session_key(),
            place.stream,
            customer.0.as_bytes(),
            site.as_str(),
            language.map(Language::as_str),
            place.at.0
        ],
    )
}

fn set_intent(connection: &Connection, place: &Place, intent: &Intent) -> Result<(), StoreError> {
    update(
        connection,
        "UPDATE sessions SET intent = ?2 WHERE session = ?1",
        params![place.session_key(), intent.as_str()],
    )
}

fn close(connection: &Connection, place: &Place, reason: CloseReason) -> Result<(), StoreError> {
    update(
        connection,
        "UPDATE sessions SET closed_at = ?2, close_reason = ?3 WHERE session = ?1",
        params![place.session_key(), place.at.0, codec::word(&reason)?],
    )
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
