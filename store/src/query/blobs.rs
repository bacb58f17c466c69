//! Blobs that no session names any more since those that did were erased.

use crate::codec::count;
use crate::sql::{Query, Statement, values};

pub(crate) fn erased(limit: usize) -> Query<String> {
    Query::new("SELECT blob FROM erased_blobs ORDER BY blob LIMIT ?1", values![count(limit)], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

pub(crate) fn gone(blob: &str) -> Statement {
    Statement::new("DELETE FROM erased_blobs WHERE blob = ?1", values![blob])
}
