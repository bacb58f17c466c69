//! Questions about sessions and customers.

use model::{AgentId, Channel, CustomerId, Identity, SessionId, Timestamp, Verification};

use crate::codec::count;
use crate::error::StoreError;
use crate::history::SessionSummary;
use crate::projection::{channel_bit, verification_rank};
use crate::sql::{Columns, Query, values};

/// In the order of their ids, after `after`.
pub(crate) fn open(after: Option<SessionId>, limit: usize) -> Query<SessionId> {
    let read = |row: &dyn Columns| row.uuid(0).map(SessionId);
    match after {
        None => Query::new(
            "SELECT session FROM sessions WHERE closed_at IS NULL ORDER BY session LIMIT ?1",
            values![count(limit)],
            read,
        ),
        Some(after) => Query::new(
            "SELECT session FROM sessions WHERE closed_at IS NULL AND session > ?1 ORDER BY session LIMIT ?2",
            values![after.0, count(limit)],
            read,
        ),
    }
}

/// The customer, and every other customer record that is the same person: somebody vouched for an
/// identity of both. A browser is no person: several may use it one after the other.
macro_rules! same_person {
    () => {
        "WITH person (customer) AS (
    SELECT customer FROM sessions WHERE customer = ?1
    UNION
    SELECT theirs.customer FROM identities AS own JOIN identities AS theirs ON theirs.identity = own.identity
    WHERE own.customer = ?1 AND own.verification >= 1 AND theirs.verification >= 1
        AND own.identity NOT LIKE 'visitor:%'
)
"
    };
}

macro_rules! summary {
    () => {
        "SELECT session, customer, site, language, opened_at, closed_at, close_reason,
    channels, last_text, last_message_at, last_agent, intent, absorbed_into, erased_at FROM sessions
"
    };
}

pub(crate) fn summary(session: SessionId) -> Query<SessionSummary> {
    Query::new(concat!(summary!(), "WHERE session = ?1"), values![session.0], read_summary)
}

/// Newest first.
pub(crate) fn of_customer(customer: CustomerId, limit: usize) -> Query<SessionSummary> {
    Query::new(
        concat!(
            same_person!(),
            summary!(),
            "WHERE customer IN (SELECT customer FROM person) ORDER BY opened_at DESC, session DESC LIMIT ?2"
        ),
        values![customer.0, count(limit)],
        read_summary,
    )
}

fn read_summary(row: &dyn Columns) -> Result<SessionSummary, StoreError> {
    let channels = row.integer(7)?;
    Ok(SessionSummary {
        session: SessionId(row.uuid(0)?),
        customer: CustomerId(row.uuid(1)?),
        site: row.name(2)?,
        language: row.optional_name(3)?,
        opened_at: row.time(4)?,
        closed_at: row.optional_time(5)?,
        close_reason: row.optional_word(6)?,
        channels: Channel::ALL.into_iter().filter(|channel| channels & channel_bit(*channel) != 0).collect(),
        last_text: row.optional_text(8)?.map(str::to_owned),
        last_message_at: row.optional_time(9)?,
        last_agent: row.optional_name(10)?,
        intent: row.optional_name(11)?,
        absorbed_into: row.optional_uuid(12)?.map(SessionId),
        erased_at: row.optional_time(13)?,
    })
}

/// The oldest that goes on: if there are two, the younger is about to be absorbed.
pub(crate) fn open_of_customer(customer: CustomerId) -> Query<SessionId> {
    Query::new(
        concat!(
            same_person!(),
            "SELECT session FROM sessions
            WHERE customer IN (SELECT customer FROM person) AND closed_at IS NULL AND absorbed_into IS NULL
            ORDER BY opened_at, session LIMIT 1"
        ),
        values![customer.0],
        |row| row.uuid(0).map(SessionId),
    )
}

/// The best vouched for, then the last seen.
pub(crate) fn customer_by_identity(identity: &Identity, least: Verification) -> Query<CustomerId> {
    Query::new(
        "SELECT customer FROM identities WHERE identity = ?1 AND verification >= ?2
        ORDER BY verification DESC, seen_at DESC, customer LIMIT 1",
        values![identity.to_string(), verification_rank(least)],
        |row| row.uuid(0).map(CustomerId),
    )
}

/// What somebody vouched for of this customer.
pub(crate) fn verified_identities(customer: CustomerId) -> Query<Identity> {
    Query::folding(
        "SELECT identity FROM identities WHERE customer = ?1 AND verification >= 1 ORDER BY identity",
        values![customer.0],
        |row, identities| {
            identities.extend(Identity::from_key(row.text(0)?));
            Ok(())
        },
    )
}

/// Who handled the customer's sessions since then, the latest first.
pub(crate) fn last_agents(customer: CustomerId, since: Timestamp, limit: usize) -> Query<AgentId> {
    Query::new(
        concat!(
            same_person!(),
            "SELECT handling.agent FROM sessions AS session
            JOIN handlings AS handling ON handling.session = session.session
            WHERE session.customer IN (SELECT customer FROM person) AND handling.at >= ?2
            GROUP BY handling.agent ORDER BY max(handling.at) DESC, handling.agent LIMIT ?3"
        ),
        values![customer.0, since.0, count(limit)],
        |row| row.name(0),
    )
}
