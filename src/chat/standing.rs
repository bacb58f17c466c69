//! Who agents are to a customer.

use channels::chat::view::{AgentFace, Faces};
use model::AgentId;

use crate::engine::Engine;

/// Names as the organisation has them.
pub struct EngineFaces<'a>(pub &'a Engine);

impl Faces for EngineFaces<'_> {
    fn face(&self, agent: &AgentId) -> AgentFace {
        let (name, automated) = self.0.face(agent);
        AgentFace { name, automated }
    }
}
