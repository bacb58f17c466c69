//! Who handled a session, and when last: for offering a returning customer the same agent.

use model::SessionEvent;

use super::Place;
use crate::sql::{Statement, values};

pub(super) fn statement(place: &Place, event: &SessionEvent) -> Option<Statement> {
    let SessionEvent::TaskAssigned { agent, .. } = event else { return None };
    Some(Statement::new(
        "INSERT INTO handlings (session, agent, at) VALUES (?1, ?2, ?3)
        ON CONFLICT (session, agent) DO UPDATE SET at = excluded.at",
        values![place.session.0, agent.as_str(), place.at.0],
    ))
}
