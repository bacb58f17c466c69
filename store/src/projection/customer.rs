//! Which customer an identity belongs to, and whether anybody vouched for it.

use model::{Identity, SessionEvent, Verification};
use rusqlite::{Connection, params};

use super::Place;
use crate::error::StoreError;

pub(super) fn apply(connection: &Connection, place: &Place, event: &SessionEvent) -> Result<(), StoreError> {
    match event {
        SessionEvent::LegAttached { identity, verification, .. }
        | SessionEvent::IdentityAttached { identity, verification } => {
            attach(connection, place, identity, *verification)
        }
        _ => Ok(()),
    }
}

/// Once verified for a customer stays verified: a later claim takes nothing away.
fn attach(
    connection: &Connection,
    place: &Place,
    identity: &Identity,
    verification: Verification,
) -> Result<(), StoreError> {
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

/// How much a verification is worth; stored, so never renumbered.
pub(crate) fn verification_rank(verification: Verification) -> i64 {
    match verification {
        Verification::Claimed => 0,
        Verification::Verified => 1,
    }
}
