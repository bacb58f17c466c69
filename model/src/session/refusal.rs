//! Why a command makes nothing happen.

use crate::id::{AgentId, LegId, ReservationId, SessionId, TaskId};
use crate::stream::Sequence;

/// A command was not followed. The state is unchanged; the same command is refused again as long as
/// the state stays as it is. `Duplicate` means that it was followed before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is in the log already, at {sequence}")]
    Duplicate { sequence: Sequence },
    /// The state is already so.
    #[error("nothing changes")]
    NothingChanges,
    #[error("there is no session yet")]
    NotOpened,
    #[error("the session is closed")]
    Closed,
    #[error("the session was erased")]
    Erased,
    #[error("the session goes on as {0}")]
    Absorbed(SessionId),
    #[error("leg {0} is not known")]
    UnknownLeg(LegId),
    #[error("task {0} is not known, or over")]
    UnknownTask(TaskId),
    #[error("task {0} is still open")]
    TaskOpen(TaskId),
    #[error("the task is not in a state for that")]
    WrongTaskState,
    #[error("offer {0} is over")]
    OfferOver(ReservationId),
    #[error("{0} does not have this session")]
    NotYours(AgentId),
    #[error("the text is empty")]
    Empty,
    #[error("{what} is larger than {most} bytes")]
    TooLarge { what: &'static str, most: usize },
    #[error("there are too many {0}")]
    TooMany(&'static str),
    /// The writer has not seen messages that came before.
    #[error("there is something not yet seen, at {newest}")]
    Behind { newest: Sequence },
    #[error("the customer cannot be reached on that channel")]
    NotReachable,
    #[error("{0} is not valid")]
    Invalid(&'static str),
}
