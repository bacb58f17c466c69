//! Who somebody is: people by password, programs by key, visitors and users by signed token.
//!
//! Nothing here speaks HTTP. What is signed is kept nowhere: a token carries what it says and the
//! proof that we said it. What is kept (logins) is kept under the hash of its token, so that nobody
//! who reads the store can log in.

pub mod api_keys;
pub mod file_keys;
pub mod file_name;
pub mod limits;
pub mod logins;
pub mod passwords;
pub mod principal;
pub mod sealer;
pub mod second_factor;
pub mod signer;
pub mod token;
pub mod uploads;
pub mod users;
pub mod visitors;

use crate::audit::Audit;
use crate::configuration::SecretError;
use crate::foundation::Foundation;

pub use api_keys::ApiKeys;
pub use file_keys::FileKeys;
pub use limits::LoginLimits;
pub use logins::{LoginId, Logins};
pub use passwords::{Demo, Passwords};
pub use principal::{KeyMark, Principal, Via};
pub use sealer::Sealer;
pub use second_factor::SecondFactor;
pub use signer::Signer;
pub use uploads::Uploads;
pub use users::VerifiedUser;
pub use visitors::VisitorTokens;

/// Everything that checks or issues a proof of identity; shared as an `Arc`.
pub struct Auth {
    pub visitors: VisitorTokens,
    pub uploads: Uploads,
    pub files: FileKeys,
    pub logins: Logins,
    pub passwords: Passwords,
    pub limits: LoginLimits,
    pub api_keys: ApiKeys,
    pub second_factor: SecondFactor,
    /// Who did what.
    pub audit: Audit,
}

impl Auth {
    /// Reads or generates the signing secret. Blocking: call it before serving. Fails if the secret
    /// cannot be read or kept; retrying helps once that is mended.
    pub fn open(foundation: &Foundation) -> Result<Self, SecretError> {
        let settings = &foundation.settings.auth;
        let demo = match foundation.settings.accepts_demo_passwords() {
            true => Demo::Accepted,
            false => Demo::Refused,
        };
        let secret = foundation.secrets.get(settings.signing_secret.as_ref(), "visitor")?;
        let signer = Signer::new(&secret);
        let codes = foundation.secrets.get(settings.second_factor_secret.as_ref(), "second_factor")?;
        let sealer = Sealer::new(&codes, "second factor");
        Ok(Self {
            visitors: VisitorTokens::new(signer.clone()),
            uploads: Uploads::new(signer.clone()),
            files: FileKeys::new(signer),
            logins: Logins::new(foundation.store.clone(), foundation.settings.console.login_lifetime),
            passwords: Passwords::new(settings, demo),
            limits: LoginLimits::new(settings),
            api_keys: ApiKeys::default(),
            audit: Audit::new(foundation.store.clone()),
            second_factor: SecondFactor::new(foundation.store.clone(), sealer, settings.second_factor),
        })
    }
}
