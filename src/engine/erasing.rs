//! Erasing a session: its words and its customer's names leave the log with the record of it, and what
//! documents know of the customer's mails with them.

use model::session::Command;
use model::{AgentId, Identity, SessionId};

use super::Engine;
use crate::actors::session::DeliverError;
use crate::mail;

impl Engine {
    /// Safe to repeat; a session that was erased before is left as it is.
    pub async fn erase(&self, session: SessionId, by: AgentId) -> Result<(), DeliverError> {
        let state = self.sessions().state(session).await?;
        let organisation = self.foundation.organisation();
        for address in state.identities.keys().filter_map(address) {
            let forgotten = mail::forget_sender(&self.foundation.store, &organisation, address).await;
            forgotten.map_err(|error| DeliverError::Unavailable(error.to_string()))?;
        }
        self.deliver(session, vec![Command::Erase { by }]).await?;
        Ok(())
    }
}

fn address(identity: &Identity) -> Option<&str> {
    match identity {
        Identity::Email(address) => Some(address),
        Identity::Phone(_) | Identity::Visitor(_) | Identity::User(_) => None,
    }
}
