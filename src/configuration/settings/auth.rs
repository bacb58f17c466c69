//! Passwords, logins and what signs our own tokens.

use serde::{Deserialize, Serialize};

use crate::configuration::organisation::PersonRole;
use crate::configuration::secret::SecretRef;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Memory of one password hash (Argon2id), in KiB.
    pub argon2_memory_kib: u32,
    /// Passes over that memory.
    pub argon2_iterations: u32,
    /// Lanes of one hash.
    pub argon2_parallelism: u32,
    /// Most password hashes computed at once; a login past it hears `Busy`.
    pub max_hashing: usize,
    /// Login attempts an address may make in a minute.
    pub logins_per_address_per_minute: u32,
    /// Login attempts on one account in a minute.
    pub logins_per_account_per_minute: u32,
    /// Signs visitor tokens and login cookies. None: generated at first start.
    pub signing_secret: Option<SecretRef>,
    /// Whether people of a role give a one-time code besides their password; of several roles the strictest.
    pub second_factor: SecondFactorByRole,
    /// Encrypts what the codes are made from. None: generated at first start.
    pub second_factor_secret: Option<SecretRef>,
}

/// What is asked of each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactorByRole {
    pub agent: Demand,
    pub supervisor: Demand,
    pub admin: Demand,
}

impl SecondFactorByRole {
    pub fn of(self, role: PersonRole) -> Demand {
        match role {
            PersonRole::Agent => self.agent,
            PersonRole::Supervisor => self.supervisor,
            PersonRole::Admin => self.admin,
        }
    }
}

/// Whether a second factor is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Nobody can enrol, and nobody who did is asked.
    Off,
    /// Who enrolled is asked.
    #[default]
    Optional,
    /// Who did not enrol can do nothing but that.
    Required,
}

impl Default for Auth {
    /// Argon2id as OWASP's password storage cheat sheet has it: 19 MiB, 2 passes, 1 lane.
    fn default() -> Self {
        Self {
            argon2_memory_kib: 19_456,
            argon2_iterations: 2,
            argon2_parallelism: 1,
            max_hashing: 2,
            logins_per_address_per_minute: 30,
            logins_per_account_per_minute: 10,
            signing_secret: None,
            second_factor: SecondFactorByRole::default(),
            second_factor_secret: None,
        }
    }
}
