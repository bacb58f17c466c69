//! Passwords, logins and what signs our own tokens.

use serde::{Deserialize, Serialize};

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
        }
    }
}
