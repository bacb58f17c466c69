//! Which sessions go on in which: the history of the one shows the other up to `through`.

use model::SessionEvent;

use super::Place;
use crate::codec::integer;
use crate::sql::{Statement, values};

pub(super) fn statement(place: &Place, event: &SessionEvent) -> Option<Statement> {
    let session = place.session.0;
    match event {
        SessionEvent::Absorbed { other, through } => Some(Statement::new(
            "INSERT INTO absorptions (session, other, through) VALUES (?1, ?2, ?3)
            ON CONFLICT (session, other) DO UPDATE SET through = excluded.through",
            values![session, other.0, integer(through.0)],
        )),
        SessionEvent::Separated { other } => Some(Statement::new(
            "DELETE FROM absorptions WHERE session = ?1 AND other = ?2",
            values![session, other.0],
        )),
        _ => None,
    }
}
