//! Offers that rang out: when and at whom, and how many in a row since the agent last accepted one.

use model::SessionEvent;
use model::task::ReservationEnd;

use super::Place;
use crate::codec::integer;
use crate::sql::{Statement, values};

pub(super) fn statements(place: &Place, event: &SessionEvent) -> Vec<Statement> {
    match event {
        SessionEvent::ReservationEnded { agent, outcome: ReservationEnd::TimedOut, .. } => vec![
            Statement::new(
                "INSERT INTO unanswered (session, sequence, at, agent) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (session, sequence) DO UPDATE SET at = excluded.at, agent = excluded.agent",
                values![place.session.0, integer(place.sequence.0), place.at.0, agent.as_str()],
            ),
            Statement::new(
                "INSERT INTO misses (agent, in_a_row) VALUES (?1, 1)
                ON CONFLICT (agent) DO UPDATE SET in_a_row = misses.in_a_row + 1",
                values![agent.as_str()],
            ),
        ],
        // What somebody else gave the agent was not accepted.
        SessionEvent::TaskAssigned { agent, reservation: Some(_), by: None, .. } => {
            vec![Statement::new("DELETE FROM misses WHERE agent = ?1", values![agent.as_str()])]
        }
        _ => Vec::new(),
    }
}
