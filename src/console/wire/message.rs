//! What the engine sends.

use std::sync::Arc;

use model::event::{Attachment, PresenceCause, Recorded, SessionEvent};
use model::task::ReservationEnd;
use model::{PresenceName, ReservationId, Sequence, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    BoardFrame, BoardReading, ConsoleWelcome, ExplanationView, Offer, OrganisationView, PassageView,
    PastSession, PickableView, SearchHit, SessionCard, SessionSnapshot,
};

/// What the engine sends.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleMessage {
    Welcome(Box<ConsoleWelcome>),
    Done {
        request: u32,
        answer: Answer,
    },
    Refused {
        request: Option<u32>,
        code: ConsoleRefusal,
        message: String,
    },
    /// It has changed.
    Organisation(Box<OrganisationView>),
    Presence {
        presence: PresenceName,
        since: Timestamp,
        cause: PresenceCause,
    },
    Offer(Arc<Offer>),
    OfferEnded {
        reservation: ReservationId,
        outcome: OfferOutcome,
    },
    /// A session of mine is new or its card changed.
    Session(Arc<SessionCard>),
    /// No longer mine.
    SessionGone {
        session: SessionId,
    },
    Snapshot(Box<SessionSnapshot>),
    Event {
        session: SessionId,
        after: Sequence,
        recorded: Box<Recorded<SessionEvent>>,
    },
    Typing {
        session: SessionId,
        name: String,
    },
    Board(Box<BoardFrame>),
    Alert {
        message: String,
    },
    /// The last frame before the server closes.
    Bye {
        code: ConsoleRefusal,
        message: String,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Nothing,
    /// The event is in the log here.
    Recorded {
        sequence: Sequence,
    },
    Explanation(Box<ExplanationView>),
    History {
        sessions: Vec<PastSession>,
    },
    Hits {
        hits: Vec<SearchHit>,
    },
    /// The surest first.
    Passages {
        passages: Vec<PassageView>,
    },
    /// The first in line first, at most 200.
    Pickable {
        tasks: Vec<PickableView>,
    },
    /// One a minute, oldest first.
    PastHour {
        readings: Vec<BoardReading>,
    },
    /// The session that goes on for both.
    Merged {
        session: SessionId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// Accepted here or in another tab.
    Accepted,
    Rejected,
    TimedOut,
    Canceled,
    Rescinded,
}

impl From<ReservationEnd> for OfferOutcome {
    fn from(end: ReservationEnd) -> Self {
        match end {
            ReservationEnd::Rejected => Self::Rejected,
            ReservationEnd::TimedOut => Self::TimedOut,
            ReservationEnd::Canceled => Self::Canceled,
            ReservationEnd::Rescinded => Self::Rescinded,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleRefusal {
    Malformed,
    OutOfOrder,
    /// Not in this role, or not your session.
    Forbidden,
    NotFound,
    /// The console has not seen what came before; catch up first.
    Behind,
    /// The session or router says no in its present state.
    NotNow,
    TooLate,
    TooLarge,
    TooFast,
    /// Not processed: try again.
    Busy,
    GoingAway,
    TooSlow,
    LoggedOut,
}

/// An upload that was accepted; `upload` goes into a message.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, TS)]
pub struct Upload {
    pub upload: String,
    pub attachment: Attachment,
}
