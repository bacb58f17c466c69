//! What the router decided about one offer, as it says it and as a session's log has it.

use model::task::ReservationEnd;
use model::{AgentId, ReservationId, SessionEvent, TaskId, Timestamp};
use serde::Serialize;

use crate::output::Output;

/// One decision under a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Offered { reservation: ReservationId, task: TaskId, agent: AgentId, expires_at: Timestamp },
    Ended { reservation: ReservationId, task: TaskId, agent: AgentId, outcome: ReservationEnd },
    Assigned { reservation: ReservationId, task: TaskId, agent: AgentId },
}

impl Decision {
    /// None for an output that is about no reservation.
    pub fn of_output(output: &Output) -> Option<Self> {
        Some(match output.clone() {
            Output::Offered { reservation, task, agent, expires_at, .. } => {
                Self::Offered { reservation, task, agent, expires_at }
            }
            Output::ReservationEnded { reservation, task, agent, outcome, .. } => {
                Self::Ended { reservation, task, agent, outcome }
            }
            Output::Assigned { reservation, task, agent, .. } => Self::Assigned { reservation, task, agent },
            _ => return None,
        })
    }

    /// None for an event that records no decision of the router's.
    pub fn of_event(event: &SessionEvent) -> Option<Self> {
        Some(match event.clone() {
            SessionEvent::TaskReserved { reservation, task, agent, expires_at, .. } => {
                Self::Offered { reservation, task, agent, expires_at }
            }
            SessionEvent::ReservationEnded { reservation, task, agent, outcome, .. } => {
                Self::Ended { reservation, task, agent, outcome }
            }
            SessionEvent::TaskAssigned { reservation: Some(reservation), task, agent, .. } => {
                Self::Assigned { reservation, task, agent }
            }
            _ => return None,
        })
    }

    pub fn reservation(&self) -> ReservationId {
        match self {
            Self::Offered { reservation, .. }
            | Self::Ended { reservation, .. }
            | Self::Assigned { reservation, .. } => *reservation,
        }
    }
}
