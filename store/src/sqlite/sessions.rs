//! Questions about sessions and customers.

use model::{AgentId, Channel, CustomerId, Identity, SessionId, Timestamp, Verification};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::codec::{self, count};
use crate::error::StoreError;
use crate::history::SessionSummary;
use crate::projection::{channel_bit, verification_rank};

/// In the order of their ids, after `after`.
pub(crate) fn open_sessions(
    connection: &Connection,
    after: Option<SessionId>,
    limit: usize,
) -> Result<Vec<SessionId>, StoreError> {
    let after: &[u8] = after.as_ref().map_or(&[], |session| session.0.as_bytes());
    let mut statement = connection.prepare_cached(
        "SELECT session FROM sessions WHERE closed_at IS NULL AND session > ?1 ORDER BY session LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, count(limit)])?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        sessions.push(SessionId(codec::uuid(row, 0)?));
    }
    Ok(sessions)
}

/// The customer, and every other customer record that is the same person: somebody vouched for an
/// identity of both. A browser is no person: several may use it one after the other.
const SAME_PERSON: &str = "WITH person (customer) AS (
    SELECT ?1
    UNION
    SELECT theirs.customer FROM identities AS own JOIN identities AS theirs ON theirs.identity = own.identity
    WHERE own.customer = ?1 AND own.verification >= 1 AND theirs.verification >= 1
        AND own.identity NOT LIKE 'visitor:%'
)";

const SUMMARY: &str = "SELECT session, customer, site, language, opened_at, closed_at, close_reason,
    channels, last_text, last_message_at, last_agent, intent, absorbed_into, erased_at FROM sessions";

pub(crate) fn summary(
    connection: &Connection,
    session: SessionId,
) -> Result<Option<SessionSummary>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SUMMARY} WHERE session = ?1"))?;
    let mut rows = statement.query([session.0.as_bytes()])?;
    rows.next()?.map(read_summary).transpose()
}

/// Newest first.
pub(crate) fn of_customer(
    connection: &Connection,
    customer: CustomerId,
    limit: usize,
) -> Result<Vec<SessionSummary>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{SAME_PERSON} {SUMMARY} WHERE customer IN person ORDER BY opened_at DESC, session DESC LIMIT ?2"
    ))?;
    let mut rows = statement.query(params![customer.0.as_bytes(), count(limit)])?;
    let mut summaries = Vec::new();
    while let Some(row) = rows.next()? {
        summaries.push(read_summary(row)?);
    }
    Ok(summaries)
}

fn read_summary(row: &Row<'_>) -> Result<SessionSummary, StoreError> {
    let channels: i64 = row.get(7)?;
    let close_reason: Option<String> = row.get(6)?;
    Ok(SessionSummary {
        session: SessionId(codec::uuid(row, 0)?),
        customer: CustomerId(codec::uuid(row, 1)?),
        site: codec::name(row, 2)?,
        language: codec::optional_name(row, 3)?,
        opened_at: codec::time(row, 4)?,
        closed_at: codec::optional_time(row, 5)?,
        close_reason: close_reason.as_deref().map(codec::from_word).transpose()?,
        channels: Channel::ALL.into_iter().filter(|channel| channels & channel_bit(*channel) != 0).collect(),
        last_text: row.get(8)?,
        last_message_at: codec::optional_time(row, 9)?,
        last_agent: codec::optional_name(row, 10)?,
        intent: codec::optional_name(row, 11)?,
        absorbed_into: codec::optional_uuid(row, 12)?.map(SessionId),
        erased_at: codec::optional_time(row, 13)?,
    })
}

/// The oldest that goes on: if there are two, the younger is about to be absorbed.
pub(crate) fn open_of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Option<SessionId>, StoreError> {
    let found: Option<[u8; 16]> = connection
        .prepare_cached(&format!(
            "{SAME_PERSON} SELECT session FROM sessions
            WHERE customer IN person AND closed_at IS NULL AND absorbed_into IS NULL
            ORDER BY opened_at, session LIMIT 1"
        ))?
        .query_row([customer.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(found.map(|bytes| SessionId(uuid::Uuid::from_bytes(bytes))))
}

/// The best vouched for, then the last seen.
pub(crate) fn customer_by_identity(
    connection: &Connection,
    identity: &Identity,
    least: Verification,
) -> Result<Option<CustomerId>, StoreError> {
    let found: Option<[u8; 16]> = connection
        .prepare_cached(
            "SELECT customer FROM identities WHERE identity = ?1 AND verification >= ?2
            ORDER BY verification DESC, seen_at DESC, customer LIMIT 1",
        )?
        .query_row(params![identity.to_string(), verification_rank(least)], |row| row.get(0))
        .optional()?;
    Ok(found.map(|bytes| CustomerId(uuid::Uuid::from_bytes(bytes))))
}

/// What somebody vouched for of this customer.
pub(crate) fn verified_identities(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<Identity>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT identity FROM identities WHERE customer = ?1 AND verification >= 1")?;
    let mut rows = statement.query([customer.0.as_bytes()])?;
    let mut identities = Vec::new();
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        identities.extend(Identity::from_key(&key));
    }
    Ok(identities)
}

/// Who handled the customer's sessions since then, the latest first.
pub(crate) fn last_agents(
    connection: &Connection,
    customer: CustomerId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<AgentId>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{SAME_PERSON} SELECT handling.agent FROM sessions AS session
        JOIN handlings AS handling ON handling.session = session.session
        WHERE session.customer IN person AND handling.at >= ?2
        GROUP BY handling.agent ORDER BY max(handling.at) DESC LIMIT ?3"
    ))?;
    let mut rows = statement.query(params![customer.0.as_bytes(), since.0, count(limit)])?;
    let mut agents = Vec::new();
    while let Some(row) = rows.next()? {
        agents.push(codec::name(row, 0)?);
    }
    Ok(agents)
}
