//! The console protocol, version 1: JSON text frames between an agent (a browser console, or a
//! virtual agent from outside) and the engine.
//!
//! Each request carries a number of the client's choice and is answered once by `done` or
//! `refused` with that number. Sessions are followed by `open`, with the last sequence seen: what
//! can be replayed is sent as events, else a snapshot replaces everything. Requests that change
//! something carry an id and may be repeated until answered.

mod ask;
mod board;
mod message;
mod session;
mod welcome;

pub use ask::{Ask, ConsoleRequest};
pub use board::{
    AgentFigures, BoardFrame, BoardReading, CandidateView, ChannelLoad, ExplanationView, NeedView,
    QueueFigures, QueueReading, ServiceLevelView,
};
pub use message::{Answer, ConsoleMessage, ConsoleRefusal, OfferOutcome, Upload};
pub use session::{
    CallBack, FactView, KnownIdentity, LegView, Offer, PassageView, PastSession, PickableView, SearchHit,
    SessionCard, SessionContext, SessionSnapshot, TaskView,
};
pub use welcome::{
    AgentView, Canned, ConsoleRole, ConsoleWelcome, Me, Named, OrganisationView, PresenceView,
    RejectReasonView,
};

pub const VERSION: u32 = 1;
