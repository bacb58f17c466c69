//! Passwords, checked by Argon2id away from the runtime's threads.
//!
//! Every check costs one hash, whoever is asked for: an account that is not there, or that has no
//! password, takes as long as a wrong password. At most a few hashes run at once and a bounded number
//! wait; past that the caller hears `Busy`, so a flood of logins costs its own senders only.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::token;
use crate::configuration::organisation::Password;
use crate::configuration::settings;

/// Longest password read, in bytes.
pub const LONGEST: usize = 1_024;
/// Checks that wait for each one that runs: some two seconds' worth.
const WAITING: usize = 16;

/// No password was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many checks wait. Retrying in a second is safe.
    #[error("too many logins at once")]
    Busy,
    /// The check ended without a verdict. Retrying is safe.
    #[error("cannot check the password")]
    Failed,
}

/// Whether demo passwords open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    Accepted,
    Refused,
}

/// Checks passwords.
pub struct Passwords {
    hasher: Argon2<'static>,
    demo: Demo,
    /// The hash of a password nobody has.
    nobody: Arc<str>,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    /// Computes one hash. Blocking.
    pub fn new(settings: &settings::Auth, demo: Demo) -> Self {
        let parameters = Params::new(
            settings.argon2_memory_kib,
            settings.argon2_iterations,
            settings.argon2_parallelism,
            None,
        );
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters.unwrap_or_default());
        let running = settings.max_hashing.max(1);
        Self {
            nobody: hasher
                .hash_password(b"nobody has this password")
                .map_or_else(|_| "".into(), |hash| hash.to_string().into()),
            hasher,
            demo,
            running: Arc::new(Semaphore::new(running)),
            waiting: Arc::new(Semaphore::new(running * (1 + WAITING))),
        }
    }

    /// Whether `given` is the password; `None` stands for an account that cannot log in.
    pub async fn verify(&self, password: Option<&Password>, given: String) -> Result<bool, PasswordError> {
        let _place = self.waiting.try_acquire().map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        let check = self.check(password);
        let hasher = self.hasher.clone();
        let verdict = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller that goes away does not make room for more of it.
            let _running = running;
            check.passes(&hasher, given.as_bytes())
        });
        verdict.await.map_err(|_| PasswordError::Failed)
    }

    fn check(&self, password: Option<&Password>) -> Check {
        match password {
            Some(Password::Hash(hash)) if hash.starts_with("$argon2id$") => {
                Check { hash: hash.as_str().into(), demo: None, hash_counts: true }
            }
            Some(Password::Demo(demo)) if self.demo == Demo::Accepted => {
                Check { hash: Arc::clone(&self.nobody), demo: Some(demo.clone()), hash_counts: false }
            }
            _ => Check { hash: Arc::clone(&self.nobody), demo: None, hash_counts: false },
        }
    }

    /// A password as it is kept: Argon2id in PHC form. Blocking.
    pub fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let hash = self.hasher.hash_password(password.as_bytes()).map_err(|_| PasswordError::Failed)?;
        Ok(hash.to_string())
    }
}

/// One hash to compute, and what its outcome means.
struct Check {
    hash: Arc<str>,
    demo: Option<String>,
    hash_counts: bool,
}

impl Check {
    fn passes(&self, hasher: &Argon2<'_>, given: &[u8]) -> bool {
        let parsed = PasswordHash::new(&self.hash);
        let matches = parsed.is_ok_and(|hash| hasher.verify_password(given, &hash).is_ok());
        let is_demo = self.demo.as_ref().is_some_and(|demo| token::same(demo.as_bytes(), given));
        (self.hash_counts && matches) || is_demo
    }
}
