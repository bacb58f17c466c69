//! Which customer an identity belongs to, and whether anybody vouched for it.

use model::{Identity, SessionEvent, SessionId, Timestamp, Verification};

use super::Place;
use crate::codec;
use crate::sql::{Query, Sql, Statement, values};

pub(super) fn statement(place: &Place, event: &SessionEvent) -> Option<Statement> {
    match event {
        SessionEvent::LegAttached { identity, verification, .. }
        | SessionEvent::IdentityAttached { identity, verification } => {
            attach(place.session, place.at, identity, *verification)
        }
        SessionEvent::Separated { other } => Some(take_back(place, *other)),
        _ => None,
    }
}

/// Once verified for a customer stays verified: a later claim takes nothing away.
const ATTACH: &str = "
INSERT INTO identities (identity, customer, verification, seen_at)
SELECT ?2, customer, ?3, ?4 FROM sessions WHERE session = ?1
ON CONFLICT (identity, customer) DO UPDATE SET
    verification = CASE WHEN excluded.verification > identities.verification
        THEN excluded.verification ELSE identities.verification END,
    seen_at = CASE WHEN excluded.seen_at > identities.seen_at
        THEN excluded.seen_at ELSE identities.seen_at END";

/// None for an identity that is erased.
fn attach(
    session: SessionId,
    at: Timestamp,
    identity: &Identity,
    verification: Verification,
) -> Option<Statement> {
    let rank = verification_rank(verification);
    (!identity.value().is_empty())
        .then(|| Statement::new(ATTACH, values![session.0, identity.to_string(), rank, at.0]))
}

/// What the older session learned of the younger's customer while they were one, it keeps; but who comes
/// with it is the younger's customer again.
fn take_back(place: &Place, other: SessionId) -> Statement {
    Statement::new(
        "UPDATE identities SET seen_at = CASE WHEN seen_at > ?3 THEN seen_at ELSE ?3 END
        WHERE customer = (SELECT customer FROM sessions WHERE session = ?1)
            AND EXISTS (SELECT 1 FROM absorptions WHERE session = ?2 AND other = ?1)",
        values![place.session.0, other.0, place.at.0],
    )
}

/// The customer of an erased session is known by what the log says of the others: see [`known_by`].
pub(super) fn forget(place: &Place) -> Statement {
    Statement::new(
        "DELETE FROM identities WHERE customer = (SELECT customer FROM sessions WHERE session = ?1)",
        values![place.session.0],
    )
}

/// The text of a body is only a first sieve; the event itself decides.
const KNOWN_BY: Sql = Sql::Both(
    "SELECT other.session, event.sequence, event.at, event.body
    FROM sessions AS erased
    JOIN sessions AS other ON other.customer = erased.customer AND other.erased_at IS NULL
    JOIN events AS event ON event.stream = other.stream
    WHERE erased.session = ?1
        AND (event.body LIKE '%\"leg_attached\"%' OR event.body LIKE '%\"identity_attached\"%')
    ORDER BY event.position",
);

/// What attaches again the identities that sessions of the same customer know which are not erased.
pub(super) fn known_by(place: &Place) -> Query<Statement> {
    Query::folding(KNOWN_BY, values![place.session.0], |row, statements| {
        let session = SessionId(row.uuid(0)?);
        let recorded = codec::recorded_session(row, 1)?;
        if let SessionEvent::LegAttached { identity, verification, .. }
        | SessionEvent::IdentityAttached { identity, verification } = recorded.event
        {
            statements.extend(attach(session, recorded.at, &identity, verification));
        }
        Ok(())
    })
}

/// How much a verification is worth; stored, so never renumbered.
pub(crate) fn verification_rank(verification: Verification) -> i64 {
    match verification {
        Verification::Claimed => 0,
        Verification::Verified => 1,
    }
}
