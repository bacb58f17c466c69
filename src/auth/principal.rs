//! Who a request of a console or of a program comes from, and what they may do.

use model::AgentId;

use super::logins::LoginId;
use crate::configuration::organisation::{ApiClient, Person, PersonRole, Scope};
use crate::console::wire::{ConsoleRole, Me};

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// A login in a browser; requests that change something also carry its CSRF token.
    Cookie(LoginId),
    /// The key of an API client.
    ApiKey(KeyMark),
}

/// Names a key without giving it away: its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMark(pub(super) String);

/// An authenticated person or program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Under which name it acts. A program that attends has the agent it attends as, any other
    /// program its own id, which is no agent's.
    pub agent: AgentId,
    pub name: String,
    /// A person's; empty for a program.
    pub roles: Vec<PersonRole>,
    /// A program's; empty for a person.
    pub scopes: Vec<Scope>,
    pub via: Via,
}

impl Principal {
    pub(super) fn person(person: &Person, login: LoginId) -> Self {
        Self {
            agent: person.id.clone(),
            name: person.name.clone(),
            roles: person.roles.clone(),
            scopes: Vec::new(),
            via: Via::Cookie(login),
        }
    }

    pub(super) fn program(client: &ApiClient, key: KeyMark) -> Self {
        Self {
            agent: client.agent.clone().unwrap_or_else(|| AgentId(client.id.clone())),
            name: client.name.clone(),
            roles: Vec::new(),
            scopes: client.scopes.clone(),
            via: Via::ApiKey(key),
        }
    }

    /// A program may what its scopes say; a person what the highest of their roles does.
    pub fn may(&self, scope: Scope) -> bool {
        match self.via {
            Via::ApiKey(_) => self.scopes.contains(&scope),
            Via::Cookie(_) => {
                self.role().is_some_and(|role| least_role(scope).is_some_and(|least| least <= role))
            }
        }
    }

    pub fn is_program(&self) -> bool {
        matches!(self.via, Via::ApiKey(_))
    }

    /// The highest role of a person.
    pub fn role(&self) -> Option<ConsoleRole> {
        self.roles.iter().map(|role| console_role(*role)).max()
    }

    /// What a console is told of who uses it.
    pub fn me(&self) -> Me {
        let role = self.role().unwrap_or(ConsoleRole::Agent);
        Me { agent: self.agent.clone(), name: self.name.clone(), role }
    }
}

fn console_role(role: PersonRole) -> ConsoleRole {
    match role {
        PersonRole::Agent => ConsoleRole::Agent,
        PersonRole::Supervisor => ConsoleRole::Supervisor,
        PersonRole::Admin => ConsoleRole::Admin,
    }
}

/// The least role for what a scope names; none where only a program may.
fn least_role(scope: Scope) -> Option<ConsoleRole> {
    match scope {
        Scope::SessionsRead | Scope::SessionsWrite | Scope::HistoryRead => Some(ConsoleRole::Agent),
        Scope::QueuesRead | Scope::AgentsRead | Scope::OrganisationRead => Some(ConsoleRole::Agent),
        Scope::QueuesWrite | Scope::AgentsWrite | Scope::MailsRead | Scope::MailsWrite => {
            Some(ConsoleRole::Supervisor)
        }
        Scope::OrganisationWrite | Scope::CustomersErase | Scope::AuditRead => Some(ConsoleRole::Admin),
        Scope::Attend => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(roles: &[PersonRole]) -> Principal {
        Principal {
            agent: AgentId::new("ana").unwrap(),
            name: "Ana".to_owned(),
            roles: roles.to_vec(),
            scopes: Vec::new(),
            via: Via::Cookie(LoginId::of("token")),
        }
    }

    #[test]
    fn a_person_may_what_the_highest_role_may() {
        let agent = person(&[PersonRole::Agent]);
        assert!(agent.may(Scope::SessionsRead));
        assert!(!agent.may(Scope::AgentsWrite));
        let supervisor = person(&[PersonRole::Supervisor, PersonRole::Agent]);
        assert!(supervisor.may(Scope::AgentsWrite));
        assert!(!supervisor.may(Scope::CustomersErase));
        let admin = person(&[PersonRole::Admin]);
        assert!(admin.may(Scope::CustomersErase));
        assert!(!admin.may(Scope::Attend), "only programs attend");
        assert!(!person(&[]).may(Scope::SessionsRead));
    }

    #[test]
    fn a_program_may_what_its_scopes_say_and_no_more() {
        let program = Principal {
            scopes: vec![Scope::QueuesRead],
            via: Via::ApiKey(KeyMark(String::new())),
            ..person(&[])
        };
        assert!(program.may(Scope::QueuesRead));
        assert!(!program.may(Scope::SessionsRead));
    }
}
