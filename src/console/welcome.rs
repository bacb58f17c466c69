//! Whether somebody at a console may still be there: a login ends, people leave, roles and keys change.

use super::connection::{Identity, Works};
use super::wire::ConsoleRole;
use crate::auth::{Principal, Via};
use crate::configuration::Organisation;
use crate::configuration::organisation::{PersonRole, Scope};
use crate::engine::Engine;

/// What the login or key of a console is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Welcome {
    Holds,
    /// It holds, for another role: the console comes back with that.
    Other,
    Over,
}

/// Asked anew from the store and the organisation. A store that cannot answer ends nothing: it is asked
/// again.
pub async fn of(engine: &Engine, who: &Identity) -> Welcome {
    let organisation = engine.foundation.organisation();
    match &who.via {
        Via::Cookie(login) => {
            let now = engine.foundation.now();
            match engine.auth.logins.holds(login.clone(), &organisation, now).await {
                Ok(Some(login)) => compared(who, &login.principal, &organisation),
                Ok(None) => Welcome::Over,
                Err(error) => {
                    tracing::warn!(%error, "cannot look whether a login still holds");
                    Welcome::Holds
                }
            }
        }
        Via::ApiKey(key) => match engine.auth.api_keys.holds(key, &organisation).await {
            Some(program) if program.may(Scope::Attend) && program.agent == who.agent => Welcome::Holds,
            _ => Welcome::Over,
        },
    }
}

fn compared(who: &Identity, now: &Principal, organisation: &Organisation) -> Welcome {
    let role = now.role().unwrap_or(ConsoleRole::Agent);
    if role == who.role && works(organisation, now) == who.works { Welcome::Holds } else { Welcome::Other }
}

/// Whether tasks are routed to them: to agents, and to programs that attend.
pub fn works(organisation: &Organisation, who: &Principal) -> Works {
    let person = organisation.person(&who.agent);
    if person.is_none_or(|person| person.has(PersonRole::Agent)) {
        Works::AsAgent
    } else {
        Works::SupervisesOnly
    }
}
