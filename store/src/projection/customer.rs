//! Which customer an identity belongs to, and whether anybody vouched for it.

use model::{Identity, SessionEvent, SessionId, Verification};
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;
use crate::sqlite::codec;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    match event {
        SessionEvent::LegAttached { identity, verification, .. }
        | SessionEvent::IdentityAttached { identity, verification } => {
            attach(connection, place, identity, *verification)
        }
        SessionEvent::Separated { other } => take_back(connection, place, *other),
        _ => Ok(()),
    }
}

/// The customer of an erased session is known by what the log says of the others.
pub(super) fn forget(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM identities WHERE customer = (SELECT customer FROM sessions WHERE session = ?1)",
        )?
        .execute(params![place.session_key()])?;
    let mut statement = connection.prepare_cached(
        "SELECT other.session, event.position, event.sequence, event.at, event.body
        FROM sessions AS erased
        JOIN sessions AS other ON other.customer = erased.customer AND other.erased_at IS NULL
        JOIN events AS event ON event.stream = other.stream
        WHERE erased.session = ?1
        AND json_extract(event.body, '$.type') IN ('leg_attached', 'identity_attached')",
    )?;
    let mut rows = statement.query(params![place.session_key()])?;
    while let Some(row) = rows.next()? {
        let session = SessionId(codec::uuid(row, 0)?);
        let recorded = codec::recorded_session(row, 2)?;
        let other = Place { session, sequence: recorded.sequence, at: recorded.at, ..*place };
        apply(connection, &other, &recorded.event)?;
    }
    Ok(())
}

/// Once verified for a customer stays verified: a later claim takes nothing away.
fn attach(
    connection: &Connection,
    place: &Place,
    identity: &Identity,
    verification: Verification,
) -> Result<(), StoreError> {
    if identity.value().is_empty() {
        // Erased.
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO identities (identity, customer, verification, seen_at)
            SELECT ?2, customer, ?3, ?4 FROM sessions WHERE session = ?1
            ON CONFLICT (identity, customer) DO UPDATE SET
                verification = max(verification, excluded.verification),
                seen_at = max(seen_at, excluded.seen_at)",
        )?
        .execute(params![
            place.session_key(),
            identity.to_string(),
            verification_rank(verification),
            place.at.0
        ])?;
    Ok(())
}

/// What the older session learned of the younger's customer while they were one, it keeps; but who comes
/// with it is the younger's customer again.
fn take_back(connection: &Connection, place: &Place, other: SessionId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE identities SET seen_at = max(seen_at, ?3)
            WHERE customer = (SELECT customer FROM sessions WHERE session = ?1)
                AND EXISTS (SELECT 1 FROM absorptions WHERE session = ?2 AND other = ?1)",
        )?
        .execute(params![place.session_key(), other.0.as_bytes(), place.at.0])?;
    Ok(())
}

/// How much a verification is worth; stored, so never renumbered.
pub(crate) fn verification_rank(verification: Verification) -> i64 {
    match verification {
        Verification::Claimed => 0,
        Verification::Verified => 1,
    }
}
