//! Who agents are to a customer, and how files reach them.

use channels::chat::view::{AgentFace, Faces, Links};
use form_urlencoded::byte_serialize;
use model::AgentId;
use model::event::Attachment;

use crate::engine::Engine;

/// Names as the organisation has them.
pub struct EngineFaces<'a>(pub &'a Engine);

impl Faces for EngineFaces<'_> {
    fn face(&self, agent: &AgentId) -> AgentFace {
        let (name, automated) = self.0.face(agent);
        AgentFace { name, automated }
    }
}

impl Links for EngineFaces<'_> {
    /// Whoever has the link may fetch the file: only the customer and those they show it to.
    fn link(&self, attachment: &Attachment) -> String {
        let key = self.0.auth.files.sign(&attachment.blob);
        let name: String = byte_serialize(attachment.name.as_bytes()).collect();
        format!("/chat/files/{}?key={key}&name={name}", attachment.blob)
    }
}
