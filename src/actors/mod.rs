//! The actors: thin shells around the pure machines. Actix stays inside this folder; everybody else
//! holds handles.

pub mod agent;
mod arbiters;
pub mod notices;
pub mod registry;
pub mod router;
pub mod session;

pub use agent::{AgentHandle, News};
pub use arbiters::Arbiters;
pub use registry::Registry;
pub use router::RouterHandle;
pub use session::{DeliverError, Delivered, Notice, SessionHandle};
