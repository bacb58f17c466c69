//! Brings the projections up to an event, and makes them anew from the log.

use model::SessionEvent;
use rusqlite::Connection;

use super::execute::{ask, run, run_all};
use super::index::{remove, write_index};
use super::writer::Scope;
use crate::error::StoreError;
use crate::projection::{self, IndexEntry, Place, TABLES, erasure};
use crate::query;

/// Events read at a time when projections are made anew.
const PAGE: i64 = 1_000;

pub(super) fn apply(
    scope: &mut Scope<'_>,
    place: &Place,
    position: i64,
    event: &SessionEvent,
) -> Result<(), StoreError> {
    run_all(scope.connection, &projection::statements(place, event)?)?;
    scope.index.extend(IndexEntry::of(position, event));
    if matches!(event, SessionEvent::Erased { .. }) {
        // Words of this very append have to be in the index before they can be taken out.
        write_index(scope.connection, &mut scope.index)?;
        erase(scope.connection, place)?;
    }
    Ok(())
}

/// Erases the words and names in every event before this one, and in what was made of them.
fn erase(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = ask(connection, &erasure::page(place, after))?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for event in page {
            let Some(erased) = event.erase()? else { continue };
            if let Some(entry) = &erased.indexed {
                remove(connection, entry)?;
            }
            run(connection, &erased.update)?;
        }
    }
    run_all(connection, &erasure::forget(place))?;
    run_all(connection, &ask(connection, &erasure::remember(place))?)
}

/// In one transaction; returns how many session events were read.
pub(super) fn rebuild(scope: &mut Scope<'_>) -> Result<u64, StoreError> {
    for table in TABLES {
        scope.connection.execute_batch(&format!("DELETE FROM {table}"))?;
    }
    scope.connection.execute_batch("INSERT INTO search (search) VALUES ('delete-all')")?;
    let mut after = 0;
    let mut events = 0;
    loop {
        let page = ask(scope.connection, &query::log::places(after, PAGE))?;
        let Some((position, _, _)) = page.last() else { return Ok(events) };
        after = *position;
        events += page.len() as u64;
        for (position, place, event) in &page {
            apply(scope, place, *position, event)?;
        }
        write_index(scope.connection, &mut scope.index)?;
    }
}
