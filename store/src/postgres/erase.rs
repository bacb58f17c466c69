//! Erasing, and making projections anew: what has to be read in the transaction that writes.

use model::SessionEvent;

use super::failure::Failure;
use super::search::{Indexed, write_index};
use super::session::Session;
use crate::projection::{self, Place, TABLES, erasure};
use crate::query;
use crate::sql::{Statement, values};

/// Events read at a time when projections are made anew.
const PAGE: i64 = 1_000;

/// Erases the words and names in every event before this one, and in what was made of them.
pub(crate) async fn erase(session: &mut Session, place: &Place) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let page = session.ask(&erasure::page(place, after)).await?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        let mut statements = Vec::new();
        for event in page {
            let Some(erased) = event.erase()? else { continue };
            statements.extend(erased.indexed.map(|entry| {
                Statement::new("DELETE FROM search WHERE position = ?1", values![entry.position])
            }));
            statements.push(erased.update);
        }
        session.run_all(&statements).await?;
    }
    session.run_all(&erasure::forget(place)).await?;
    let known = session.ask(&erasure::remember(place)).await?;
    session.run_all(&known).await
}

/// In one transaction, which every writer waits for; returns how many session events were read.
pub(crate) async fn rebuild(session: &mut Session) -> Result<u64, Failure> {
    let outcome = rebuild_all(session).await;
    if outcome.is_err() && !session.is_closed() {
        let _ = session.client.batch_execute("ROLLBACK").await;
    }
    outcome
}

async fn rebuild_all(session: &mut Session) -> Result<u64, Failure> {
    session
        .client
        .batch_execute("BEGIN; SET LOCAL statement_timeout = 0; LOCK TABLE streams IN EXCLUSIVE MODE")
        .await?;
    let events = rebuild_within(session).await?;
    session.client.batch_execute("COMMIT").await?;
    Ok(events)
}

/// In the transaction at hand.
pub(crate) async fn rebuild_within(session: &mut Session) -> Result<u64, Failure> {
    for table in TABLES.into_iter().chain(["search"]) {
        session.client.batch_execute(&format!("DELETE FROM {table}")).await?;
    }
    let mut after = 0;
    let mut events = 0;
    loop {
        let page = session.ask(&query::log::places(after, PAGE)).await?;
        let Some((position, _, _)) = page.last() else { return Ok(events) };
        after = *position;
        events += page.len() as u64;
        apply(session, page).await?;
    }
}

async fn apply(session: &mut Session, page: Vec<(i64, Place, SessionEvent)>) -> Result<(), Failure> {
    let mut statements = Vec::new();
    let mut index = Vec::new();
    for (_, place, event) in &page {
        statements.extend(projection::statements(place, event)?);
        index.extend(Indexed::of(place.stream, place.sequence, event));
        if matches!(event, SessionEvent::Erased { .. }) {
            session.run_all(&std::mem::take(&mut statements)).await?;
            write_index(session, std::mem::take(&mut index)).await?;
            erase(session, place).await?;
        }
    }
    session.run_all(&statements).await?;
    write_index(session, index).await
}
